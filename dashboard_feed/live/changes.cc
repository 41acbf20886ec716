#include "dashboard_feed/live/changes.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

namespace earshot::feed {
namespace {

InsightPtr WithoutWords(const v1::Insight& insight) {
  auto slim = std::make_shared<v1::Insight>();
  slim->set_id(insight.id());
  slim->set_topic(insight.topic());
  slim->set_kind(insight.kind());
  slim->set_state(insight.state());
  slim->set_observations(insight.observations());
  slim->set_reporters(insight.reporters());
  *slim->mutable_cells() = insight.cells();
  *slim->mutable_first_seen() = insight.first_seen();
  *slim->mutable_last_seen() = insight.last_seen();
  slim->set_severity_max(insight.severity_max());
  slim->set_priority_milli(insight.priority_milli());
  slim->set_open_always(insight.open_always());
  slim->set_merged_into(insight.merged_into());
  return slim;
}

bool HasPlacesOf(const v1::Insight& insight, const v1::Insight& before) {
  std::set<std::tuple<std::string, std::string, std::string>> places;
  for (const v1::Cell& cell : insight.cells()) {
    if (cell.observations() > 0) {
      places.emplace(cell.site(), cell.channel(), cell.shift());
    }
  }
  return std::all_of(
      before.cells().begin(), before.cells().end(), [&](const v1::Cell& cell) {
        return cell.observations() == 0 ||
               places.contains({cell.site(), cell.channel(), cell.shift()});
      });
}

bool MayHaveLeft(const v1::Insight& before, const v1::Insight& now) {
  return before.topic() != now.topic() ||
         before.merged_into() != now.merged_into() ||
         before.observations() > now.observations() ||
         before.reporters() > now.reporters() ||
         before.severity_max() > now.severity_max() ||
         (before.open_always() && !now.open_always()) ||
         before.kind() != now.kind() || !HasPlacesOf(now, before);
}

bool SameButEvidence(const v1::Insight& before, const v1::Insight& now) {
  return before.topic() == now.topic() && before.kind() == now.kind() &&
         before.state() == now.state() &&
         before.merged_into() == now.merged_into();
}

}  // namespace

std::vector<Change> ChangesIn(const v1::Delivery& delivery,
                              const WholeInsights& whole) {
  std::vector<Change> changes;
  std::map<uint64_t, size_t> at;  // of the insight in `changes`
  v1::Insight insight;
  for (const v1::Item& item : delivery.items()) {
    if (item.kind() != v1::UPDATE_INSIGHT ||
        !insight.ParseFromString(item.body()) || insight.id() == 0) {
      continue;
    }
    const auto [found, fresh] = at.emplace(insight.id(), changes.size());
    if (fresh) {
      Change& change = changes.emplace_back();
      change.insight = insight.id();
      if (const auto before = whole.Latest(insight.id())) {
        change.before = WithoutWords(*before);
      }
    }
    Change& change = changes[found->second];
    change.seq = item.seq();
    change.now = WithoutWords(insight);
  }
  for (Change& change : changes) {
    if (change.before == nullptr) continue;
    change.evidence_only = SameButEvidence(*change.before, *change.now);
    if (!MayHaveLeft(*change.before, *change.now)) change.before = nullptr;
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.seq < b.seq; });
  return changes;
}

void RecentChanges::Restart(uint64_t seq, absl::Time now) {
  entries_.clear();
  seq_of_.clear();
  floor_ = seq;
  floor_at_ = now;
}

void RecentChanges::Note(const Change& change, absl::Time now) {
  Entry entry;
  const auto known = seq_of_.find(change.insight);
  if (known != seq_of_.end()) {
    entry = std::move(entries_.at(known->second));
    entries_.erase(known->second);
  }
  entry.insight = change.insight;
  entry.at = now;
  entry.now = change.now;
  if (!change.evidence_only) entry.shown_seq = change.seq;
  if (change.before != nullptr) {
    if (entry.before.size() == kMostBefore) {
      // Who was last told before that may never hear that it left.
      floor_ = std::max(floor_, entry.before.front().first);
      entry.before.erase(entry.before.begin());
    }
    entry.before.emplace_back(change.seq, change.before);
  }
  seq_of_[change.insight] = change.seq;
  entries_[change.seq] = std::move(entry);
  if (entries_.size() <= kMost) return;
  const auto oldest = entries_.begin();
  floor_ = oldest->first;
  floor_at_ = oldest->second.at;
  seq_of_.erase(oldest->second.insight);
  entries_.erase(oldest);
}

absl::Time RecentChanges::TimeOf(uint64_t seq) const {
  const auto after = entries_.upper_bound(seq);
  return after == entries_.begin() ? floor_at_ : std::prev(after)->second.at;
}

}  // namespace earshot::feed
