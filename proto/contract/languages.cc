#include "proto/contract/languages.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace earshot::contract {
namespace {

constexpr size_t kMostBytes = 35;

std::string_view Primary(std::string_view tag) {
  return tag.substr(0, tag.find('-'));
}

bool IsPart(std::string_view part, size_t fewest, size_t most, bool letters) {
  return part.size() >= fewest && part.size() <= most &&
         std::all_of(part.begin(), part.end(), [&](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return letters ? absl::ascii_isalpha(byte)
                          : absl::ascii_isalnum(byte);
         });
}

bool Same(std::string_view one, std::string_view other) {
  return std::equal(
      one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
        return absl::ascii_tolower(static_cast<unsigned char>(a)) ==
               absl::ascii_tolower(static_cast<unsigned char>(b));
      });
}

}  // namespace

bool IsLanguage(std::string_view tag) {
  if (tag.size() > kMostBytes || !IsPart(Primary(tag), 2, 3, true)) {
    return false;
  }
  for (size_t at = tag.find('-'); at != std::string_view::npos;
       at = tag.find('-', at + 1)) {
    const std::string_view rest = tag.substr(at + 1);
    if (!IsPart(rest.substr(0, rest.find('-')), 1, 8, false)) return false;
  }
  return true;
}

std::string LanguageOfLocale(std::string_view locale) {
  std::string tag(locale.substr(0, locale.find_first_of(".@")));
  std::replace(tag.begin(), tag.end(), '_', '-');
  return IsLanguage(tag) ? tag : std::string();
}

const std::string& WordsIn(const v1::Answer& answer,
                           std::string_view language) {
  const std::string* near = nullptr;
  if (language.empty() || Same(answer.language(), language)) {
    return answer.text();
  }
  for (const v1::Translation& one : answer.translations()) {
    if (Same(one.language(), language)) return one.text();
    if (near == nullptr && Same(Primary(one.language()), Primary(language))) {
      near = &one.text();
    }
  }
  const bool own = Same(Primary(answer.language()), Primary(language));
  return near == nullptr || own ? answer.text() : *near;
}

}  // namespace earshot::contract
