#include "dashboard_feed/rehearse/samples.h"

#include <utility>

#include "dashboard_feed/leaders/scope.h"

namespace earshot::feed {

void Samples::Add(uint64_t insight, Row row) {
  std::deque<Row>& rows = rows_[insight];
  if (rows.size() == kMost) rows.pop_front();
  rows.push_back(std::move(row));
}

std::vector<std::string> Samples::Latest(uint64_t insight,
                                         const v1::Organisation& organisation,
                                         const v1::Scope& scope,
                                         size_t most) const {
  std::vector<std::string> ids;
  const auto found = rows_.find(insight);
  if (found == rows_.end()) return ids;
  for (auto row = found->second.rbegin();
       row != found->second.rend() && ids.size() < most; ++row) {
    if (PlaceInScope(organisation, scope, row->site, row->channel,
                     row->shift)) {
      ids.push_back(row->id);
    }
  }
  return ids;
}

}  // namespace earshot::feed
