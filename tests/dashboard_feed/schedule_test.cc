#include "dashboard_feed/schedule/schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace earshot::feed {
namespace {

absl::Time Utc(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M:%S", text, &time, &error))
      << error;
  return time;
}

v1::Subscription Every(v1::Subscription::Cadence cadence) {
  v1::Subscription subscription;
  subscription.set_cadence(cadence);
  return subscription;
}

Due DueOf(const v1::Subscription& subscription, absl::TimeZone zone,
          absl::Time now) {
  const auto due = LatestDue(subscription, zone, now);
  EXPECT_TRUE(due.has_value());
  return due.value_or(Due());
}

const absl::TimeZone kMadrid = ZoneOf("Europe/Madrid");

TEST(Schedule, DailyIsDueAtEightLocalTimeUnlessSaidOtherwise) {
  v1::Subscription daily = Every(v1::Subscription::DAILY);
  EXPECT_EQ(DueOf(daily, kMadrid, Utc("2026-11-02 06:59:59")).key,
            "2026-11-01");
  const Due due = DueOf(daily, kMadrid, Utc("2026-11-02 07:00:00"));
  EXPECT_EQ(due.key, "2026-11-02");
  EXPECT_EQ(due.to, Utc("2026-11-02 07:00:00"));
  EXPECT_EQ(due.from, Utc("2026-11-01 07:00:00"));
  daily.set_at("21:30");
  EXPECT_EQ(DueOf(daily, kMadrid, Utc("2026-11-02 20:29:00")).key,
            "2026-11-01");
}

TEST(Schedule, ADayOfAClockChangeIs23Or25HoursLong) {
  const v1::Subscription daily = Every(v1::Subscription::DAILY);
  const Due spring = DueOf(daily, kMadrid, Utc("2026-03-29 06:00:00"));
  EXPECT_EQ(spring.key, "2026-03-29");
  EXPECT_EQ(spring.to - spring.from, absl::Hours(23));
  const Due autumn = DueOf(daily, kMadrid, Utc("2026-10-25 07:00:00"));
  EXPECT_EQ(autumn.key, "2026-10-25");
  EXPECT_EQ(autumn.to - autumn.from, absl::Hours(25));
}

TEST(Schedule, ATimeThatAClockChangeLeavesOutIsStillDueThatDay) {
  v1::Subscription daily = Every(v1::Subscription::DAILY);
  daily.set_at("02:30");  // 2026-03-29 has none in Madrid
  EXPECT_EQ(DueOf(daily, kMadrid, Utc("2026-03-29 01:30:00")).key,
            "2026-03-29");
  EXPECT_EQ(DueOf(daily, kMadrid, Utc("2026-03-29 01:29:00")).key,
            "2026-03-28");
}

TEST(Schedule, ATimeThatComesTwiceIsDueOnce) {
  v1::Subscription daily = Every(v1::Subscription::DAILY);
  daily.set_at("02:30");  // 2026-10-25 has two in Madrid
  const Due first = DueOf(daily, kMadrid, Utc("2026-10-25 00:30:00"));
  const Due second = DueOf(daily, kMadrid, Utc("2026-10-25 01:30:00"));
  EXPECT_EQ(first.key, "2026-10-25");
  EXPECT_EQ(second.key, first.key);
  EXPECT_EQ(second.to, first.to);
}

TEST(Schedule, EveryHourOfADayOfAClockChangeHasItsOwnKey) {
  const v1::Subscription hourly = Every(v1::Subscription::HOURLY);
  std::set<std::string> keys;
  const absl::Time midnight = Utc("2026-10-24 22:00:00");
  absl::Time before = absl::InfinitePast();
  for (int hour = 0; hour < 25; ++hour) {
    const Due due = DueOf(hourly, kMadrid, midnight + absl::Hours(hour));
    keys.insert(due.key);
    EXPECT_GT(due.to, before);
    before = due.to;
  }
  EXPECT_EQ(keys.size(), 25u);
  EXPECT_TRUE(keys.contains("2026-10-25T02"));
  EXPECT_TRUE(keys.contains("2026-10-25T02+01:00"));
}

TEST(Schedule, OfMinutesTheLatestIsDue) {
  v1::Subscription often = Every(v1::Subscription::EVERY_MINUTES);
  often.set_minutes(5);
  const Due due = DueOf(often, kMadrid, Utc("2026-11-02 13:37:12"));
  EXPECT_EQ(due.key, "2026-11-02T14:35");
  EXPECT_EQ(due.to, Utc("2026-11-02 13:35:00"));
}

TEST(Schedule, AfterDowntimeOnlyTheLatestMissedPeriodIsDue) {
  const v1::Subscription hourly = Every(v1::Subscription::HOURLY);
  EXPECT_EQ(DueOf(hourly, kMadrid, Utc("2026-11-05 09:12:00")).key,
            "2026-11-05T10");
}

TEST(Schedule, WeeklyIsDueOnItsWeekday) {
  v1::Subscription weekly = Every(v1::Subscription::WEEKLY);
  EXPECT_EQ(DueOf(weekly, kMadrid, Utc("2026-11-02 06:00:00")).key,
            "2026-10-26");  // Monday, not yet eight
  EXPECT_EQ(DueOf(weekly, kMadrid, Utc("2026-11-08 12:00:00")).key,
            "2026-11-02");
  weekly.set_weekday("friday");
  EXPECT_EQ(DueOf(weekly, kMadrid, Utc("2026-11-08 12:00:00")).key,
            "2026-11-06");
}

TEST(Schedule, AnImmediateOneHasNoPeriods) {
  EXPECT_FALSE(LatestDue(Every(v1::Subscription::IMMEDIATE), kMadrid,
                         Utc("2026-11-02 07:00:00")));
}

TEST(Schedule, OfSeveralWeekdaysTheLastIsDue) {
  v1::Subscription some = Every(v1::Subscription::WEEKLY);
  some.add_weekdays("tuesday");
  some.add_weekdays("friday");
  EXPECT_EQ(DueOf(some, kMadrid, Utc("2026-11-05 12:00:00")).key, "2026-11-03");
  const Due friday = DueOf(some, kMadrid, Utc("2026-11-06 07:00:00"));
  EXPECT_EQ(friday.key, "2026-11-06");
  EXPECT_EQ(friday.from, Utc("2026-11-03 07:00:00"));
}

TEST(Schedule, AMeetingsBriefIsDueBeforeItAndNamedAfterIt) {
  v1::Subscription meeting = Every(v1::Subscription::MEETING);
  meeting.add_weekdays("monday");
  meeting.add_weekdays("wednesday");
  meeting.set_at("09:30");
  meeting.set_minutes_before(45);
  EXPECT_EQ(DueOf(meeting, kMadrid, Utc("2026-11-02 07:44:59")).key,
            "2026-10-28T09:30");
  const Due due = DueOf(meeting, kMadrid, Utc("2026-11-02 07:45:00"));
  EXPECT_EQ(due.key, "2026-11-02T09:30");
  EXPECT_EQ(due.to, Utc("2026-11-02 07:45:00"));
}

TEST(Schedule, ABriefMayBeDueOnTheDayBefore) {
  v1::Subscription meeting = Every(v1::Subscription::MEETING);
  meeting.set_weekday("monday");
  meeting.set_at("00:15");
  EXPECT_EQ(DueOf(meeting, kMadrid, Utc("2026-11-01 22:45:00")).key,
            "2026-11-02T00:15");
}

TEST(Schedule, AShiftsDigestIsDueWhenItEnds) {
  const v1::Subscription shift = Every(v1::Subscription::SHIFT_END);
  EXPECT_EQ(DueOf(shift, kMadrid, Utc("2026-11-02 12:59:59")).key,
            "2026-11-02T06");
  const Due due = DueOf(shift, kMadrid, Utc("2026-11-02 13:00:00"));
  EXPECT_EQ(due.key, "2026-11-02T14");
  EXPECT_EQ(due.from, Utc("2026-11-02 05:00:00"));
}

TEST(Schedule, ItsOwnZoneGoesBeforeTheLeaders) {
  v1::Leader leader;
  leader.set_time_zone("Europe/Madrid");
  v1::Subscription daily;
  EXPECT_EQ(ZoneOf(daily, leader).name(), "Europe/Madrid");
  daily.set_time_zone("America/Chicago");
  EXPECT_EQ(ZoneOf(daily, leader).name(), "America/Chicago");
}

TEST(Schedule, WhatIsDueInQuietHoursIsDueAtTheirEndOnce) {
  v1::Subscription hourly = Every(v1::Subscription::HOURLY);
  hourly.set_quiet_from("22:00");
  hourly.set_quiet_to("06:30");
  // 22:00 in Madrid is itself quiet.
  const Due before = DueOf(hourly, kMadrid, Utc("2026-11-02 23:10:00"));
  EXPECT_EQ(before.key, "2026-11-02T21");
  EXPECT_EQ(DueOf(hourly, kMadrid, Utc("2026-11-03 05:29:59")).key, before.key);
  const Due end = DueOf(hourly, kMadrid, Utc("2026-11-03 05:30:00"));
  EXPECT_EQ(end.key, "2026-11-03T06");
  EXPECT_EQ(end.to, Utc("2026-11-03 05:30:00"));
  EXPECT_EQ(end.from, before.to);
  EXPECT_EQ(DueOf(hourly, kMadrid, Utc("2026-11-03 06:00:00")).key,
            "2026-11-03T07");
}

TEST(Schedule, QuietHoursFollowTheChangeOfTheClock) {
  v1::Subscription daily = Every(v1::Subscription::DAILY);
  daily.set_at("01:00");
  daily.set_quiet_from("00:30");
  daily.set_quiet_to("02:30");  // left out on 2026-03-29
  const Due due = DueOf(daily, kMadrid, Utc("2026-03-29 12:00:00"));
  EXPECT_EQ(due.key, "2026-03-29");
  EXPECT_EQ(due.to, Utc("2026-03-29 01:00:00"));
}

TEST(Schedule, AfterAStepBackWithinTheHourThatComesTwiceItStaysWhereItWas) {
  v1::Subscription often = Every(v1::Subscription::EVERY_MINUTES);
  often.set_minutes(45);
  absl::Time reached = absl::InfinitePast();
  for (absl::Time now = Utc("2026-10-24 23:00:00");
       now < Utc("2026-10-25 04:00:00"); now += absl::Minutes(1)) {
    const Due due = DueOf(often, kMadrid, now);
    EXPECT_GE(due.to, reached) << absl::FormatTime(now, kMadrid);
    reached = due.to;
  }
}

}  // namespace
}  // namespace earshot::feed
