#include "proto/contract/languages.h"

#include <gtest/gtest.h>

namespace earshot::contract {
namespace {

TEST(LanguagesTest, ATagIsTakenByItsForm) {
  for (const char* const tag : {"es", "fr-CA", "zh-Hant", "deu", "es-419"}) {
    EXPECT_TRUE(IsLanguage(tag)) << tag;
  }
  for (const char* const tag :
       {"", "e", "español", "fr_CA", "fr-", "-fr", "12", "fr-abcdefghi", "fr-é",
        "aa-bbbbbbbb-cccccccc-dddddddd-eeeeeeee-ffffffff"}) {
    EXPECT_FALSE(IsLanguage(tag)) << tag;
  }
}

TEST(LanguagesTest, ALocaleTellsItsLanguage) {
  EXPECT_EQ(LanguageOfLocale("es_ES.UTF-8"), "es-ES");
  EXPECT_EQ(LanguageOfLocale("de@euro"), "de");
  EXPECT_EQ(LanguageOfLocale("C"), "");
  EXPECT_EQ(LanguageOfLocale("C.UTF-8"), "");
  EXPECT_EQ(LanguageOfLocale("POSIX"), "");
  EXPECT_EQ(LanguageOfLocale("\xff\xfe"), "");
}

v1::Answer InThree() {
  v1::Answer answer;
  answer.set_text("A new one comes");
  answer.set_language("en");
  for (const auto& [language, text] :
       {std::pair{"es", "Llega uno nuevo"}, {"fr-CA", "Un nouveau arrive"}}) {
    v1::Translation& one = *answer.add_translations();
    one.set_language(language);
    one.set_text(text);
  }
  return answer;
}

TEST(LanguagesTest, WhoReadsOneOfTheLanguagesGetsThat) {
  const v1::Answer answer = InThree();
  EXPECT_EQ(WordsIn(answer, "es"), "Llega uno nuevo");
  EXPECT_EQ(WordsIn(answer, "ES-mx"), "Llega uno nuevo");
  EXPECT_EQ(WordsIn(answer, "fr"), "Un nouveau arrive");
  EXPECT_EQ(WordsIn(answer, "en-GB"), "A new one comes");
}

TEST(LanguagesTest, EverybodyElseGetsWhatTheLeaderWroteFirst) {
  EXPECT_EQ(WordsIn(InThree(), "pt"), "A new one comes");
  EXPECT_EQ(WordsIn(InThree(), ""), "A new one comes");
  v1::Answer alone;
  alone.set_text("A new one comes");
  EXPECT_EQ(WordsIn(alone, "es"), "A new one comes");
}

}  // namespace
}  // namespace earshot::contract
