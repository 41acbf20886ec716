// E-mail addresses, written or spelled out: "rosa dot diaz at example dot com".

#include <algorithm>

#include "proto/contract/redact_scan.h"

namespace earshot::contract::redact {
namespace {

constexpr uint32_t kLongestPart = 128;  // glyphs on each side of the sign

// A stretch of glyphs; empty if begin == end.
struct Stretch {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool empty() const { return begin == end; }
};

bool IsOpening(char symbol) {
  constexpr std::string_view kOpening = "([{<*_-\"'|/~";
  return kOpening.find(symbol) != std::string_view::npos || IsBlank(symbol);
}

bool IsClosing(char symbol) {
  constexpr std::string_view kClosing = ")]}>*_-\"'|/~";
  return kClosing.find(symbol) != std::string_view::npos || IsBlank(symbol);
}

bool IsLocalSymbol(char symbol) {
  constexpr std::string_view kLocal = "._%+-'!#&=?^~";
  return IsAlnum(symbol) || symbol == kOtherSymbol ||
         kLocal.find(symbol) != std::string_view::npos;
}

class AddressReader {
 public:
  AddressReader(const Scan& scan, Stretch sign, uint32_t cues)
      : scan_(scan), sign_(sign), cues_(cues) {}

  // The whole address, or an empty stretch.
  Stretch Read() const {
    const uint32_t host_begin = SkipForward(sign_.end);
    const uint32_t host_end = ReadHost(host_begin);
    if (host_end == 0) return {};
    const uint32_t local_end = SkipBack(sign_.begin);
    const uint32_t local_begin = ReadLocal(local_end);
    if (local_begin == local_end) return {};
    if (!Believable(local_begin, local_end)) return {};
    if (local_end < sign_.begin && IsPrice(local_begin, local_end)) return {};
    return {local_begin, host_end};
  }

 private:
  bool Written() const { return cues_ == 0; }

  // Brackets that enclose the sign: rosa (at) example.
  bool Bracketed() const {
    const char before = scan_.At(static_cast<int64_t>(sign_.begin) - 1);
    const char after = scan_.At(sign_.end);
    return !IsBlank(before) && !IsBlank(after) && IsOpening(before) &&
           IsClosing(after);
  }

  uint32_t SkipForward(uint32_t at) const {
    for (int i = 0; i < 4 && IsClosing(scan_.At(at)) && at < scan_.size();
         ++i) {
      ++at;
    }
    if (scan_.At(at) == '[') ++at;
    return at;
  }

  uint32_t SkipBack(uint32_t at) const {
    if (Written() && At(at) == '"') return at;
    for (int i = 0; i < 4 && at > 0 && IsOpening(At(at)); ++i) --at;
    return at;
  }

  // The symbol before `at`.
  char At(uint32_t at) const { return scan_.At(static_cast<int64_t>(at) - 1); }

  // The end of a label that starts at `at`, or `at`.
  uint32_t ReadLabel(uint32_t at) const {
    uint32_t end = at;
    while (end < scan_.size() && end - at < 64 &&
           (IsAlnum(scan_.At(end)) ||
            (scan_.At(end) == '-' && !IsDotWordAt(end)) ||
            (Written() && scan_.At(end) == '_'))) {
      ++end;
    }
    while (end > at && !IsAlnum(At(end))) --end;
    return ReadSpaced(at, end);
  }

  // e x a m p l e: single characters with a blank between them.
  uint32_t ReadSpaced(uint32_t at, uint32_t end) const {
    if (IsBlank(scan_.At(end)) && IsWord(end + 1, "mail")) return end + 5;
    if (end != at + 1) return end;
    uint32_t spaced = end;
    while (IsBlank(scan_.At(spaced)) && IsAlnum(scan_.At(spaced + 1)) &&
           !IsAlnum(scan_.At(spaced + 2)) && spaced - at < 64) {
      spaced += 2;
    }
    return spaced;
  }

