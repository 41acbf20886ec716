// Telephone numbers. Some shapes say it by themselves, others only when the
// words around them do.

#include <algorithm>
#include <iterator>

#include "proto/contract/redact_scan.h"

namespace earshot::contract::redact {
namespace {

enum class Strength {
  kNone,
  kNeedsContext,
  kUsual,   // unless a word in front says otherwise
  kStrong,  // unless the very word in front says otherwise
  kSure,
};

struct Match {
  size_t last = 0;  // groups
  Strength strength = Strength::kNone;
};

enum class Start : uint8_t { kAny, kNorthAmerica, kZero, kSixToNine, kFives };

// A printed grouping: the lengths of its groups and how it must start.
struct Shape {
  std::string_view lengths;  // ':' is 10, ';' is 11
  Start start;
  Strength strength;
};

constexpr Shape kShapes[] = {
    {"1334", Start::kNorthAmerica, Strength::kStrong},
    {"334", Start::kNorthAmerica, Strength::kStrong},
    {"37", Start::kNorthAmerica, Strength::kUsual},
    {"64", Start::kNorthAmerica, Strength::kUsual},
    {"1:", Start::kNorthAmerica, Strength::kUsual},
    {":", Start::kNorthAmerica, Strength::kUsual},
    {";", Start::kNorthAmerica, Strength::kUsual},
    {"22222", Start::kZero, Strength::kStrong},
    {"12222", Start::kNorthAmerica, Strength::kNeedsContext},
    {":", Start::kZero, Strength::kUsual},
    {";", Start::kZero, Strength::kUsual},
    {"56", Start::kZero, Strength::kStrong},
    {"434", Start::kZero, Strength::kStrong},
    {"344", Start::kZero, Strength::kStrong},
    {"533", Start::kZero, Strength::kStrong},
    {"433", Start::kZero, Strength::kStrong},
    {"244", Start::kZero, Strength::kStrong},
    {"47", Start::kZero, Strength::kStrong},
    {"38", Start::kZero, Strength::kStrong},
    {"37", Start::kZero, Strength::kUsual},
    {"46", Start::kZero, Strength::kStrong},
    {"48", Start::kZero, Strength::kStrong},
    {"4322", Start::kZero, Strength::kStrong},
    {"3222", Start::kSixToNine, Strength::kUsual},
    {"333", Start::kSixToNine, Strength::kUsual},
    {"55", Start::kSixToNine, Strength::kUsual},
    {"244", Start::kAny, Strength::kUsual},
    {"34", Start::kFives, Strength::kStrong},
};

bool ValidNorthAmerican(std::string_view digits) {
  if (digits.size() == 11 && digits[0] == '1') digits.remove_prefix(1);
  return digits.size() == 10 && digits[0] >= '2' && digits[3] >= '2';
}

bool StartsRight(Start start, std::string_view digits) {
  switch (start) {
    case Start::kAny:
      return true;
    case Start::kNorthAmerica:
      return ValidNorthAmerican(digits);
    case Start::kZero:
      return digits[0] == '0' && digits[1] != '0';
    case Start::kSixToNine:
      return digits[0] >= '6';
    case Start::kFives:
      return digits.substr(0, 3) == "555";
  }
  return false;
}

// National digits after a country code; 0 where they vary.
struct CountryCode {
  std::string_view code;
  size_t digits;
};

constexpr CountryCode kCountryCodes[] = {
    {"1", 10},  {"7", 10},  {"31", 9},  {"32", 9},  {"33", 9},
    {"34", 9},  {"351", 9}, {"353", 9}, {"41", 9},  {"44", 10},
    {"48", 9},  {"52", 10}, {"54", 10}, {"55", 11}, {"56", 9},
    {"57", 10}, {"61", 9},  {"64", 9},  {"86", 11}, {"91", 10},
};

class PhoneFinder {
 public:
  PhoneFinder(const Scan& scan, std::vector<Finding>& found)
      : scan_(scan), groups_(scan.groups()), found_(found) {}

  void Run() {
    for (size_t first = 0; first < groups_.size();) {
      const Match match = MatchAt(first);
      first = match.last > 0 ? match.last : first + 1;
    }
  }

 private:
  Match MatchAt(size_t first) {
    for (const Match& match : {International(first), BestShape(first),
                               Spoken(first), Named(first)}) {
      if (match.strength == Strength::kNone || !Accepts(first, match)) continue;
      uint32_t begin = groups_[first].begin;
      if (match.strength == Strength::kSure) begin = PlusBefore(begin);
      if (scan_.At(static_cast<int64_t>(begin) - 1) == '(' &&
          HasClosing(begin, groups_[match.last - 1].end)) {
        --begin;
      }
      const bool strong = match.strength >= Strength::kStrong;
      found_.push_back({begin, groups_[match.last - 1].end,
                        PersonalKind::kPhone,
                        strong ? kStrongPhoneRank : kWeakPhoneRank});
      return match;
    }
    return {};
  }

