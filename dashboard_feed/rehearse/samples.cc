#include "dashboard_feed/rehearse/samples.h"

#include <algorithm>
#include <utility>

namespace earshot::feed {

void Samples::Add(uint64_t insight, Row row) {
  std::deque<Row>& rows = rows_[insight];
  if (rows.size() == kMost) rows.pop_front();
  rows.push_back(std::move(row));
}

std::vector<std::string> Samples::Latest(const std::vector<uint64_t>& insights,
                                         const contract::LeaderScope& scope,
                                         contract::LeaderScope::Scopes scopes,
                                         size_t most) const {
  std::vector<const Row*> latest;
  for (const uint64_t insight : insights) {
    const auto found = rows_.find(insight);
    if (found == rows_.end()) continue;
    size_t taken = 0;
    for (auto row = found->second.rbegin();
         row != found->second.rend() && taken < most; ++row) {
      if ((scope.OfPlace(row->site, row->channel, row->shift) & scopes) == 0) {
        continue;
      }
      latest.push_back(&*row);
      ++taken;
    }
  }
  std::stable_sort(
      latest.begin(), latest.end(),
      [](const Row* a, const Row* b) { return a->arrived > b->arrived; });
  if (latest.size() > most) latest.resize(most);
  std::vector<std::string> ids;
  ids.reserve(latest.size());
  for (const Row* row : latest) ids.push_back(row->id);
  return ids;
}

}  // namespace earshot::feed
