// Payment cards: the right first digits, a length of that brand, and Luhn.

#include <algorithm>

#include "proto/contract/redact_scan.h"

namespace earshot::contract::redact {
namespace {

constexpr size_t kFewestInCard = 13;
constexpr size_t kMostInCard = 19;
constexpr uint32_t kCardReach = 60;  // glyphs

bool PassesLuhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (size_t i = digits.size(); i-- > 0; twice = !twice) {
    int value = digits[i] - '0';
    if (twice) value = value > 4 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

int Prefix(std::string_view digits, size_t length) {
  int value = 0;
  for (const char digit : digits.substr(0, length)) {
    value = value * 10 + (digit - '0');
  }
  return value;
}

bool Within(int value, int first, int last) {
  return value >= first && value <= last;
}

bool HasBrand(std::string_view digits) {
  const size_t size = digits.size();
  const int two = Prefix(digits, 2);
  const int three = Prefix(digits, 3);
  const int four = Prefix(digits, 4);
  if (digits[0] == '4') return size == 13 || size == 16 || size == 19;
  if (two == 34 || two == 37) return size == 15;
  if (Within(three, 300, 305) || three == 309 || two == 36 || two == 38 ||
      two == 39) {
    return size == 14 || size == 16 || size == 19;
  }
  if (Within(four, 3528, 3589)) return size >= 16;
  if (four == 2131 || four == 1800) return size == 15;
  if (Within(two, 51, 55)) return size == 16;
  if (Within(four, 2221, 2720)) return size == 16;
  if (Within(four, 2200, 2205)) return size >= 16;
  if (four == 6011 || two == 65 || Within(three, 644, 649) || two == 62 ||
      two == 60) {
    return size >= 16;
  }
  if (two == 81 || two == 82 || three == 508 || four == 9792) {
    return size == 16;
  }
  return two == 50 || Within(two, 56, 69) ? size >= 13 : false;
}

// One way to read groups [first, last) as one number.
class CardReader {
 public:
  CardReader(const Scan& scan, size_t first)
      : scan_(scan), groups_(scan.groups()), first_(first) {}

  // The end of the best card that starts at the first group, or 0.
  size_t Read() const {
    size_t best = 0;
    std::string digits;
    for (size_t last = first_; last < groups_.size(); ++last) {
      if (last > first_ && groups_[last].link == Link::kNone) break;
      if (digits.size() + groups_[last].length() > kMostInCard) break;
      digits += scan_.Digits(last, last + 1);
      if (digits.size() < kFewestInCard || !HasBrand(digits)) continue;
      if (!PassesLuhn(digits) || !Plausible(last + 1, digits.size())) continue;
      if (best == 0 || digits.size() == 16) best = last + 1;
    }
    return best;
  }

 private:
  bool StartsRun() const { return groups_[first_].link == Link::kNone; }
  bool EndsRun(size_t last) const {
    return last == groups_.size() || groups_[last].link == Link::kNone;
  }

  bool HasContext(size_t last) const {
    return scan_.Near(groups_[first_].begin, groups_[last - 1].end, kCardCue,
                      kCardReach);
  }

  // Printed groupings: 4-4-4-4 and what follows it, 4-6-5, 4-6-4.
  bool PrintedGrouping(size_t last) const {
    const size_t count = last - first_;
    if (count < 3 || groups_[first_].length() != 4) return false;
    const uint32_t second = groups_[first_ + 1].length();
    if (count == 3 && second == 6) {
      const uint32_t third = groups_[first_ + 2].length();
      return third == 5 || third == 4;
    }
    for (size_t i = first_; i + 1 < last; ++i) {
      if (groups_[i].length() != 4) return false;
    }
    return groups_[last - 1].length() <= 4;
  }

  bool AnyListed(size_t last) const {
    for (size_t i = first_ + 1; i < last; ++i) {
      if (groups_[i].link == Link::kListed) return true;
    }
    return false;
  }

  bool AllSpoken(size_t last) const {
    size_t spoken = 0;
    for (size_t i = first_; i < last; ++i) spoken += groups_[i].spoken ? 1 : 0;
    return spoken * 2 > last - first_;
  }

  // Whether all groups have the length of the first, but the last may differ.
  bool Uniform(size_t last) const {
    for (size_t i = first_; i + 1 < last; ++i) {
      if (groups_[i].length() != groups_[first_].length()) return false;
    }
    return true;
  }

  bool OneSeparator(size_t last) const {
    for (size_t i = first_ + 2; i < last; ++i) {
      if (groups_[i].separator != groups_[first_ + 1].separator) return false;
    }
    return true;
  }

  // A single group: not the decimals of a number, not a barcode.
  bool PlausibleAlone(size_t digits) const {
    const Group& group = groups_[first_];
    const bool decimals = group.link == Link::kTight &&
                          group.separator == '.' && first_ > 0 &&
                          groups_[first_ - 1].length() <= 3;
    if (decimals) return false;
    if (digits >= 16) return true;
    const bool barcode =
        scan_.Near(group.begin, group.end, kBarcodeCue, kCardReach);
    if (barcode) return false;
    if (digits == 15) return true;
    const Context before = scan_.Before(group.begin);
    return (before.cues & kHarmlessCue) == 0;
  }

  bool Plausible(size_t last, size_t digits) const {
    const size_t count = last - first_;
    if (count == 1) return PlausibleAlone(digits);
    if (HasContext(last)) return true;
    const bool printed = PrintedGrouping(last);
    if (AnyListed(last)) {
      return AllSpoken(last) ||
             ((printed || (Uniform(last) && groups_[first_].length() == 1 &&
                           StartsRun() && EndsRun(last))) &&
              digits >= 15 && ListedTightly(last));
    }
    // In the midst of a longer row of equal groups anything may fit.
    const bool fresh =
        StartsRun() || groups_[first_].link != Link::kTight ||
        groups_[first_].separator != groups_[first_ + 1].separator ||
        groups_[first_ - 1].length() != groups_[first_].length() ||
        (groups_[first_ - 1].link == Link::kNone && EndsRun(last));
    if (!fresh) return false;
    if (printed || (Uniform(last) && (StartsRun() || EndsRun(last)))) {
      return true;
    }
    if (AllSpoken(last)) return StartsRun() || EndsRun(last);
    return StartsRun() && EndsRun(last) &&
           (OneSeparator(last) || groups_[first_].spoken != 0);
  }

  // "4111,1111,1111,1111" and "4111 then 1111": no list has blanks missing
  // or a spoken filler.
  bool ListedTightly(size_t last) const {
    for (size_t i = first_ + 1; i < last; ++i) {
      if (groups_[i].link != Link::kListed) continue;
      const bool blank =
          groups_[i].begin - groups_[i - 1].end > 1 && !groups_[i].filler;
      if (blank && groups_[i].separator == ',') return false;
    }
    return true;
  }

  const Scan& scan_;
  const std::vector<Group>& groups_;
  const size_t first_;
};

// "It starts 4111, the next bit is 1111, after that 1111 and then 1111": four
// groups of four in a text that speaks of a card.
bool IsScattered(const Scan& scan, size_t first) {
  constexpr uint32_t kWidestGap = 32;
  const std::vector<Group>& groups = scan.groups();
  if (first + 4 > groups.size()) return false;
  uint32_t widest = 0;
  for (size_t i = first; i < first + 4; ++i) {
    if (groups[i].length() != 4) return false;
    if (i == first) continue;
    widest = std::max(widest, groups[i].begin - groups[i - 1].end);
    for (uint32_t at = groups[i - 1].end; at < groups[i].begin; ++at) {
      if (scan.At(at) == kBarrier) return false;
    }
  }
  if (widest > kWidestGap) return false;
  const std::string digits = scan.Digits(first, first + 4);
  if (!HasBrand(digits) || !PassesLuhn(digits)) return false;
  // 4111#1111#1111#1111: some other mark or letter between them.
  const bool marked = groups[first].begin + 16 + 3 >= groups[first + 3].end &&
                      scan.At(groups[first].end) != ',';
  return marked || scan.Near(groups[first].begin, groups[first + 3].end,
                             kCardCue, kCardReach);
}

}  // namespace

void FindCards(const Scan& scan, std::vector<Finding>& found) {
  const std::vector<Group>& groups = scan.groups();
  for (size_t first = 0; first < groups.size();) {
    size_t last = CardReader(scan, first).Read();
    if (last == 0 && IsScattered(scan, first)) last = first + 4;
    if (last == 0) {
      ++first;
      continue;
    }
    found.push_back({groups[first].begin, groups[last - 1].end,
                     PersonalKind::kCard, kCardRank});
    first = last;
  }
}

}  // namespace earshot::contract::redact
