#include "router/insight/near/slips.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace earshot::router {
namespace {

constexpr double kSlip = 0.85;
constexpr double kTwoSlips = 0.7;
constexpr double kCutShort = 0.7;

// Column and row of each letter's key, in quarters of a key's width.
constexpr std::array<std::u16string_view, 3> kKeyRows{u"qwertyuiop",
                                                      u"asdfghjkl", u"zxcvbnm"};

std::pair<int, int> KeyOf(char16_t letter) {
  for (int row = 0; row < 3; ++row) {
    const size_t at = kKeyRows.at(static_cast<size_t>(row)).find(letter);
    if (at != std::u16string_view::npos) {
      return {static_cast<int>(at) * 4 + row * 2, row};
    }
  }
  return {-100, -100};
}

bool AreNeighbours(char16_t left, char16_t right) {
  const auto [x1, y1] = KeyOf(left);
  const auto [x2, y2] = KeyOf(right);
  return x1 >= 0 && x2 >= 0 && std::abs(x1 - x2) <= 4 && std::abs(y1 - y2) <= 1;
}

bool IsVowel(char16_t c) {
  return c == u'a' || c == u'e' || c == u'i' || c == u'o' || c == u'u';
}

// Of what is left between a common beginning and a common end.
int Slips(std::u16string_view left, std::u16string_view right, bool any_key) {
  constexpr int kMany = 9;
  constexpr size_t kMost = 8;
  if (left.size() > kMost || right.size() > kMost) return kMany;
  std::array<std::array<int, kMost + 1>, kMost + 1> cost{};
  for (size_t i = 0; i <= left.size(); ++i) {
    for (size_t j = 0; j <= right.size(); ++j) {
      if (i == 0 || j == 0) {
        cost.at(i).at(j) = static_cast<int>(i + j);
        continue;
      }
      const char16_t a = left[i - 1];
      const char16_t b = right[j - 1];
      const int other = a == b ? 0 : any_key || AreNeighbours(a, b) ? 1 : 2;
      int least = std::min(cost.at(i - 1).at(j), cost.at(i).at(j - 1)) + 1;
      least = std::min(least, cost.at(i - 1).at(j - 1) + other);
      if (i > 1 && j > 1 && a == right[j - 2] && left[i - 2] == b) {
        least = std::min(least, cost.at(i - 2).at(j - 2) + 1);
      }
      cost.at(i).at(j) = least;
    }
  }
  return cost.at(left.size()).at(right.size());
}

bool IsCutShort(std::u16string_view brief, std::u16string_view full) {
  if (brief.size() < 2 || full.size() < 4 || brief[0] != full[0] ||
      brief.size() + 2 > full.size()) {
    return false;
  }
  if (brief.size() >= 3 && full.size() >= 6 &&
      full.substr(0, brief.size()) == brief) {
    return true;
  }
  size_t at = 1;
  for (size_t i = 1; i < brief.size(); ++i) {
    if (IsVowel(brief[i])) return false;
    at = full.find(brief[i], at);
    if (at == std::u16string_view::npos) return false;
    ++at;
  }
  return true;
}

}  // namespace

double SlipLikeness(std::u16string_view left, std::u16string_view right) {
  if (left.size() > right.size()) std::swap(left, right);
  if (left.size() < 2 || right.size() > kLongestSlip) return 0;
  if (right.size() - left.size() <= 2) {
    size_t front = 0;
    while (front < left.size() && left[front] == right[front]) ++front;
    size_t back = 0;
    while (back < left.size() - front &&
           left[left.size() - 1 - back] == right[right.size() - 1 - back]) {
      ++back;
    }
    const size_t longest = right.size();
    // A slip at both ends at once is another word, and one slip alone leaves
    // two letters between what is common at the front and at the back.
    if (front == 0 && back == 0) return 0;
    if (longest < 8 && right.size() - front - back > 2) {
      return IsCutShort(left, right) ? kCutShort : 0;
    }
    const int slips =
        Slips(left.substr(front, left.size() - front - back),
              right.substr(front, right.size() - front - back), longest >= 6);
    // In a word this short a letter more or less is another word.
    if (slips == 1 &&
        (longest >= 4 || (longest == 3 && left.size() == right.size()))) {
      return kSlip;
    }
    if (slips == 2 && longest >= 8) return kTwoSlips;
  }
  return IsCutShort(left, right) ? kCutShort : 0;
}

}  // namespace earshot::router