  bool HasClosing(uint32_t begin, uint32_t end) const {
    for (uint32_t at = begin; at < end; ++at) {
      if (scan_.At(at) == ')') return true;
    }
    return false;
  }

  // Where the plus sign in front of `begin` stands, or `begin`.
  uint32_t PlusBefore(uint32_t begin) const {
    uint32_t at = begin;
    for (int i = 0; i < 2 && at > 0; ++i) {
      --at;
      if (scan_.At(at) == '+') return at;
      if (!IsBlank(scan_.At(at)) && scan_.At(at) != '(') break;
    }
    return begin;
  }

  bool HasPlus(size_t group) const {
    return PlusBefore(groups_[group].begin) != groups_[group].begin;
  }

  // Whether group `next` may belong to the same number as the one before it.
  bool Continues(size_t next) const {
    if (next >= groups_.size()) return false;
    const Group& group = groups_[next];
    if (group.link == Link::kNone || HasPlus(next)) return false;
    if (group.link == Link::kListed) return group.spoken;
    constexpr std::string_view kInside = " -./_()[";
    return group.separator == 0 ||
           kInside.find(group.separator) != std::string_view::npos;
  }

  Match International(size_t first) const {
    const bool plus = HasPlus(first);
    std::string digits = scan_.Digits(first, first + 1);
    const bool zeros =
        digits.size() >= 2 && digits[0] == '0' && digits[1] == '0';
    if (!plus && !zeros) return {};
    size_t last = first + 1;
    while (digits.size() < 15 && !Complete(digits, plus) && Continues(last) &&
           !scan_.IsQuantity(groups_[last].begin, groups_[last].end)) {
      digits += scan_.Digits(last, last + 1);
      ++last;
    }
    if (digits.size() > (plus ? 15U : 17U)) return {};
    if (plus)
      return digits.size() >= 8 ? Match{last, Strength::kSure} : Match{};
    if (digits.size() < 11 || digits[2] == '0') return {};
    return {last, Strength::kUsual};
  }

  // Whether all digits that the country's numbers have are there.
  static bool Complete(std::string_view digits, bool plus) {
    if (!plus) digits.remove_prefix(std::min<size_t>(2, digits.size()));
    for (const CountryCode& country : kCountryCodes) {
      if (digits.substr(0, country.code.size()) != country.code) continue;
      digits.remove_prefix(country.code.size());
      const size_t trunk = !digits.empty() && digits[0] == '0' ? 1 : 0;
      return digits.size() >= country.digits + trunk;
    }
    return false;
  }

  Match BestShape(size_t first) const {
    if (IsPartOfLonger(first)) return {};
    for (const Shape& shape : kShapes) {
      const size_t last = first + shape.lengths.size();
      if (!HasLengths(first, shape.lengths)) continue;
      const std::string digits = scan_.Digits(first, last);
      if (!StartsRight(shape.start, digits)) continue;
      if (shape.lengths[0] == '1' && digits[0] != '1') continue;
      return {last, Adjusted(first, last, shape)};
    }
    return {};
  }

  // A shape that goes on in the same way, or is written with the dots of
  // thousands, says less.
  Strength Adjusted(size_t first, size_t last, const Shape& shape) const {
    const char separator =
        last > first + 1 ? groups_[first + 1].separator : '\0';
    for (size_t i = first + 1; i < last; ++i) {
      if (groups_[i].link == Link::kListed && !groups_[i].spoken &&
          groups_[i].begin - groups_[i - 1].end > 1) {
        return Strength::kNeedsContext;
      }
    }
    if (last < groups_.size() && groups_[last].link == Link::kTight &&
        groups_[last].separator != ' ' && groups_[last].separator != '(' &&
        groups_[last].separator != '/') {
      return Strength::kNeedsContext;
    }
    if (shape.lengths == "34" && separator == ' ') {
      return Strength::kNeedsContext;
    }
    if (shape.lengths == "333" && separator == '.') {
      return Strength::kNeedsContext;
    }
    return shape.strength;
  }

  // 614*555*0142, or "614, 555, 0142" and "614 then 555 0142".
  bool ListedPart(size_t group, std::string_view lengths) const {
    return groups_[group].link == Link::kListed &&
           (lengths == "334" || lengths == "1334") && !HasPlus(group);
  }

  bool HasLengths(size_t first, std::string_view lengths) const {
    if (first + lengths.size() > groups_.size()) return false;
    for (size_t i = 0; i < lengths.size(); ++i) {
      if (i > 0 && !Continues(first + i) && !ListedPart(first + i, lengths)) {
        return false;
      }
      if (groups_[first + i].length() !=
          static_cast<uint32_t>(lengths[i] - '0'))
        return false;
    }
    return true;
  }

  bool IsPartOfLonger(size_t first) const {
    const Group& group = groups_[first];
    const char before = scan_.At(static_cast<int64_t>(group.begin) - 1);
    if (IsLetter(before)) {
      const size_t word = scan_.WordFrom(group.begin);
      return word == 0 ||
             (scan_.words()[word - 1].meaning.cues & kPhoneCue) == 0;
    }
    return group.link == Link::kTight && group.separator != ' ' &&
           group.separator != '(' && group.separator != 0;
  }

