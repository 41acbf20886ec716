#include "dashboard_feed/digest/not_applied.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "dashboard_feed/digest/item.h"
#include "proto/contract/deputies.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

std::string KeyOf(const v1::InsightEvent& event) {
  return fmt::format("{}/{}/{}",
                     absl::ToUnixNanos(contract::ToTime(event.at())),
                     event.leader_id(), event.decision());
}

const v1::InsightEvent* Find(const v1::Insight& insight, uint64_t decision) {
  for (const v1::InsightEvent& event : insight.history()) {
    if (event.decision() == decision && !event.not_applied().empty()) {
      return &event;
    }
  }
  return nullptr;
}

std::string TextOf(const v1::InsightEvent& event, bool own,
                   absl::TimeZone zone) {
  const std::string at =
      absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(event.at()), zone);
  return own ? fmt::format("your '{}' of {} was not applied: {}", event.verb(),
                           at, event.not_applied())
             : fmt::format("'{}' by {} of {} was not applied: {}", event.verb(),
                           event.leader(), at, event.not_applied());
}

}  // namespace

void AddNotApplied(const LeaderView& view, const v1::Leader& leader,
                   const DigestRequest& request, v1::Digest& digest) {
  std::set<std::string> concerned{leader.id()};
  const v1::Deputy* deputy =
      contract::DeputyOf(leader, request.to, view.zone());
  if (deputy != nullptr) concerned.insert(deputy->leader());
  const std::set<std::string>& told = request.before.told_not_applied;
  for (const auto& [order, one] : view.model().not_applied) {
    if (order.first < request.to - kNotAppliedTold) continue;
    if (!concerned.contains(one.leader) && !concerned.contains(one.stands_of)) {
      continue;
    }
    const auto seen = view.Find(one.insight);
    if (!seen) continue;
    const v1::InsightEvent* event = Find(seen->insight, order.second);
    if (event == nullptr || told.contains(KeyOf(*event))) continue;
    if (digest.not_applied_size() == kMostNotAppliedLines) {
      digest.set_more_not_applied(digest.more_not_applied() + 1);
      continue;
    }
    v1::NotAppliedLine& line = *digest.add_not_applied();
    line.set_insight(seen->insight.id());
    line.set_title(TitleOf(*seen, view.rules().numbers));
    line.set_text(TextOf(*event, one.leader == leader.id(), view.zone()));
    line.set_key(KeyOf(*event));
  }
}

}  // namespace earshot::feed
