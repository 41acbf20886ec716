#include "dashboard_feed/at_once/at_once.h"

#include <algorithm>

#include "proto/contract/leader_scope.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr uint32_t kAtOnceSeverity = 5;

}  // namespace

bool IsAtOnce(const v1::Alert& alert, absl::Time now) {
  if (alert.severity() < kAtOnceSeverity) return false;
  const absl::Time received = contract::ToTime(alert.received_at());
  if (alert.has_observed_at() &&
      received - contract::ToTime(alert.observed_at()) > kLateAlert) {
    return false;
  }
  return now - received <= kStaleAlert;
}

bool InLeadersScope(const v1::Organisation& organisation,
                    const v1::Leader& leader, const v1::Alert& alert) {
  return contract::LeaderScope(organisation, leader)
      .Covers(alert.topic(), alert.site(), alert.channel(), alert.shift());
}

bool IsToldAtOnce(const v1::Organisation& organisation,
                  const v1::Leader& leader, const v1::Alert& alert,
                  absl::Time now) {
  return IsAtOnce(alert, now) && InLeadersScope(organisation, leader, alert);
}

bool IsOfSubscription(const v1::Organisation& organisation,
                      const v1::Subscription& subscription,
                      const v1::Alert& alert) {
  const v1::Scope& scope = subscription.scope();
  if (!contract::TopicInScope(scope, alert.topic()) ||
      !contract::PlaceInScope(organisation, scope, alert.site(),
                              alert.channel(), alert.shift())) {
    return false;
  }
  const auto& kinds = subscription.kinds();
  return kinds.empty() ||
         std::find(kinds.begin(), kinds.end(),
                   contract::KindName(alert.kind())) != kinds.end();
}

bool BreaksQuiet(const v1::Alert& alert) {
  return alert.kind() == v1::OBSERVATION_KIND_RISK || alert.safety();
}

}  // namespace earshot::feed
