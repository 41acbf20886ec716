#include "dashboard_feed/digest/health_sum.h"

#include <algorithm>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"

namespace earshot::feed {
namespace {

constexpr int64_t kDay = 86400;

void CountOne(const Glance& glance, v1::LoopHealth& health) {
  const bool settled = Finished(glance.state);
  const Facts& facts = *glance.facts;
  if (glance.answered) health.set_answered(health.answered() + 1);
  if (settled || facts.regressions > 0) {
    health.set_settled(health.settled() + 1);
  }
  if (facts.regressions > 0) health.set_reopened(health.reopened() + 1);
  if (glance.state == v1::CONFIRMED) {
    health.set_confirmed(health.confirmed() + 1);
  }
  if (facts.closed_at != kNever) health.set_closed(health.closed() + 1);
}

}  // namespace

HealthSum::HealthSum(absl::Time now)
    : now_(now), from_(absl::ToUnixSeconds(now - kStretch)) {}

void HealthSum::Step::Put(const char* name, const char* title,
                          v1::LoopHealth& health) {
  v1::LoopStep& step = *health.add_steps();
  step.set_name(name);
  step.set_title(title);
  step.set_insights(static_cast<uint32_t>(seconds_.size()));
  if (seconds_.empty()) return;
  const auto middle =
      seconds_.begin() + static_cast<std::ptrdiff_t>(seconds_.size() / 2);
  std::nth_element(seconds_.begin(), middle, seconds_.end());
  step.set_median_seconds(*middle);
}

void HealthSum::Take(const Glance& glance, uint64_t reporters) {
  ++opened_;
  reporters_ += reporters;
  if (glance.answered) heard_back_ += reporters;
  if (glance.escalation >= v1::Escalation::ESCALATED ||
      IsOverdue(glance, now_)) {
    ++overdue_;
  }
  if (!glance.decided || glance.facts->first_seen < from_) return;
  any_ = true;
  const Facts& facts = *glance.facts;
  CountOne(glance, counts_);
  // What came in on some day at no time is of an anonymous reporter.
  if (facts.opened_at % kDay != 0) {
    visible_.Add(facts.first_seen, facts.opened_at);
  }
  acknowledged_.Add(facts.opened_at, facts.first_decided_at);
  answered_.Add(facts.first_decided_at, facts.first_answered_at);
  if (glance.state == v1::CONFIRMED) {
    confirmed_.Add(facts.first_answered_at, facts.closed_at);
  }
}

v1::LoopHealth HealthSum::Put() {
  v1::LoopHealth health = counts_;
  visible_.Put("observed_visible", "observed to visible", health);
  acknowledged_.Put("visible_acknowledged", "visible to first decision",
                    health);
  answered_.Put("acknowledged_answered", "first decision to answer", health);
  confirmed_.Put("answered_confirmed", "answer to confirmed", health);
  health.set_opened(opened_);
  health.set_overdue(overdue_);
  health.set_heard_back_percent(static_cast<uint32_t>(
      reporters_ == 0 ? 0 : heard_back_ * 100 / reporters_));
  *health.mutable_reporters() = CountOf(reporters_, false, 0);
  return health;
}

}  // namespace earshot::feed
