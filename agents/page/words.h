#ifndef EARSHOT_AGENTS_PAGE_WORDS_H_
#define EARSHOT_AGENTS_PAGE_WORDS_H_

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

// What the page says, in the languages that it has. Pure.
namespace earshot::agents {

enum class Language { kEnglish, kSpanish, kFrench };

struct LanguageName {
  Language language;
  std::string_view tag;   // as in BCP 47
  std::string_view name;  // as its speakers call it
};
inline constexpr std::array<LanguageName, 3> kLanguages{
    {{Language::kEnglish, "en", "English"},
     {Language::kSpanish, "es", "Español"},
     {Language::kFrench, "fr", "Français"}}};

std::string_view TagOf(Language language);

// `chosen`: what the reader chose before, a tag; else the one that their
// browser likes best of those there are (Accept-Language); else English.
Language ChooseLanguage(std::string_view chosen,
                        std::string_view accept_language);

// The texts by key. Immutable; any thread.
class Words {
 public:
  // parts/words.txt has the form. InvalidArgument names the line, or the key
  // that lacks a language.
  static absl::StatusOr<Words> Parse(std::string_view table);
  // Those that the program carries.
  static const Words& BuiltIn();

  // With `values`, one after the other, where {} stands. An unknown key is
  // shown as it is.
  std::string Say(Language language, std::string_view key,
                  const std::vector<std::string>& values = {}) const;
  bool Has(std::string_view key) const;
  std::vector<std::string> keys() const;

  // "Thursday 3 December".
  std::string Day(Language language, absl::Time at, absl::TimeZone zone) const;

 private:
  Words() = default;
  using Texts = std::array<std::string, kLanguages.size()>;
  std::map<std::string, Texts, std::less<>> texts_;
};

// The table, as the program carries it.
std::string_view WordsTable();

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PAGE_WORDS_H_
