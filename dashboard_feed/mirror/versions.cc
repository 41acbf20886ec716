// What insights were, for as long as somebody may still be shown it.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dashboard_feed/mirror/mirror.h"
#include "earshot/v1/erase.pb.h"

namespace earshot::feed {

absl::Status Mirror::StoreInsight(const v1::Item& item, absl::Time now) {
  v1::Insight insight;
  if (!insight.ParseFromString(item.body()) || insight.id() == 0) {
    return absl::DataLossError(
        "the router sent an insight that cannot be read; upgrade the feed");
  }
  store::Statement put = database_->Prepare(
      "INSERT INTO versions(insight, taken_at, number, body)"
      " SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3"
      " FROM versions WHERE insight=?1");
  absl::Status status = put.Bind(1, insight.id())
                            .Bind(2, absl::ToUnixMillis(now))
                            .BindBlob(3, item.body())
                            .Run();
  if (status.ok()) status = Prune(insight.id(), now);
  if (status.ok()) status = words_.Put(insight);
  if (status.ok()) model_.TakeInsight(insight, now);
  return status;
}

// Of those older than a day the last stays. When they are too many, the one
// before the last goes: a leader who saw the older ones goes on seeing them.
absl::Status Mirror::Prune(uint64_t insight, absl::Time now) {
  store::Statement list = database_->Prepare(
      "SELECT number, taken_at FROM versions WHERE insight=?1"
      " ORDER BY number");
  list.Bind(1, insight);
  std::vector<std::pair<uint64_t, int64_t>> versions;
  absl::StatusOr<bool> row = false;
  while ((row = list.Step()).ok() && *row) {
    versions.emplace_back(list.Unsigned(0), list.Int(1));
  }
  if (!row.ok()) return row.status();
  std::vector<uint64_t> gone;
  const int64_t old = absl::ToUnixMillis(now - kVersionsKept);
  size_t first = 0;
  while (first + 1 < versions.size() && versions[first + 1].second <= old) {
    gone.push_back(versions[first++].first);
  }
  if (versions.size() - first > kMostVersions) {
    gone.push_back(versions[versions.size() - 2].first);
  }
  store::Statement drop =
      database_->Prepare("DELETE FROM versions WHERE insight=?1 AND number=?2");
  for (const uint64_t number : gone) {
    absl::Status status = drop.Bind(1, insight).Bind(2, number).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Mirror::Erase(const v1::Item& item) {
  v1::EraseOrder order;
  if (!order.ParseFromString(item.body())) {
    return absl::DataLossError(
        "the router sent an erase order that cannot be read; upgrade the feed");
  }
  const std::set<std::string> gone(order.observations().begin(),
                                   order.observations().end());
  const std::set<uint64_t> events(order.events().begin(), order.events().end());
  struct Changed {
    uint64_t insight = 0;
    uint64_t number = 0;
    std::string body;
  };
  std::vector<Changed> changed;
  absl::StatusOr<bool> row = false;
  v1::Insight insight;
  for (const uint64_t id : order.insights()) {
    store::Statement all = database_->Prepare(
        "SELECT insight, number, body FROM versions WHERE insight=?1");
    all.Bind(1, id);
    while ((row = all.Step()).ok() && *row) {
      if (!insight.ParseFromString(all.Blob(2))) continue;
      bool touched = false;
      auto& kept = *insight.mutable_verbatims();
      const auto end =
          std::remove_if(kept.begin(), kept.end(), [&](const auto& verbatim) {
            return gone.contains(verbatim.observation());
          });
      if (end != kept.end()) touched = true;
      kept.erase(end, kept.end());
      auto& thanked = *insight.mutable_thanked();
      const auto named = std::remove_if(
          thanked.begin(), thanked.end(), [&](const auto& person) {
            return gone.contains(person.observation());
          });
      if (named != thanked.end()) touched = true;
      thanked.erase(named, thanked.end());
      for (v1::InsightEvent& event : *insight.mutable_history()) {
        if (event.detail().empty() || !events.contains(event.decision())) {
          continue;
        }
        event.clear_detail();
        touched = true;
      }
      if (!touched) continue;
      changed.push_back(
          {all.Unsigned(0), all.Unsigned(1), insight.SerializeAsString()});
    }
    if (!row.ok()) return row.status();
  }
  store::Statement put = database_->Prepare(
      "UPDATE versions SET body=?3 WHERE insight=?1 AND number=?2");
  for (const Changed& one : changed) {
    absl::Status status = put.Bind(1, one.insight)
                              .Bind(2, one.number)
                              .BindBlob(3, one.body)
                              .Run();
    if (!status.ok()) return status;
    const Facts* facts = model_.insights.Find(one.insight);
    const auto latest = Latest(one.insight);
    if (facts == nullptr || !latest) continue;
    model_.TakeInsight(*latest, absl::FromUnixMillis(facts->taken_at));
    status = words_.Put(*latest);
    if (!status.ok()) return status;
  }
  words_.NoteErased();
  return absl::OkStatus();
}

}  // namespace earshot::feed
