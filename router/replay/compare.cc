#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "proto/contract/times.h"
#include "router/replay/replay.h"

// Two foldings of one log, side by side: positions mean the same in both.
namespace earshot::router {
namespace {

constexpr size_t kPage = 1000;
constexpr size_t kMostMoves = 20;
constexpr size_t kMostRanked = 20;

absl::StatusOr<v1::Reading> ReadingAt(Replayed& side, uint64_t position) {
  v1::Reading reading;
  const auto at = side.views().ReadingOf(position);
  if (!at.ok()) return at.status();
  const auto row = side.log().ReadOne(*at);
  if (!row.ok()) return row.status();
  if (*row) reading.ParseFromString((*row)->body);
  return reading;
}

absl::StatusOr<std::vector<v1::Insight>> InsightsOf(Replayed& side) {
  std::vector<v1::Insight> insights;
  for (uint64_t id = 1;; ++id) {
    auto insight = side.views().FindInsight(id);
    if (!insight.ok()) return insight.status();
    if (!*insight) break;
    if ((*insight)->observations() > 0)
      insights.push_back(**std::move(insight));
  }
  std::sort(insights.begin(), insights.end(),
            [](const v1::Insight& a, const v1::Insight& b) {
              return a.priority_milli() != b.priority_milli()
                         ? a.priority_milli() > b.priority_milli()
                         : a.id() < b.id();
            });
  return insights;
}

// Which insights of the one are which of the other: those that share the most
// observations.
class Matching {
 public:
  void Note(uint64_t before, uint64_t after) { ++shared_[before][after]; }

  void Count(ReplayDiff& diff) {
    std::unordered_map<uint64_t, std::pair<uint64_t, uint64_t>> best_before;
    for (const auto& [before, afters] : shared_) {
      if (afters.size() > 1) ++diff.fall_apart;
      uint64_t best = 0;
      uint64_t most = 0;
      for (const auto& [after, count] : afters) {
        ++parts_[after];
        if (count > most || (count == most && after < best)) {
          best = after;
          most = count;
        }
        auto& [own, owned] = best_before[after];
        if (count > owned || (count == owned && before < own)) {
          own = before;
          owned = count;
        }
      }
      for (const auto& [after, count] : afters) {
        if (after != best) diff.joined_elsewhere += count;
      }
    }
    for (const auto& [after, parts] : parts_) {
      if (parts > 1) diff.flow_together += parts - 1;
    }
    for (const auto& [after, own] : best_before) before_[after] = own.first;
  }

  uint64_t Before(uint64_t after) const {
    const auto found = before_.find(after);
    return found == before_.end() ? 0 : found->second;
  }

 private:
  std::unordered_map<uint64_t, std::map<uint64_t, uint64_t>> shared_;
  std::map<uint64_t, uint64_t> parts_;
  std::unordered_map<uint64_t, uint64_t> before_;
};

class Comparison {
 public:
  Comparison(Replayed& before, Replayed& after, absl::Time from)
      : before_(before), after_(after), from_(from) {}

  absl::StatusOr<ReplayDiff> Run() {
    absl::Status status = Observations();
    if (!status.ok()) return status;
    matching_.Count(diff_);
    for (const auto& [move, count] : moves_) {
      diff_.moves.emplace_back(move, count);
    }
    std::stable_sort(
        diff_.moves.begin(), diff_.moves.end(),
        [](const auto& a, const auto& b) { return a.second > b.second; });
    if (diff_.moves.size() > kMostMoves) diff_.moves.resize(kMostMoves);
    status = Ranks();
    if (!status.ok()) return status;
    return std::move(diff_);
  }

 private:
  absl::Status Observations() {
    uint64_t position = 0;
    while (true) {
      const auto rows = before_.log().ReadAfter(position, kPage);
      if (!rows.ok()) return rows.status();
      if (rows->empty()) return absl::OkStatus();
      for (const LogRow& row : *rows) {
        position = row.position;
        if (row.kind != v1::LOG_OBSERVATION) continue;
        absl::Status status = One(row);
        if (!status.ok()) return status;
      }
    }
  }

  absl::Status One(const LogRow& row) {
    v1::ObservationRecord said;
    if (!said.ParseFromString(row.body) ||
        contract::ToTime(said.received_at()) < from_ || row.erased) {
      return absl::OkStatus();
    }
    const auto old_insight = before_.views().InsightAt(row.position);
    if (!old_insight.ok()) return old_insight.status();
    const auto new_insight = after_.views().InsightAt(row.position);
    if (!new_insight.ok()) return new_insight.status();
    if (*old_insight == 0 || *new_insight == 0) return absl::OkStatus();
    const auto was = ReadingAt(before_, row.position);
    if (!was.ok()) return was.status();
    const auto is = ReadingAt(after_, row.position);
    if (!is.ok()) return is.status();
    ++diff_.observations;
    matching_.Note(*old_insight, *new_insight);
    if (was->kind() != is->kind()) ++diff_.kinds;
    if (was->topic() != is->topic()) {
      ++diff_.topics;
      ++moves_[fmt::format("{} -> {}", was->topic(), is->topic())];
    }
    return absl::OkStatus();
  }

  absl::Status Ranks() {
    const auto old_ones = InsightsOf(before_);
    if (!old_ones.ok()) return old_ones.status();
    const auto new_ones = InsightsOf(after_);
    if (!new_ones.ok()) return new_ones.status();
    diff_.insights_before = old_ones->size();
    diff_.insights_after = new_ones->size();
    std::unordered_map<uint64_t, uint64_t> rank;
    for (size_t i = 0; i < std::min(kMostRanked, old_ones->size()); ++i) {
      rank[(*old_ones)[i].id()] = i + 1;
    }
    for (size_t i = 0; i < std::min(kMostRanked, new_ones->size()); ++i) {
      const v1::Insight& insight = (*new_ones)[i];
      ReplayDiff::Ranked& ranked = diff_.first.emplace_back();
      ranked.before = matching_.Before(insight.id());
      const auto was = rank.find(ranked.before);
      if (was != rank.end()) ranked.rank_before = was->second;
      ranked.topic = insight.topic();
      ranked.priority_milli = insight.priority_milli();
    }
    return absl::OkStatus();
  }

  Replayed& before_;
  Replayed& after_;
  const absl::Time from_;
  ReplayDiff diff_;
  Matching matching_;
  std::map<std::string, uint64_t> moves_;
};

}  // namespace

absl::StatusOr<ReplayDiff> Compare(Replayed& before, Replayed& after,
                                   absl::Time from) {
  return Comparison(before, after, from).Run();
}

}  // namespace earshot::router
