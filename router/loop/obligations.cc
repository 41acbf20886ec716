#include "router/loop/obligations.h"

#include <algorithm>

#include "proto/contract/score.h"
#include "proto/contract/times.h"

namespace earshot::router {
namespace {

uint64_t Reports(const v1::Insight& insight) {
  return insight.observations() + insight.repeats();
}

absl::Time LastThatHappened(const v1::Insight& insight) {
  absl::Time last = std::max(contract::ToTime(insight.last_seen()),
                             contract::ToTime(insight.opened_at()));
  if (insight.history_size() > 0) {
    last = std::max(last, contract::ToTime(insight.history().rbegin()->at()));
  }
  return last;
}

absl::Duration Days(uint32_t days) { return absl::Hours(24) * days; }

// So that what happens in the course of a day moves it once.
absl::Time EndOfDay(absl::Time time) {
  constexpr int64_t kDaySeconds = 86400;
  return absl::FromUnixSeconds((absl::ToUnixSeconds(time) + kDaySeconds - 1) /
                               kDaySeconds * kDaySeconds);
}

}  // namespace

std::optional<DueTick> NextEnd(const v1::Insight& insight,
                               const v1::LoopRules& rules) {
  if (insight.merged_into() != 0 ||
      insight.obligations_ended() >= Reports(insight)) {
    return std::nullopt;
  }
  const bool over =
      contract::Settled(insight.state()) && insight.state() != v1::RESOLVED;
  absl::Time last = LastThatHappened(insight);
  if (insight.has_obligations_ended_at()) {
    last = std::max(last, contract::ToTime(insight.obligations_ended_at()));
  }
  return DueTick{v1::TickRecord::OBLIGATIONS_ENDED,
                 EndOfDay(last + Days(over ? rules.obligation_days()
                                           : rules.longest_obligation_days())),
                 "",
                 {}};
}

bool NobodyWaits(const v1::Insight& insight, absl::Time at,
                 const v1::LoopRules& rules) {
  return at >= LastThatHappened(insight) +
                   Days(std::max(rules.obligation_days(),
                                 rules.longest_obligation_days()));
}

void NoteEnd(v1::Insight& insight, absl::Time at, uint64_t waiting) {
  *insight.mutable_obligations_ended_at() = contract::ToStamp(at);
  insight.set_obligations_ended(Reports(insight) -
                                std::min(Reports(insight), waiting));
}

}  // namespace earshot::router
