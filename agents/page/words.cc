#include "agents/page/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace earshot::agents {
namespace {

size_t PlaceOf(Language language) { return static_cast<size_t>(language); }

// "es" of es-MX.
std::optional<Language> LanguageOf(absl::string_view tag) {
  const absl::string_view primary = tag.substr(0, tag.find('-'));
  for (const LanguageName& one : kLanguages) {
    if (absl::EqualsIgnoreCase(primary, {one.tag.data(), one.tag.size()})) {
      return one.language;
    }
  }
  return std::nullopt;
}

std::string OneOf(const std::string& list, int place) {
  const std::vector<std::string> all = absl::StrSplit(list, ',');
  const auto at = static_cast<size_t>(place);
  return at < all.size() ? all[at] : std::string();
}

}  // namespace

std::string_view TagOf(Language language) {
  return kLanguages.at(PlaceOf(language)).tag;
}

Language ChooseLanguage(std::string_view chosen,
                        std::string_view accept_language) {
  if (const auto known = LanguageOf({chosen.data(), chosen.size()})) {
    return *known;
  }
  Language best = Language::kEnglish;
  double most = 0;
  const absl::string_view header(accept_language.data(),
                                 accept_language.size());
  for (absl::string_view range : absl::StrSplit(header, ',')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(range, ';');
    double liked = 1;
    for (size_t i = 1; i < parts.size(); ++i) {
      absl::string_view part = absl::StripAsciiWhitespace(parts[i]);
      if (part.substr(0, 2) == "q=" &&
          !absl::SimpleAtod(part.substr(2), &liked)) {
        liked = 0;
      }
    }
    const auto known = LanguageOf(absl::StripAsciiWhitespace(parts[0]));
    if (known && liked > most) {
      best = *known;
      most = liked;
    }
  }
  return best;
}

absl::StatusOr<Words> Words::Parse(std::string_view table) {
  Words words;
  std::string key;
  int number = 0;
  const absl::string_view lines(table.data(), table.size());
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) {
    ++number;
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty() || text[0] == '#') continue;
    if (line[0] != ' ') {
      key = std::string(text);
      if (!words.texts_.emplace(key, Texts()).second) {
        return absl::InvalidArgumentError(
            fmt::format("line {}: '{}' is there twice", number, key));
      }
      continue;
    }
    const size_t blank = std::min(text.find(' '), text.size());
    const auto language = LanguageOf(text.substr(0, blank));
    if (key.empty() || !language || blank == text.size()) {
      return absl::InvalidArgumentError(fmt::format(
          "line {}: write a key, then '  en its text' below it", number));
    }
    words.texts_[key].at(PlaceOf(*language)) =
        std::string(absl::StripAsciiWhitespace(text.substr(blank)));
  }
  for (const auto& [name, texts] : words.texts_) {
    for (const LanguageName& one : kLanguages) {
      if (texts.at(PlaceOf(one.language)).empty()) {
        return absl::InvalidArgumentError(
            fmt::format("'{}' has no text in {}", name, one.tag));
      }
    }
  }
  return words;
}

const Words& Words::BuiltIn() {
  static const Words* const kWords = [] {
    auto parsed = Parse(WordsTable());
    // A test parses it.
    return new Words(parsed.ok() ? *std::move(parsed) : Words());
  }();
  return *kWords;
}

std::string Words::Say(Language language, std::string_view key,
                       const std::vector<std::string>& values) const {
  const auto found = texts_.find(key);
  if (found == texts_.end()) return std::string(key);
  const std::string& text = found->second.at(PlaceOf(language));
  std::string out;
  size_t from = 0;
  for (const std::string& value : values) {
    const size_t at = text.find("{}", from);
    if (at == std::string::npos) break;
    out += text.substr(from, at - from) + value;
    from = at + 2;
  }
  return out + text.substr(from);
}

bool Words::Has(std::string_view key) const {
  return texts_.find(key) != texts_.end();
}

std::vector<std::string> Words::keys() const {
  std::vector<std::string> keys;
  keys.reserve(texts_.size());
  for (const auto& [key, texts] : texts_) keys.push_back(key);
  return keys;
}

std::string Words::Day(Language language, absl::Time at,
                       absl::TimeZone zone) const {
  const absl::CivilDay day = absl::ToCivilDay(at, zone);
  const int weekday =
      (static_cast<int>(absl::GetWeekday(day)) + 1) % 7;  // Sunday first
  return Say(
      language, "date",
      {OneOf(Say(language, "weekdays"), weekday), std::to_string(day.day()),
       OneOf(Say(language, "months"), day.month() - 1)});
}

}  // namespace earshot::agents
