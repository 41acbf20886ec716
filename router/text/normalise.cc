#include "router/text/normalise.h"

#include <algorithm>
#include <array>

#include "router/text/latin1.h"

namespace earshot::router {
namespace {

bool IsAsciiWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

constexpr std::array<std::string_view, 30> kEnglish{
    "the", "and", "to",   "is",   "it", "of",   "in",  "that", "for",  "was",
    "on",  "are", "with", "they", "we", "have", "not", "this", "from", "by",
    "he",  "she", "you",  "at",   "be", "had",  "but", "when", "our",  "their"};
constexpr std::array<std::string_view, 30> kSpanish{
    "el",   "la",   "los", "las", "de",     "que",     "y",    "en",
    "un",   "una",  "se",  "no",  "por",    "con",     "para", "al",
    "del",  "es",   "nos", "ya",  "esta",   "cliente", "su",   "lo",
    "como", "pero", "muy", "hoy", "cuando", "gracias"};
constexpr std::array<std::string_view, 30> kFrench{
    "le",   "la",     "les", "des",  "de",     "du",   "et",   "en",
    "un",   "une",    "est", "que",  "qui",    "pas",  "pour", "dans",
    "sur",  "ne",     "il",  "elle", "nous",   "vous", "son",  "ce",
    "avec", "depuis", "au",  "plus", "client", "alors"};

template <size_t n>
size_t CountIn(const std::vector<std::string>& words,
               const std::array<std::string_view, n>& list) {
  return static_cast<size_t>(
      std::count_if(words.begin(), words.end(), [&](const std::string& word) {
        return std::find(list.begin(), list.end(), word) != list.end();
      }));
}

}  // namespace

std::string Normalise(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  bool gap = false;
  const auto put = [&](std::string_view letters) {
    if (gap && !out.empty()) out.push_back(' ');
    gap = false;
    out.append(letters);
  };
  for (size_t i = 0; i < utf8.size(); ++i) {
    const char c = utf8[i];
    const auto byte = static_cast<unsigned char>(c);
    const char lower =
        c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (byte < 0x80) {
      if (IsAsciiWord(lower)) {
        put({&lower, 1});
      } else if (c != '\'') {
        gap = true;  // an apostrophe stays inside its word
      }
    } else if (byte == 0xC3 && i + 1 < utf8.size()) {
      const auto next = static_cast<unsigned char>(utf8[i + 1]);
      ++i;
      const std::string_view folded = kLatin1[next & 63U];
      if (folded.empty()) {
        gap = true;
      } else {
        put(folded);
      }
    } else if (byte == 0xC2 || byte == 0xE2) {
      // Latin-1 signs, general punctuation: no letters among them.
      i += byte == 0xC2 ? 1 : 2;
      gap = true;
    } else {
      put({&c, 1});
    }
  }
  return out;
}

std::vector<std::string> Words(std::string_view normalised) {
  constexpr size_t kMostWords = 4096;
  std::vector<std::string> words;
  size_t start = 0;
  while (start < normalised.size() && words.size() < kMostWords) {
    const size_t end = std::min(normalised.find(' ', start), normalised.size());
    if (end > start) words.emplace_back(normalised.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

std::string GuessLanguage(const std::vector<std::string>& words) {
  const size_t english = CountIn(words, kEnglish);
  const size_t spanish = CountIn(words, kSpanish);
  const size_t french = CountIn(words, kFrench);
  const size_t most = std::max({english, spanish, french});
  if (most == 0) return "";
  if (most == english) return "en";
  return spanish >= french ? "es" : "fr";
}

}  // namespace earshot::router
