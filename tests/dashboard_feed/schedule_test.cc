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

const absl::TimeZone kMadrid = ZoneOf("Europe/Madrid");

TEST(Schedule, DailyIsDueAtEightLocalTimeUnlessSaidOtherwise) {
  v1::Subscription daily = Every(v1::Subscription::DAILY);
  EXPECT_EQ(LatestDue(daily, kMadrid, Utc("2026-11-02 06:59:59")).key,
            "2026-11-01");
  const Due due = LatestDue(daily, kMadrid, Utc("2026-11-02 07:00:00"));
  EXPECT_EQ(due.key, "2026-11-02");
  EXPECT_EQ(due.to, Utc("2026-11-02 07:00:00"));
  EXPECT_EQ(due.from, Utc("2026-11-01 07:00:00"));
  daily.set_at("21:30");
  EXPECT_EQ(LatestDue(daily, kMadrid, Utc("2026-11-02 20:29:00")).key,
            "2026-11-01");
}

TEST(Schedule, ADayOfAClockChangeIs23Or25HoursLong) {
  const v1::Subscription daily = Every(v1::Subscription::DAILY);
  const Due spring = LatestDue(daily, kMadrid, Utc("2026-03-29 06:00:00"));
  EXPECT_EQ(spring.key, "2026-03-29");
  EXPECT_EQ(spring.to - spring.from, absl::Hours(23));
  const Due autumn = LatestDue(daily, kMadrid, Utc("2026-10-25 07:00:00"));
  EXPECT_EQ(autumn.key, "2026-10-25");
  EXPECT_EQ(autumn.to - autumn.from, absl::Hours(25));
}

TEST(Schedule, ATimeThatAClockChangeLeavesOutIsStillDueThatDay) {
  v1::Subscription daily = Every(v1::Subscription::DAILY);
  daily.set_at("02:30");  // 2026-03-29 has none in Madrid
  EXPECT_EQ(LatestDue(daily, kMadrid, Utc("2026-03-29 01:30:00")).key,
            "2026-03-29");
  EXPECT_EQ(LatestDue(daily, kMadrid, Utc("2026-03-29 01:29:00")).key,
            "2026-03-28");
}

TEST(Schedule, ATimeThatComesTwiceIsDueOnce) {
  v1::Subscription daily = Every(v1::Subscription::DAILY);
  daily.set_at("02:30");  // 2026-10-25 has two in Madrid
  const Due first = LatestDue(daily, kMadrid, Utc("2026-10-25 00:30:00"));
  const Due second = LatestDue(daily, kMadrid, Utc("2026-10-25 01:30:00"));
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
    const Due due = LatestDue(hourly, kMadrid, midnight + absl::Hours(hour));
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
  const Due due = LatestDue(often, kMadrid, Utc("2026-11-02 13:37:12"));
  EXPECT_EQ(due.key, "2026-11-02T14:35");
  EXPECT_EQ(due.to, Utc("2026-11-02 13:35:00"));
}

TEST(Schedule, AfterDowntimeOnlyTheLatestMissedPeriodIsDue) {
  const v1::Subscription hourly = Every(v1::Subscription::HOURLY);
  EXPECT_EQ(LatestDue(hourly, kMadrid, Utc("2026-11-05 09:12:00")).key,
            "2026-11-05T10");
}

TEST(Schedule, WeeklyIsDueOnItsWeekday) {
  v1::Subscription weekly = Every(v1::Subscription::WEEKLY);
  EXPECT_EQ(LatestDue(weekly, kMadrid, Utc("2026-11-02 06:00:00")).key,
            "2026-10-26");  // Monday, not yet eight
  EXPECT_EQ(LatestDue(weekly, kMadrid, Utc("2026-11-08 12:00:00")).key,
            "2026-11-02");
  weekly.set_weekday("friday");
  EXPECT_EQ(LatestDue(weekly, kMadrid, Utc("2026-11-08 12:00:00")).key,
            "2026-11-06");
}

}  // namespace
}  // namespace earshot::feed