  // Digits one by one or in words: whatever their grouping.
  Match Spoken(size_t first) const {
    if (first > 0 && Continues(first) && groups_[first - 1].length() <= 2) {
      return {};
    }
    std::string digits;
    size_t spoken = 0;
    size_t singles = 0;
    Match match;
    for (size_t last = first; last < groups_.size() && digits.size() < 13;
         ++last) {
      if (last > first && !Continues(last)) break;
      digits += scan_.Digits(last, last + 1);
      spoken += groups_[last].spoken ? 1 : 0;
      singles += groups_[last].length() == 1 ? 1 : 0;
      const size_t count = last + 1 - first;
      const bool one_by_one = singles == count;
      if (count < 2 || (spoken == 0 && !one_by_one)) continue;
      if (CountsUp(first, last + 1)) continue;
      if (!SpokenLength(digits, spoken * 2 > count)) continue;
      match = {last + 1, Strength::kUsual};
    }
    return match;
  }

  // One to twelve, counted out loud.
  bool CountsUp(size_t first, size_t last) const {
    int previous = Value(first);
    const int step = Value(first + 1) - previous;
    if (step != 1 && step != -1) return false;
    for (size_t i = first + 1; i < last; ++i) {
      const int value = Value(i);
      if (value != previous + step) return false;
      previous = value;
    }
    return true;
  }

  int Value(size_t group) const {
    int value = 0;
    for (uint32_t at = groups_[group].begin; at < groups_[group].end; ++at) {
      value = (value * 10 + (scan_.At(at) - '0')) % 1000;
    }
    return value;
  }

  static bool SpokenLength(std::string_view digits, bool in_words) {
    if (ValidNorthAmerican(digits)) return true;
    const bool zero = digits[0] == '0' && digits[1] != '0';
    if (zero && (digits.size() == 10 || digits.size() == 11)) return true;
    return in_words && digits.size() == 9 && digits[0] >= '6';
  }

  // Seven to fifteen digits that the words around call a telephone number.
  Match Named(size_t first) const {
    if (IsPartOfLonger(first)) return {};
    size_t digits = 0;
    size_t last = first;
    bool numeric_dots = true;
    while (last < groups_.size() && digits + groups_[last].length() <= 15 &&
           (last == first || Continues(last))) {
      if (last > first && groups_[last].separator == '/') break;
      if (last > first &&
          scan_.IsQuantity(groups_[last].begin, groups_[last].end)) {
        break;
      }
      numeric_dots = numeric_dots && groups_[last].length() <= 3 &&
                     (last == first || groups_[last].separator == '.');
      digits += groups_[last++].length();
    }
    if (digits < 7) return {};
    if (numeric_dots && last - first == 4) return {};
    return {last, Strength::kNeedsContext};
  }

  // "his number is 555 0142".
  bool CalledNumber(size_t first, size_t last) const {
    const std::string digits = scan_.Digits(first, last);
    const uint32_t begin = groups_[first].begin;
    return digits.size() == 7 && digits.substr(0, 3) == "555" &&
           scan_.Near(begin, begin, kNumberCue, 20);
  }

  bool IsDate(size_t first, size_t last) const {
    if (last - first < 3) return false;
    const char separator = groups_[first + 1].separator;
    if (separator == ' ' || separator != groups_[first + 2].separator) {
      return false;
    }
    return groups_[first].length() == 4 && groups_[first + 1].length() <= 2 &&
           groups_[first + 2].length() <= 2 && last - first < 6;
  }

  bool Accepts(size_t first, const Match& match) const {
    const uint32_t begin = groups_[first].begin;
    const uint32_t end = groups_[match.last - 1].end;
    if (match.strength == Strength::kSure) return true;
    const char after = scan_.At(end);
    if (IsLetter(after) && after != 'x' && after != 'e' && after != 'p') {
      return false;
    }
    if (scan_.IsQuantity(begin, end) || IsDate(first, match.last)) return false;
    const Context before = scan_.Before(begin);
    const Context context = scan_.Around(begin, end);
    switch (match.strength) {
      case Strength::kNeedsContext:
        return (context.cues & kPhoneCue) != 0 ||
               (before.cues == 0 && CalledNumber(first, match.last));
      case Strength::kUsual:
        return (before.cues & kHarmlessCue) == 0;
      default:
        return (before.cues & kHarmlessCue) == 0 || before.distance > 2 ||
               scan_.Near(begin, end, kPhoneCue, 50);
    }
  }

  const Scan& scan_;
  const std::vector<Group>& groups_;
  std::vector<Finding>& found_;
};

}  // namespace

void FindPhones(const Scan& scan, std::vector<Finding>& found) {
  PhoneFinder(scan, found).Run();
}

}  // namespace earshot::contract::redact
