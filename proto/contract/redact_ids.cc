// Policy and account numbers have no shape of their own: the word in front of
// them, or behind, makes them one.

#include <algorithm>

#include "proto/contract/redact_identifier.h"
#include "proto/contract/redact_scan.h"

namespace earshot::contract::redact {
namespace {

class IdFinder {
 public:
  IdFinder(const Scan& scan, std::vector<Finding>& found)
      : scan_(scan), reader_(scan), found_(found) {}

  void Run() {
    const std::vector<Word>& words = scan_.words();
    for (size_t i = 0; i < words.size(); ++i) {
      uint32_t cues = scan_.TellingCues(i);
      if ((cues & (kPolicyCue | kAccountCue)) == 0) continue;
      const PersonalKind kind = (cues & kPolicyCue) != 0
                                    ? PersonalKind::kPolicyNumber
                                    : PersonalKind::kAccountNumber;
      if (!SearchForward(i, kind)) SearchBack(i, kind);
    }
  }

 private:
  bool HasNumberSign(uint32_t begin, uint32_t end) const {
    for (uint32_t at = begin; at < end; ++at) {
      if (scan_.At(at) == '#') return true;
    }
    return false;
  }

  // "numero de compte", "number of the policy".
  bool NamedBefore(size_t word) const {
    const std::vector<Word>& words = scan_.words();
    for (size_t back = 1; back <= 3 && back <= word; ++back) {
      const uint32_t cues = words[word - back].meaning.cues;
      if ((cues & kNumberCue) != 0) return true;
      if ((cues & kLinkWord) == 0) return false;
    }
    return false;
  }

  bool Blocks(uint32_t begin, uint32_t end) const {
    for (uint32_t at = begin; at < end; ++at) {
      const char symbol = scan_.At(at);
      if (symbol == '$' || symbol == '@') return true;
    }
    return scan_.EndsSentence(begin, end);
  }

  // The first identifier after the word, unless other words claim it.
  bool SearchForward(size_t index, PersonalKind kind) {
    constexpr uint32_t kReach = 70;
    constexpr size_t kMostWords = 8;
    constexpr uint32_t kWholeNumber = 7;  // "ending in 4417" is no number
    const std::vector<Word>& words = scan_.words();
    const uint32_t from = words[index].end;
    bool named = NamedBefore(index);
    bool ending = false;
    uint32_t edge = from;
    uint32_t sentence = from;
    size_t word = index + 1;
    size_t between = 0;
    for (uint32_t at = from; at < scan_.size() && at - from < kReach;) {
      if (!IsAlnum(scan_.At(at))) {
        ++at;
        continue;
      }
      named = named || HasNumberSign(edge, at);
      if (Blocks(sentence, at)) return false;
      const Identifier id = reader_.Read(at);
      if (!id.empty()) {
        if ((!ending || id.digits >= kWholeNumber) &&
            Add(id, kind, named, between)) {
          return true;
        }
        if (!Skippable(id, ending) || ++between > 4) return false;
        at = id.end;
        sentence = at;
        while (word < words.size() && words[word].begin < at) ++word;
        continue;
      }
      while (word < words.size() && words[word].end <= at) ++word;
      if (word == words.size() || words[word].begin != at) return false;
      if (!PassOver(word, index, between, &named)) return false;
      ending = ending || (words[word].meaning.cues & kEndingCue) != 0;
      if (++between > kMostWords) return false;
      at = words[word].end;
      sentence = at;
      ++word;
    }
    return false;
  }

  // A small number on the way: "policy 2 of 3".
  static bool Skippable(const Identifier& id, bool ending) {
    return id.digits <= (ending ? 5U : 2U) && id.letters == 0;
  }

  // Whether the search goes on over a word.
  bool PassOver(size_t word, size_t index, size_t between, bool* named) const {
    const uint32_t cues = scan_.words()[word].meaning.cues;
    if ((cues & kNumberCue) != 0) {
      if (between <= 4) *named = true;
      return true;
    }
    const uint32_t telling = scan_.TellingCues(word);
    constexpr uint32_t kOwn = kPolicyCue | kAccountCue;
    if ((telling & kHarmlessCue) != 0) {
      // "policy ref", "account code": still the policy's.
      const std::string spelling = scan_.Spelling(scan_.words()[word]);
      const bool its_own =
          word == index + 1 && (spelling.substr(0, 3) == "ref" ||
                                scan_.Spelling(scan_.words()[index]) == "sort");
      if (its_own) *named = true;
      return its_own;
    }

    if ((telling & kOwn) != 0 && telling != scan_.TellingCues(index)) {
      // "policy account": the nearer word will search for itself.
      return false;
    }
    return (telling & (kPhoneCue | kSsnCue | kCardCue | kMailCue)) == 0 ||
           (telling & kOwn) != 0;
  }

  // "88123456 is her policy number": over words that link only.
  bool SearchBack(size_t index, PersonalKind kind) {
    const std::vector<Group>& groups = scan_.groups();
    const std::vector<Word>& words = scan_.words();
    const uint32_t to = words[index].begin;
    const auto after = std::lower_bound(
        groups.begin(), groups.end(), to,
        [](const Group& group, uint32_t value) { return group.begin < value; });
    if (after == groups.begin()) return false;
    const Group& last = *std::prev(after);
    if (to - last.end > 40 || Blocks(last.end, to)) return false;
    size_t between = 0;
    bool is = false;
    for (size_t word = scan_.WordFrom(last.end); word < index; ++word) {
      const uint32_t cues = words[word].meaning.cues;
      if ((cues & (kLinkWord | kNumberCue)) == 0 || ++between > 5) return false;
      is = is || IsCopula(words[word]);
    }
    const bool called = index + 1 < words.size() &&
                        (words[index + 1].meaning.cues & kNumberCue) != 0;
    if (!is && !called && !InBrackets(last.end, to)) return false;
    const uint32_t begin = BeginOf(last);
    const Context before = scan_.Before(begin);
    if ((before.cues & kHarmlessCue) != 0 && before.distance <= 2) return false;
    return Add(reader_.Read(begin), kind, called || is, 0);
  }