  bool IsWord(uint32_t at, std::string_view spelling) const {
    const size_t word = scan_.WordFrom(at);
    return word < scan_.words().size() && scan_.words()[word].begin == at &&
           scan_.Spelling(scan_.words()[word]) == spelling;
  }

  // Whether the word at `at` says dot, and may here: "at this point in time"
  // is no address.
  bool SaysDot(uint32_t at) const {
    const size_t word = scan_.WordFrom(at);
    if (word >= scan_.words().size() || scan_.words()[word].begin != at) {
      return false;
    }
    const uint32_t cues = scan_.words()[word].meaning.cues;
    if ((cues & kDotWord) != 0) return true;
    if ((cues & kPointWord) == 0) return false;
    if ((cues_ & kAtWord) == 0 || Bracketed()) return true;
    const uint32_t next = scan_.words()[word].end + 1;
    return IsWord(next, "com") || IsWord(next, "net") || IsWord(next, "org");
  }

  // The start of the next label if a dot, written or named, follows `at`.
  uint32_t ReadDot(uint32_t at) const {
    uint32_t next = at;
    for (int i = 0; i < 3 && IsOpening(scan_.At(next)); ++i) ++next;
    const char symbol = scan_.At(next);
    if (symbol == ',' && next == at) {
      // rosa@example,com: a slip, where no blank follows.
      return IsAlnum(scan_.At(next + 1)) ? next + 1 : 0;
    }
    if (symbol == '.') {
      ++next;
    } else if (SaysDot(next)) {
      next = scan_.words()[scan_.WordFrom(next)].end;
    } else if (IsBlank(scan_.At(at)) && next == at + 1 && IsWord(next, "com")) {
      return next;
    } else {
      return 0;
    }
    for (int i = 0; i < 3 && IsClosing(scan_.At(next)); ++i) ++next;
    return IsAlnum(scan_.At(next)) ? next : 0;
  }

  std::string Text(uint32_t begin, uint32_t end) const {
    std::string text;
    for (uint32_t at = begin; at < end; ++at) {
      if (!IsBlank(scan_.At(at))) text.push_back(scan_.At(at));
    }
    return text;
  }

  bool IsTopLevel(std::string_view label, bool plain) const {
    if (IsCommonTopLevel(label)) return true;
    if (!plain || !Written()) return false;
    return label.size() >= 2 && label.size() <= 24 &&
           (std::all_of(label.begin(), label.end(), IsLetter) ||
            label.substr(0, 4) == "xn--");
  }

  // rosa@[192.0.2.1]
  uint32_t ReadNumericAddress(uint32_t at) const {
    constexpr uint32_t kLongestAddress = 15;
    uint32_t end = at;
    while (end - at < kLongestAddress &&
           (IsDigit(scan_.At(end)) || scan_.At(end) == '.')) {
      ++end;
    }
    return end > at && scan_.At(end) == ']' ? end + 1 : 0;
  }

  // The end of the host that starts at `at`, or 0.
  uint32_t ReadHost(uint32_t at) const {
    if (Written() && scan_.At(static_cast<int64_t>(at) - 1) == '[') {
      if (const uint32_t end = ReadNumericAddress(at)) return end;
    }
    const uint32_t begin = at;
    uint32_t end = ReadLabel(at);
    uint32_t accepted = 0;
    bool named = false;
    if (end == at) return 0;
    while (end - begin < kLongestPart) {
      const uint32_t next = ReadDot(end);
      if (next == 0) break;
      const bool plain = next == end + 1 && scan_.At(end) == '.';
      const uint32_t label_end = ReadLabel(next);
      if (label_end == next) break;
      const std::string label = Text(next, label_end);
      const bool common = IsCommonTopLevel(label);
      // "example.com. Please" and "example.com.Please" end before "Please".
      if (accepted != 0 && !common && (!plain || named)) break;
      if (accepted != 0 && scan_.At(end) == ',') break;
      if (!plain && !common && !IsDotWordAt(end)) break;
      if (IsTopLevel(label, plain)) {
        accepted = label_end;
        named = named || common;
      }
      end = label_end;
    }
    if (accepted != 0 && NumericHost(begin, accepted) && !named) return 0;
    return accepted;
  }

