// Social security numbers and their like. Three, two and four digits are one
// by their shape, whatever the digits; others need to be called one.

#include <algorithm>

#include "proto/contract/redact_scan.h"

namespace earshot::contract::redact {
namespace {

// Spoken digits, joined where nothing but a blank parts them: "nine eight
// seven dash six five" is 987 and 65.
struct Cluster {
  size_t first;
  size_t last;
  uint32_t digits;
};

bool Joins(const Group& previous, const Group& group) {
  constexpr uint32_t kShort = 2;
  return group.link == Link::kTight && group.separator == ' ' &&
         previous.length() <= kShort && group.length() <= kShort;
}

std::vector<Cluster> MakeClusters(const std::vector<Group>& groups) {
  std::vector<Cluster> clusters;
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool spoken_pair = i > 0 && Joins(groups[i - 1], groups[i]) &&
                             (groups[i].length() == 1 ||
                              groups[i - 1].length() == 1 || groups[i].spoken);
    if (spoken_pair) {
      clusters.back().last = i + 1;
      clusters.back().digits += groups[i].length();
    } else {
      clusters.push_back({i, i + 1, groups[i].length()});
    }
  }
  return clusters;
}

class SsnFinder {
 public:
  SsnFinder(const Scan& scan, std::vector<Finding>& found)
      : scan_(scan), groups_(scan.groups()), found_(found) {}

  void Run() {
    FindShapes();
    FindNamed();
    FindNationalIds();
    FindSpoken();
  }

 private:
  const Group& Head(const Cluster& cluster) const {
    return groups_[cluster.first];
  }

  bool Follows(const Cluster& cluster) const {
    const Group& head = Head(cluster);
    return head.link == Link::kTight || head.link == Link::kLoose ||
           (head.link == Link::kListed &&
            (head.spoken != 0 || head.filler ||
             head.begin - groups_[cluster.first - 1].end == 1));
  }

  // Whether `cluster` is one more part of the number before it.
  bool Extends(const Cluster& cluster, char separator) const {
    const Group& head = Head(cluster);
    return head.link == Link::kTight && head.separator == separator &&
           separator != ' ';
  }

  void FindShapes() {
    const std::vector<Cluster> clusters = MakeClusters(groups_);
    for (size_t i = 0; i + 2 < clusters.size(); ++i) {
      if (clusters[i].digits != 3 || clusters[i + 1].digits != 2 ||
          clusters[i + 2].digits != 4) {
        continue;
      }
      if (!Follows(clusters[i + 1]) || !Follows(clusters[i + 2])) continue;
      const char separator = Head(clusters[i + 1]).separator;
      const bool longer =
          (i > 0 && Extends(clusters[i], separator)) ||
          (i + 3 < clusters.size() && Extends(clusters[i + 3], separator));
      const uint32_t begin = Head(clusters[i]).begin;
      const uint32_t end = groups_[clusters[i + 2].last - 1].end;
      const Context context = scan_.Around(begin, end);
      if (longer && (context.cues & kSsnCue) == 0) continue;
      if (IsPartNumber(begin, separator, context)) continue;
      Add(begin, end, kSsnShapeRank);
    }
  }

  // "SKU 100-20-3000", "v123.45.6789", "$ 123 45".
  bool IsPartNumber(uint32_t begin, char separator, Context context) const {
    const char attached = scan_.At(static_cast<int64_t>(begin) - 1);
    if (attached == '$' || (separator == '.' && IsLetter(attached)))
      return true;
    const Context before = scan_.Before(begin);
    if ((context.cues & kHarmlessCue) == 0) return false;
    if ((before.cues & kHarmlessCue) == 0) return false;
    return separator == '.' || separator == ' ' || before.distance <= 3;
  }

  // Nine digits, or fifteen in France, by the word in front or behind.
  void FindNamed() {
    for (size_t first = 0; first < groups_.size(); ++first) {
      if (first > 0 && groups_[first].link >= Link::kLoose &&
          groups_[first].length() <= 2 && groups_[first - 1].length() <= 2 &&
          first > 1) {
        // Inside a row that was tried from its start.
        if (groups_[first - 1].link != Link::kNone) continue;
      }
      uint32_t digits = 0;
      size_t last = first;
      size_t best = 0;
      while (last < groups_.size() && digits <= 15 &&
             (last == first || groups_[last].link != Link::kNone)) {
        digits += groups_[last++].length();
        if (digits == 9 || digits == 15 || digits == 13) best = last;
      }
      if (best == 0) continue;
      const uint32_t begin = groups_[first].begin;
      const uint32_t end = groups_[best - 1].end;
      if ((scan_.Around(begin, end).cues & kSsnCue) == 0) continue;
      Add(begin, end, kSsnContextRank);
      first = best - 1;
    }
  }