  bool InBrackets(uint32_t end, uint32_t to) const {
    for (uint32_t at = end; at < to; ++at) {
      if (scan_.At(at) == '(' || scan_.At(at) == ',') return true;
    }
    return false;
  }

  bool IsCopula(const Word& word) const {
    const std::string spelling = scan_.Spelling(word);
    return spelling == "is" || spelling == "was" || spelling == "es" ||
           spelling == "est" || spelling == "era" || spelling == "s" ||
           spelling == "c" || spelling == "as";
  }

  // Where the identifier that ends with `group` begins.
  uint32_t BeginOf(const Group& group) const {
    const uint32_t limit = group.begin > 40 ? group.begin - 40 : 0;
    uint32_t begin = group.begin;
    while (begin > limit) {
      const char before = scan_.At(static_cast<int64_t>(begin) - 1);
      const char further = scan_.At(static_cast<int64_t>(begin) - 2);
      if (IsAlnum(before)) {
        --begin;
      } else if ((before == '-' || before == '/' || before == '.' ||
                  before == '_') &&
                 IsAlnum(further)) {
        begin -= 2;
      } else if (IsBlank(before) && IsDigit(further)) {
        begin -= 2;
      } else {
        break;
      }
    }
    return OverPrefix(begin);
  }

  // "AUT 7421609": capitals in front belong to it.
  uint32_t OverPrefix(uint32_t begin) const {
    if (begin < 2 || !IsBlank(scan_.At(begin - 1))) return begin;
    uint32_t start = begin - 1;
    while (start > 0 && begin - start < 6 && IsLetter(scan_.At(start - 1)) &&
           scan_.glyphs()[start - 1].upper) {
      --start;
    }
    const uint32_t length = begin - 1 - start;
    const bool whole = start == 0 || !IsAlnum(scan_.At(start - 1));
    return whole && length >= 2 && length <= 4 ? start : begin;
  }

  // Whether it looks like a day or a time rather than a number.
  bool IsDate(const Identifier& id, bool named) const {
    std::string text;
    for (uint32_t at = id.begin; at < id.end; ++at)
      text.push_back(scan_.At(at));
    const auto marks = std::count_if(text.begin(), text.end(), [](char c) {
      return c == '/' || c == '-' || c == '.';
    });
    if (id.letters > 0) return false;
    if (marks == 2 && id.digits <= 8 && id.digits >= 4) {
      const size_t first = text.find_first_of("/-.");
      const size_t second = text.find_first_of("/-.", first + 1);
      const size_t tail = text.size() - second - 1;
      const size_t middle = second - first - 1;
      const bool year_first = first == 4 && middle <= 2 && tail <= 2;
      const bool year_last = first <= 2 && middle <= 2 && (tail == 4);
      return year_first || year_last;
    }
    if (!named && id.digits == 8 && text.size() == 8) {
      const std::string_view year = std::string_view(text).substr(0, 4);
      const std::string_view month = std::string_view(text).substr(4, 2);
      return year >= "1990" && year <= "2049" && month >= "01" &&
             month <= "12" && text.substr(6) <= "31";
    }
    return false;
  }

  // 12345.67
  bool IsDecimal(const Identifier& id) const {
    if (id.letters > 0) return false;
    for (uint32_t at = id.begin; at < id.end; ++at) {
      if (IsDigit(scan_.At(at))) continue;
      return scan_.At(at) == '.' && id.end - at <= 3;
    }
    return false;
  }

  // v2026.11
  bool IsVersion(const Identifier& id) const {
    if (scan_.At(id.begin) != 'v' || scan_.glyphs()[id.begin].upper) {
      return false;
    }
    for (uint32_t at = id.begin; at < id.end; ++at) {
      if (scan_.At(at) == '.') return true;
    }
    return false;
  }

  bool Add(const Identifier& id, PersonalKind kind, bool named,
           size_t between) {
    if (id.empty()) return false;
    const bool mixed = id.letters > 0;
    const uint32_t needed = named ? (mixed ? 4 : 5) : (mixed ? 5 : 6);
    if (id.digits < needed) return false;
    if (!named && between > 6) return false;
    if (scan_.IsQuantity(id.begin, id.end) || IsDate(id, named)) return false;
    if (IsDecimal(id) || IsVersion(id)) return false;
    if (scan_.At(id.end) == ',' && IsDigit(scan_.At(id.end + 1))) return false;
    if (scan_.At(id.end) == '@') return false;
    found_.push_back({id.begin, id.end, kind,
                      named || between == 0 ? kNamedRank : kNearRank});
    return true;
  }

  const Scan& scan_;
  const IdentifierReader reader_;
  std::vector<Finding>& found_;
};

}  // namespace

void FindPoliciesAndAccounts(const Scan& scan, std::vector<Finding>& found) {
  IdFinder(scan, found).Run();
}

}  // namespace earshot::contract::redact