  // Whether a dot is named right after the host part that ends at `end`.
  bool IsDotWordAt(uint32_t end) const {
    const size_t word = scan_.WordFrom(end);
    return word < scan_.words().size() &&
           scan_.words()[word].begin <= end + 3 &&
           SaysDot(scan_.words()[word].begin);
  }

  // "49.99 @ example.com".
  bool IsPrice(uint32_t begin, uint32_t end) const {
    for (uint32_t at = begin; at < end; ++at) {
      if (!IsDigit(scan_.At(at)) && scan_.At(at) != '.') return false;
    }
    return Written();
  }

  // Package versions: node@14.2.beta.
  bool NumericHost(uint32_t begin, uint32_t end) const {
    uint32_t at = begin;
    while (at < end && IsDigit(scan_.At(at))) ++at;
    return at > begin && scan_.At(at) == '.';
  }

  // The start of the part before the sign, or `end`.
  uint32_t ReadLocal(uint32_t end) const {
    if (Written() && At(end) == '"') return ReadQuoted(end);
    uint32_t begin = ReadAtom(end);
    while (begin < end && end - begin < kLongestPart) {
      const uint32_t before = ReadJoint(begin);
      if (before == begin) break;
      const uint32_t atom = ReadAtom(before);
      if (atom == before) break;
      begin = atom;
    }
    while (begin < end && !IsAlnum(scan_.At(begin)) && scan_.At(begin) != '_') {
      ++begin;
    }
    return begin;
  }

  uint32_t ReadQuoted(uint32_t end) const {
    for (uint32_t at = end - 1; at > 0 && end - at < 64; --at) {
      if (At(at) == '"') return at - 1;
      if (At(at) == kBarrier) break;
    }
    return end;
  }

  uint32_t ReadAtom(uint32_t end) const {
    uint32_t begin = end;
    while (begin > 0 && end - begin < 64 && IsLocalSymbol(At(begin))) --begin;
    if (begin + 1 == end) {
      const uint32_t single = begin;
      while (begin > 1 && end - begin < 64 && IsBlank(At(begin)) &&
             IsAlnum(At(begin - 1)) && !IsAlnum(At(begin - 2)) &&
             !IsLocalSymbol(At(begin - 2))) {
        begin -= 2;
      }
      // Two letters in a row are a word and an initial.
      if (single - begin < 4) begin = single;
    }
    return begin;
  }

  // Over "dot", "underscore" or a lone dot between two atoms: where the atom
  // before it ends, or `begin`.
  uint32_t ReadJoint(uint32_t begin) const {
    uint32_t at = begin;
    for (int i = 0; i < 3 && at > 0 && IsOpening(At(at)); ++i) --at;
    if (at == begin || at == 0) return begin;
    const char symbol = At(at);
    if (symbol == '.' || symbol == '+') {
      --at;
    } else if (scan_.glyphs()[at - 1].spoken || scan_.glyphs()[begin].spoken) {
      return scan_.glyphs()[begin].spoken ? at : begin;
    } else {
      const uint32_t word_begin = JointWord(at);
      if (word_begin == at) return begin;
      at = word_begin;
    }
    for (int i = 0; i < 3 && at > 0 && IsClosing(At(at)); ++i) --at;
    return at;
  }

