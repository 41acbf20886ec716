#include "router/insight/issue/issue_text.h"

#include <algorithm>

#include "router/text/hashes.h"

namespace earshot::router {
namespace {

constexpr size_t kMostTextBytes = 4096;
constexpr size_t kLongestStem = 7;

// What a mark is named by: words of two purposes are two marks.
uint64_t HashOf(std::string_view bytes, uint64_t purpose) {
  return MixBits(HashWord(bytes) ^ purpose);
}

// What is left of a word without the endings that three languages put on it.
std::string_view Stem(std::string_view word) {
  constexpr size_t kLeast = 4;
  for (const std::string_view ending :
       {"ing", "ed", "es", "er", "s", "e", "d", "y"}) {
    if (word.size() >= kLeast + ending.size() &&
        word.substr(word.size() - ending.size()) == ending) {
      word.remove_suffix(ending.size());
      break;
    }
  }
  return word.substr(0, kLongestStem);
}

// A name made of letters and digits, or of many digits.
bool IsCode(std::string_view word) {
  const auto digits = std::count_if(word.begin(), word.end(), [](char byte) {
    return byte >= '0' && byte <= '9';
  });
  const auto size = static_cast<ptrdiff_t>(word.size());
  return digits > 0 && (digits < size ? size >= 3 : size >= 4);
}

// 6ish, 9am, 20min, 3rd: how much or when, not what.
bool IsMeasure(std::string_view word) {
  const auto letters = std::find_if(word.begin(), word.end(), [](char byte) {
    return byte < '0' || byte > '9';
  });
  const auto digits = static_cast<size_t>(letters - word.begin());
  if (digits == 0) return false;
  const std::string_view unit = word.substr(digits);
  for (const std::string_view known :
       {"ish", "am", "pm", "h",  "hr",  "hrs", "min", "mins", "m",
        "s",   "th", "st", "nd", "rd",  "x",   "kg",  "g",    "l",
        "cm",  "mm", "km", "k",  "eur", "usd", "gbp"}) {
    if (unit == known) return true;
  }
  return false;
}

void Put(IssueText& out, const IssueMark& mark) {
  if (out.marks.size() < kMostMarks) out.marks.push_back(mark);
}

}  // namespace

void IssueReader::ReadPart(std::string_view text, IssueText& out) {
  Tokenise(text.substr(0, kMostTextBytes), tokens_);
  concepts_->Find(tokens_, found_);
  for (const uint16_t number : found_.concepts) {
    const IssueConcepts::Concept& one = concepts_->At(number);
    Put(out, {HashOf(one.name, 1),
              one.thing ? IssueMark::Kind::kThing : IssueMark::Kind::kHappening,
              number});
  }
  for (size_t i = 0; i < tokens_.tokens.size(); ++i) {
    const Token& token = tokens_.tokens[i];
    const std::string_view word = tokens_.View(token);
    if (token.negation) ++out.negations;
    if (found_.covered[i] || token.mark || token.negation) continue;
    if (IsMeasure(word)) continue;
    if (IsCode(word)) {
      Put(out, {HashOf(word, 2), IssueMark::Kind::kCode, 0});
      continue;
    }
    word_.text.assign(word);
    word_.tokens.assign(1, token);
    word_.tokens[0].begin = 0;
    ReadWords(word_, near_);
    if (near_.words.empty()) continue;
    if (token.number) {
      out.numbers.push_back(near_.words[0].hash);
      continue;
    }
    if (near_.words[0].weight != NearWord::Weight::kContent) continue;
    Put(out, {HashOf(Stem(word), 3), IssueMark::Kind::kWord, 0});
  }
}

void IssueReader::Read(std::string_view text,
                       const std::vector<std::string>& tags,
                       std::string_view site, IssueText& out) {
  out.marks.clear();
  out.numbers.clear();
  out.negations = 0;
  out.site = HashOf(site, 4);
  ReadPart(text, out);
  for (const std::string& tag : tags) ReadPart(tag, out);
  std::sort(out.marks.begin(), out.marks.end());
  out.marks.erase(std::unique(out.marks.begin(), out.marks.end(),
                              [](const IssueMark& a, const IssueMark& b) {
                                return a.hash == b.hash;
                              }),
                  out.marks.end());
  std::sort(out.numbers.begin(), out.numbers.end());
}

}  // namespace earshot::router