  // Nine digits and no more, said in English with no word about them: no
  // telephone number there has nine.
  void FindSpoken() {
    for (size_t first = 0; first < groups_.size();) {
      size_t last = first;
      uint32_t digits = 0;
      unsigned languages = kEnglish;
      do {
        digits += groups_[last].length();
        languages &= groups_[last].spoken;
        ++last;
      } while (last < groups_.size() && groups_[last].link != Link::kNone);
      const uint32_t begin = groups_[first].begin;
      const uint32_t end = groups_[last - 1].end;
      if (digits == 9 && languages != 0 && last - first > 3 &&
          scan_.Around(begin, end).cues == 0) {
        Add(begin, end, kSsnSpokenRank);
      }
      first = last;
    }
  }

  // QQ 12 34 56 C by shape; a DNI, eight digits and a letter, by its name.
  void FindNationalIds() {
    for (size_t i = 0; i < groups_.size(); ++i) {
      FindDni(i);
      FindNino(i);
    }
  }

  void FindNino(size_t first) {
    uint32_t digits = 0;
    size_t last = first;
    while (last < groups_.size() && digits < 6 &&
           (last == first || groups_[last].link == Link::kTight)) {
      digits += groups_[last++].length();
    }
    if (digits != 6) return;
    const Group& head = groups_[first];
    int64_t begin = static_cast<int64_t>(head.begin) - 1;
    if (IsSeparator(scan_.At(begin))) --begin;
    if (!IsLetter(scan_.At(begin)) || !IsLetter(scan_.At(begin - 1)) ||
        IsAlnum(scan_.At(begin - 2))) {
      return;
    }
    uint32_t end = groups_[last - 1].end;
    if (IsSeparator(scan_.At(end))) ++end;
    const char suffix = scan_.At(end);
    if (suffix < 'a' || suffix > 'd' || IsAlnum(scan_.At(end + 1))) return;
    const uint32_t start = static_cast<uint32_t>(begin - 1);
    const uint32_t cues = scan_.Around(start, end + 1).cues;
    const bool pairs = last - first == 3 && groups_[first].length() == 2;
    if ((cues & kSsnCue) == 0 && (!pairs || (cues & kHarmlessCue) != 0)) {
      return;
    }
    Add(start, end + 1, kSsnShapeRank);
  }

  void FindDni(size_t first) {
    uint32_t digits = 0;
    size_t last = first;
    while (last < groups_.size() && digits < 8 &&
           (last == first || groups_[last].link == Link::kTight)) {
      digits += groups_[last++].length();
    }
    if (digits != 7 && digits != 8) return;
    uint32_t begin = groups_[first].begin;
    uint32_t end = groups_[last - 1].end;
    if (digits == 7) {
      int64_t before = static_cast<int64_t>(begin) - 1;
      if (IsSeparator(scan_.At(before))) --before;
      const char prefix = scan_.At(before);
      if (prefix < 'x' || prefix > 'z') return;
      begin = static_cast<uint32_t>(before);
    }
    if (IsSeparator(scan_.At(end))) ++end;
    if (!IsLetter(scan_.At(end)) || IsAlnum(scan_.At(end + 1))) {
      end = groups_[last - 1].end;
    } else {
      ++end;
    }
    if ((scan_.Around(begin, end).cues & kNationalIdCue) == 0) return;
    Add(begin, end, kSsnContextRank);
  }

  static bool IsSeparator(char symbol) {
    return IsBlank(symbol) || symbol == '-' || symbol == '.';
  }

  void Add(uint32_t begin, uint32_t end, int rank) {
    found_.push_back({begin, end, PersonalKind::kSsn, rank});
  }

  const Scan& scan_;
  const std::vector<Group>& groups_;
  std::vector<Finding>& found_;
};

}  // namespace

void FindSsns(const Scan& scan, std::vector<Finding>& found) {
  SsnFinder(scan, found).Run();
}

}  // namespace earshot::contract::redact
