#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "agents/page/page.h"
#include "agents/page/words.h"

namespace earshot::agents {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string_view>& Pages() {
  static const std::vector<std::string_view> kPages{
      ReportParts(), RecordedParts(), InboxParts(),
      OpenedParts(), ConfirmParts(),  MessageParts()};
  return kPages;
}

TEST(PageWords, EveryKeyHasEveryLanguage) {
  const auto words = Words::Parse(WordsTable());
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_GT(words->keys().size(), 100U);
}

TEST(PageWords, PagesUseKnownKeysAlone) {
  const std::regex tag(R"(\{\{[#^/]?w_([a-z0-9_-]+)\}\})");
  for (const std::string_view page : Pages()) {
    const std::string text(page);
    for (auto at = std::sregex_iterator(text.begin(), text.end(), tag);
         at != std::sregex_iterator(); ++at) {
      EXPECT_TRUE(Words::BuiltIn().Has((*at)[1].str())) << (*at)[1];
    }
  }
}

TEST(PageWords, EachLanguageHasAsManyValuesToFillIn) {
  const auto places = [](const std::string& text) {
    size_t count = 0;
    for (size_t at = text.find("{}"); at != std::string::npos;
         at = text.find("{}", at + 2)) {
      ++count;
    }
    return count;
  };
  const Words& words = Words::BuiltIn();
  for (const std::string& key : words.keys()) {
    const size_t english = places(words.Say(Language::kEnglish, key));
    for (const LanguageName& one : kLanguages) {
      EXPECT_EQ(places(words.Say(one.language, key)), english) << key;
    }
  }
}

TEST(PageWords, ATableThatLacksOneSaysWhich) {
  EXPECT_THAT(
      std::string(Words::Parse("a\n  en A\n  es A\n").status().message()),
      HasSubstr("'a' has no text in fr"));
  EXPECT_THAT(std::string(Words::Parse("  en A\n").status().message()),
              HasSubstr("line 1"));
  EXPECT_THAT(std::string(Words::Parse("a\n  de A\n").status().message()),
              HasSubstr("line 2"));
  EXPECT_THAT(std::string(Words::Parse("a\na\n").status().message()),
              HasSubstr("twice"));
}

TEST(PageWords, TheReaderChoosesThenTheBrowser) {
  EXPECT_EQ(ChooseLanguage("", ""), Language::kEnglish);
  EXPECT_EQ(ChooseLanguage("", "es-MX,es;q=0.9,en;q=0.8"), Language::kSpanish);
  EXPECT_EQ(ChooseLanguage("", "en;q=0.3, FR-ca;q=0.9"), Language::kFrench);
  EXPECT_EQ(ChooseLanguage("", "de,*;q=0.5"), Language::kEnglish);
  EXPECT_EQ(ChooseLanguage("", "fr;q=0,es;q=0.1"), Language::kSpanish);
  EXPECT_EQ(ChooseLanguage("", "fr;q=much,,;;"), Language::kEnglish);
  EXPECT_EQ(ChooseLanguage("fr", "es"), Language::kFrench);
  EXPECT_EQ(ChooseLanguage("xx", "es"), Language::kSpanish);
}

TEST(PageWords, ADayIsSaidAsPeopleSayIt) {
  const absl::Time at = absl::FromCivil(absl::CivilSecond(2026, 12, 3, 23, 30),
                                        absl::UTCTimeZone());
  const Words& words = Words::BuiltIn();
  EXPECT_EQ(words.Day(Language::kEnglish, at, absl::UTCTimeZone()),
            "Thursday 3 December");
  EXPECT_EQ(words.Day(Language::kSpanish, at, absl::UTCTimeZone()),
            "jueves 3 de diciembre");
  EXPECT_EQ(words.Day(Language::kFrench, at, absl::FixedTimeZone(3600)),
            "vendredi 4 décembre");
}

}  // namespace
}  // namespace earshot::agents
