#include "router/insight/issue/topic_shares.h"

#include <algorithm>
#include <cmath>

namespace earshot::router {

std::vector<LabelShare> SharesOf(const std::vector<double>& scores) {
  std::vector<LabelShare> shares;
  if (scores.empty()) return shares;
  std::vector<double> sorted = scores;
  const auto middle =
      sorted.begin() + static_cast<ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const double best = *std::max_element(scores.begin(), scores.end());
  const double unit = std::max((best - *middle) / 3, 1e-9);
  for (size_t label = 0; label < scores.size(); ++label) {
    const double share = std::exp((scores[label] - best) / unit);
    if (share < 0.05) continue;
    shares.emplace_back(static_cast<uint16_t>(label),
                        static_cast<uint8_t>(std::lround(share * 255)));
  }
  std::stable_sort(shares.begin(), shares.end(),
                   [](const LabelShare& a, const LabelShare& b) {
                     return a.second > b.second;
                   });
  if (shares.size() > kMostShares) shares.resize(kMostShares);
  std::sort(shares.begin(), shares.end());
  return shares;
}

}  // namespace earshot::router