  // The start of the word that ends at `at` and names a joint, or `at`.
  uint32_t JointWord(uint32_t at) const {
    constexpr uint32_t kJoints =
        kDotWord | kPointWord | kDashWord | kUnderscoreWord | kPlusWord;
    const std::vector<Word>& words = scan_.words();
    size_t index = scan_.WordFrom(at);
    if (index == 0 || words[index - 1].end != at) return at;
    --index;
    if ((words[index].meaning.cues & kJoints) != 0) return words[index].begin;
    const bool lower =
        index > 0 && (words[index - 1].meaning.cues & kDashWord) != 0;
    const std::string spelling = scan_.Spelling(words[index]);
    if (lower && (spelling == "bajo" || spelling == "bas")) {
      return words[index - 1].begin;
    }
    return at;
  }

  // " at " is an ordinary word: "look at example dot com".
  bool Believable(uint32_t begin, uint32_t end) const {
    if (Written() || Bracketed() || (cues_ & kArrobaWord) != 0) return true;
    const size_t word = scan_.WordFrom(begin);
    const bool single_word = word < scan_.words().size() &&
                             scan_.words()[word].begin == begin &&
                             scan_.words()[word].end == end;
    if (!single_word) return true;
    if (scan_.Near(begin, end, kMailCue, 50)) return true;
    if ((scan_.words()[word].meaning.cues & kNeverLocalPart) != 0) return false;
    // With a written dot it may be a site: "they buy at example.com".
    for (uint32_t at = sign_.end; at < sign_.end + 40; ++at) {
      if (scan_.At(at) == '.') return false;
      if (IsDotWordAt(at)) return true;
    }
    return true;
  }

  const Scan& scan_;
  const Stretch sign_;
  const uint32_t cues_;
};

// rosa (a) example.com
bool IsBracketedA(const Scan& scan, const Word& word) {
  const char before = scan.At(static_cast<int64_t>(word.begin) - 1);
  const char after = scan.At(word.end);
  return word.end == word.begin + 1 && scan.At(word.begin) == 'a' &&
         ((before == '(' && after == ')') || (before == '[' && after == ']') ||
          (before == '{' && after == '}'));
}

}  // namespace

void FindEmails(const Scan& scan, std::vector<Finding>& found) {
  const auto try_sign = [&](Stretch sign, uint32_t cues) {
    const Stretch address = AddressReader(scan, sign, cues).Read();
    if (address.empty()) return;
    found.push_back(
        {address.begin, address.end, PersonalKind::kEmail, kEmailRank});
  };
  for (uint32_t at = 0; at < scan.size(); ++at) {
    if (scan.At(at) == '@') try_sign({at, at + 1}, 0);
  }
  constexpr uint32_t kSigns = kAtWord | kArrobaWord;
  const std::vector<Word>& words = scan.words();
  const auto follows = [&](size_t word, std::string_view spelling) {
    return word < words.size() &&
           words[word].begin == words[word - 1].end + 1 &&
           scan.Spelling(words[word]) == spelling;
  };
  for (size_t i = 0; i < words.size(); ++i) {
    if (IsBracketedA(scan, words[i])) {
      try_sign({words[i].begin, words[i].end}, kArrobaWord);
    }
    const uint32_t cues = words[i].meaning.cues & kSigns;
    if (cues == 0) continue;
    if (follows(i + 1, "sign")) {
      try_sign({words[i].begin, words[i + 1].end}, kArrobaWord);
    } else if (follows(i + 1, "the") && follows(i + 2, "rate")) {
      const size_t last = follows(i + 3, "of") ? i + 3 : i + 2;
      try_sign({words[i].begin, words[last].end}, kAtWord);
    } else if (scan.Spelling(words[i]) == "commercial") {
      const bool after_a = i > 0 && words[i].begin == words[i - 1].end + 1 &&
                           scan.Spelling(words[i - 1]) == "a";
      if (after_a) try_sign({words[i - 1].begin, words[i].end}, cues);
    } else {
      try_sign({words[i].begin, words[i].end}, cues);
    }
  }
}

}  // namespace earshot::contract::redact
