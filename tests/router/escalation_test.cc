#include "router/loop/escalation.h"

#include <gtest/gtest.h>

#include "base/config/text_config.h"
#include "proto/contract/times.h"
#include "proto/contract/working_hours.h"
#include "router/loop/loop.h"
#include "tests/testing/fake_clock.h"

namespace earshot::router {
namespace {

using contract::WorkingHours;
using ::earshot::testing::At;

constexpr char kOrganisation[] = R"(
  sites { id: "store-014" region: "north" }
  sites { id: "store-015" region: "south" }
  leaders { id: "cora" name: "Cora" }
  leaders { id: "amara" manager: "cora" }
  leaders { id: "dana" manager: "amara" scope { regions: "north" }
            calendar: "office" time_zone: "Europe/Madrid"
            deputies { leader: "eve" from: "2026-12-21" until: "2027-01-06" } }
  leaders { id: "eve" manager: "amara" scope { regions: "south" } }
  calendars { id: "office" holidays: "2026-11-09" }
  loop { escalation_hours: 8 }
)";

v1::Organisation Parsed(const std::string& text) {
  v1::Organisation organisation;
  EXPECT_TRUE(config::ParseText(text, organisation).empty());
  return organisation;
}

v1::Insight Severe(const std::string& site, absl::Time seen) {
  v1::Insight insight;
  insight.set_id(1);
  insight.set_state(v1::HEARD);
  insight.set_topic("checkout");
  insight.set_observations(1);
  insight.set_reporters(1);
  insight.set_severity_max(4);
  v1::Cell& cell = *insight.add_cells();
  cell.set_site(site);
  cell.set_observations(1);
  *insight.mutable_first_seen() = contract::ToStamp(seen);
  return insight;
}

WorkingHours Office() {
  absl::TimeZone zone;
  absl::LoadTimeZone("Europe/Madrid", &zone);
  return WorkingHours(Parsed(kOrganisation).calendars(0), zone);
}

TEST(WorkingHoursTest, NightsWeekendsAndHolidaysDoNotCount) {
  // A Friday, 16:00 in Madrid: two hours are left; Monday is a holiday.
  EXPECT_EQ(Office().After(At("2026-11-06T15:00:00Z"), absl::Hours(2)),
            At("2026-11-06T17:00:00Z"));
  EXPECT_EQ(Office().After(At("2026-11-06T15:00:00Z"), absl::Hours(3)),
            At("2026-11-10T08:00:00Z"));
  EXPECT_EQ(Office().After(At("2026-11-07T10:00:00Z"), absl::Hours(11)),
            At("2026-11-11T08:00:00Z"));
}

TEST(WorkingHoursTest, TheDayOfTheClockChangeHasItsHoursByTheClock) {
  // 2026-10-25 is the Sunday; Monday begins an hour later in UTC.
  EXPECT_EQ(Office().After(At("2026-10-23T15:00:00Z"), absl::Hours(2)),
            At("2026-10-26T08:00:00Z"));
}

TEST(WorkingHoursTest, WithoutAnyWorkingDayAllTimeCounts) {
  v1::Calendar calendar;
  calendar.set_starts("18:00");
  calendar.set_ends("08:00");
  const absl::Time from = At("2026-11-06T15:00:00Z");
  EXPECT_EQ(
      WorkingHours(calendar, absl::UTCTimeZone()).After(from, absl::Hours(5)),
      from + absl::Hours(5));
  EXPECT_EQ(WorkingHours().After(from, absl::Hours(5)), from + absl::Hours(5));
}

TEST(OnDutyTest, TheLeaderFurthestDownWhoseScopeCoversItIsInCharge) {
  const OnDuty duty(Parsed(kOrganisation));
  const absl::Time seen = At("2026-11-03T10:00:00Z");
  EXPECT_EQ(duty.InCharge(Severe("store-014", seen)), "dana");
  EXPECT_EQ(duty.InCharge(Severe("store-015", seen)), "eve");
  EXPECT_EQ(duty.InCharge(Severe("elsewhere", seen)), "amara");
  v1::Insight taken = Severe("store-014", seen);
  taken.set_taken_by("cora");
  EXPECT_EQ(duty.InCharge(taken), "cora");
}

class EscalationTest : public ::testing::Test {
 protected:
  // What time does next; applied as the fold does. Nothing: it is over.
  std::optional<DueTick> Next(const OnDuty& duty) {
    auto next = NextEscalation(insight_, duty);
    if (!next) return next;
    v1::TickRecord tick;
    tick.set_what(next->what);
    tick.set_decision(insight_.last_decision());
    *tick.mutable_at() = contract::ToStamp(next->at);
    tick.set_leader(next->leader);
    *tick.mutable_due() = contract::ToStamp(next->due);
    EXPECT_TRUE(ApplyEscalation(insight_, tick, ++number_));
    return next;
  }
  void SetDue(const OnDuty& duty, absl::Duration allowed) {
    *insight_.mutable_answer_due() =
        contract::ToStamp(AnswerDue(insight_, duty, allowed));
  }

  v1::Insight insight_ = Severe("store-014", At("2026-11-03T09:00:00Z"));
  uint64_t number_ = 0;
};

TEST_F(EscalationTest, ItGoesUpStepByStepAndAtLastToEverybody) {
  const OnDuty duty(Parsed(kOrganisation));
  SetDue(duty, absl::Hours(4));
  auto next = Next(duty);
  EXPECT_EQ(next->what, v1::TickRecord::REMINDED);
  EXPECT_EQ(next->leader, "dana");
  EXPECT_EQ(next->at, At("2026-11-03T12:00:00Z"));
  next = Next(duty);
  EXPECT_EQ(next->what, v1::TickRecord::ESCALATED);
  EXPECT_EQ(next->leader, "amara");
  EXPECT_EQ(next->at, At("2026-11-03T13:00:00Z"));
  next = Next(duty);
  EXPECT_EQ(next->leader, "cora");
  EXPECT_EQ(next->at, At("2026-11-03T21:00:00Z")) << "amara works at all hours";
  next = Next(duty);
  EXPECT_EQ(next->what, v1::TickRecord::OVERDUE);
  EXPECT_EQ(insight_.escalation().stage(), v1::Escalation::OVERDUE);
  EXPECT_FALSE(Next(duty).has_value());
  EXPECT_EQ(insight_.history_size(), 4);
}

TEST_F(EscalationTest, WhatALeaderHasInHandWaitsForNobody) {
  const OnDuty duty(Parsed(kOrganisation));
  SetDue(duty, absl::Hours(4));
  v1::DecisionRecord record;
  record.mutable_decision()->set_leader("dana");
  record.mutable_decision()->mutable_acknowledge();
  ASSERT_TRUE(Next(duty).has_value());
  ASSERT_TRUE(
      ApplyDecision(insight_, {7, record, "", "Dana"}, duty.rules()).ok());
  EXPECT_FALSE(insight_.has_escalation());
  EXPECT_FALSE(Next(duty).has_value());
}

TEST_F(EscalationTest, ATickThatALeaderOvertookSaysNothing) {
  v1::TickRecord tick;
  tick.set_what(v1::TickRecord::REMINDED);
  const OnDuty duty(Parsed(kOrganisation));
  SetDue(duty, absl::Hours(4));
  insight_.set_last_decision(5);
  EXPECT_FALSE(ApplyEscalation(insight_, tick, 9));
}

TEST_F(EscalationTest, ACommitmentIsEscalatedWhenItsDayHasPassed) {
  const OnDuty duty(Parsed(kOrganisation));
  insight_.set_state(v1::COMMITTED);
  insight_.set_taken_by("eve");
  *insight_.mutable_due() = contract::ToStamp(At("2026-11-10T09:00:00Z"));
  EXPECT_EQ(Next(duty)->leader, "eve");
  const auto next = Next(duty);
  EXPECT_EQ(next->leader, "amara");
  EXPECT_EQ(next->at, At("2026-11-10T09:00:00Z"));
}

TEST_F(EscalationTest, WhatIsHiddenWaitsUntilItShows) {
  const OnDuty duty(Parsed(kOrganisation));
  SetDue(duty, absl::Hours(4));
  const absl::Time until = At("2026-11-20T09:00:00Z");
  *insight_.mutable_muted()->mutable_until() = contract::ToStamp(until);
  EXPECT_EQ(Next(duty)->at, until);
}

TEST_F(EscalationTest, NothingEscalatesThatNobodyAskedFor) {
  const OnDuty off(Parsed("leaders { id: 'dana' }"));
  SetDue(off, absl::Hours(4));
  EXPECT_FALSE(NextEscalation(insight_, off)) << "not configured";
  const OnDuty duty(Parsed(kOrganisation));
  insight_.set_kind(v1::OBSERVATION_KIND_PRAISE);
  EXPECT_FALSE(NextEscalation(insight_, duty)) << "praise";
  insight_.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
  insight_.set_severity_max(3);
  EXPECT_FALSE(NextEscalation(insight_, duty)) << "one person, not severe";
  insight_.set_reporters(3);
  EXPECT_TRUE(NextEscalation(insight_, duty));
  insight_.set_merged_into(2);
  EXPECT_FALSE(NextEscalation(insight_, duty)) << "it is part of another";
}

TEST_F(EscalationTest, ACircleOfManagersEnds) {
  const OnDuty duty(Parsed(R"(
    leaders { id: "a" manager: "b" } leaders { id: "b" manager: "a" }
    loop { escalation_hours: 1 })"));
  SetDue(duty, absl::Hours(4));
  int steps = 0;
  while (Next(duty)) ASSERT_LT(++steps, 10);
  EXPECT_EQ(insight_.escalation().stage(), v1::Escalation::OVERDUE);
}

}  // namespace
}  // namespace earshot::router
