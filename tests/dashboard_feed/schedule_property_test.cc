#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "dashboard_feed/schedule/quiet.h"
#include "dashboard_feed/schedule/schedule.h"

// Two years of random subscriptions in random zones, over every change of the
// clock in them.
namespace earshot::feed {
namespace {

constexpr std::array<const char*, 14> kZones{
    "Europe/Madrid",      "America/New_York",
    "America/Sao_Paulo",  "Australia/Lord_Howe",
    "Asia/Kolkata",       "Asia/Beirut",
    "Africa/Cairo",       "America/St_Johns",
    "Pacific/Chatham",    "America/Havana",
    "Atlantic/Azores",    "Africa/Casablanca",
    "Pacific/Kiritimati", "UTC"};
constexpr std::array<const char*, 7> kDays{"monday",   "tuesday", "wednesday",
                                           "thursday", "friday",  "saturday",
                                           "sunday"};

uint64_t Seed() {
  const char* const given = std::getenv("EARSHOT_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10)
                          : std::random_device()();
}

class Draw {
 public:
  explicit Draw(uint64_t seed) : engine_(seed) {}
  int Upto(int most) {
    return std::uniform_int_distribution<int>(0, most)(engine_);
  }
  bool Coin() { return Upto(1) == 1; }
  std::string TimeOfDay() {
    // Around the hours at which clocks are changed more often than not.
    const int hour = Coin() ? Upto(3) : Upto(23);
    const int minute = Coin() ? 15 * Upto(3) : Upto(59);
    std::string text = "00:00";
    text[0] = static_cast<char>('0' + hour / 10);
    text[1] = static_cast<char>('0' + hour % 10);
    text[3] = static_cast<char>('0' + minute / 10);
    text[4] = static_cast<char>('0' + minute % 10);
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

v1::Subscription RandomSubscription(Draw& draw) {
  constexpr std::array<v1::Subscription::Cadence, 6> kCadences{
      v1::Subscription::HOURLY,    v1::Subscription::DAILY,
      v1::Subscription::WEEKLY,    v1::Subscription::EVERY_MINUTES,
      v1::Subscription::SHIFT_END, v1::Subscription::MEETING};
  v1::Subscription s;
  s.set_cadence(kCadences.at(static_cast<size_t>(draw.Upto(5))));
  s.set_at(draw.TimeOfDay());
  s.set_minutes(static_cast<uint32_t>(draw.Coin() ? 15 * (1 + draw.Upto(15))
                                                  : 5 + draw.Upto(1435)));
  if (s.cadence() == v1::Subscription::MEETING) {
    s.set_minutes_before(static_cast<uint32_t>(draw.Upto(1440)));
  }
  if (s.cadence() == v1::Subscription::WEEKLY ||
      s.cadence() == v1::Subscription::MEETING) {
    for (const char* const day : kDays) {
      if (draw.Upto(2) == 0) s.add_weekdays(day);
    }
  }
  if (draw.Coin()) {
    s.set_quiet_from(draw.TimeOfDay());
    s.set_quiet_to(draw.TimeOfDay());
  }
  return s;
}

std::string Say(const v1::Subscription& s, absl::TimeZone zone,
                absl::Time now) {
  return zone.name() + " at " + absl::FormatTime(now, zone) + "\n" +
         s.ShortDebugString();
}

// When the clock of the zone is changed.
std::vector<absl::Time> Changes(absl::TimeZone zone, absl::Time from,
                                absl::Time to) {
  std::vector<absl::Time> changes;
  absl::TimeZone::CivilTransition change;
  for (absl::Time at = from; zone.NextTransition(at, &change);) {
    at = absl::FromCivil(change.to, zone);
    const absl::Time other = absl::FromCivil(change.from, zone);
    at = std::max(at, other);
    if (at > to) break;
    changes.push_back(at);
    at += absl::Hours(1);
  }
  return changes;
}

class ScheduleProperty : public ::testing::Test {
 protected:
  const absl::Time from_ = absl::FromUnixSeconds(1767225600);  // 2026
  const absl::Time to_ = from_ + absl::Hours(24 * 731);
  const uint64_t seed_ = Seed();
  Draw draw_{seed_};
};

// As `now` rises the period never goes back, is never in the future, and each
// key belongs to one moment and one stretch of time.
TEST_F(ScheduleProperty, KeysAreUniqueAndRiseInTime) {
  SCOPED_TRACE("EARSHOT_TEST_SEED=" + std::to_string(seed_));
  for (int round = 0; round < 60; ++round) {
    const v1::Subscription s = RandomSubscription(draw_);
    const absl::TimeZone zone =
        ZoneOf(kZones.at(static_cast<size_t>(draw_.Upto(13))));
    std::set<std::string> keys;
    Due last;
    last.to = absl::InfinitePast();
    std::vector<absl::Time> moments;
    for (absl::Time now = from_; now < to_;
         now += absl::Minutes(20 + draw_.Upto(600))) {
      moments.push_back(now);
    }
    for (const absl::Time change : Changes(zone, from_, to_)) {
      for (int minute = -200; minute <= 200; minute += 1 + draw_.Upto(4)) {
        moments.push_back(change + absl::Minutes(minute));
      }
    }
    std::sort(moments.begin(), moments.end());
    for (const absl::Time now : moments) {
      const auto due = LatestDue(s, zone, now);
      ASSERT_TRUE(due) << Say(s, zone, now);
      ASSERT_LE(due->to, now) << Say(s, zone, now);
      ASSERT_LT(due->from, due->to) << Say(s, zone, now);
      ASSERT_FALSE(QuietAt(s, zone, due->to)) << Say(s, zone, now);
      if (due->key == last.key) {
        ASSERT_EQ(due->to, last.to) << Say(s, zone, now);
        continue;
      }
      ASSERT_GT(due->to, last.to) << due->key << " after " << last.key << "\n"
                                  << Say(s, zone, now);
      ASSERT_GE(due->from, last.to) << Say(s, zone, now);
      ASSERT_TRUE(keys.insert(due->key).second) << due->key << " again\n"
                                                << Say(s, zone, now);
      last = *due;
    }
  }
}

// A clock that steps finely finds the periods that the calendar has, each once.
TEST_F(ScheduleProperty, EachLocalDayHourAndMeetingGivesExactlyOne) {
  SCOPED_TRACE("EARSHOT_TEST_SEED=" + std::to_string(seed_));
  for (const char* const name : kZones) {
    const absl::TimeZone zone = ZoneOf(name);
    v1::Subscription daily;
    daily.set_at(draw_.TimeOfDay());
    v1::Subscription hourly;
    hourly.set_cadence(v1::Subscription::HOURLY);
    v1::Subscription meeting;
    meeting.set_cadence(v1::Subscription::MEETING);
    meeting.set_at(draw_.TimeOfDay());
    meeting.add_weekdays("tuesday");
    meeting.add_weekdays("sunday");
    std::set<std::string> days;
    std::set<std::string> meetings;
    std::map<std::string, int> hours;
    std::set<std::string> local_days;
    std::set<std::string> local_meetings;
    std::map<std::string, int> local_hours;
    for (const absl::Time change : Changes(zone, from_, to_)) {
      for (absl::Time now = change - absl::Hours(48);
           now < change + absl::Hours(48); now += absl::Minutes(5)) {
        days.insert(LatestDue(daily, zone, now)->key);
        meetings.insert(LatestDue(meeting, zone, now)->key);
        hours.emplace(LatestDue(hourly, zone, now)->key, 0);
        const absl::CivilDay day = absl::ToCivilDay(now, zone);
        const auto text = absl::FormatCivilTime(day);
        if (now > change - absl::Hours(16) && now < change + absl::Hours(16)) {
          local_days.insert(text);
          const auto weekday = absl::GetWeekday(day);
          if (weekday == absl::Weekday::tuesday ||
              weekday == absl::Weekday::sunday) {
            local_meetings.insert(text + "T" + meeting.at());
          }
          local_hours.emplace(
              absl::FormatCivilTime(absl::ToCivilHour(now, zone)), 0);
        }
      }
    }
    for (const std::string& day : local_days) {
      EXPECT_TRUE(days.contains(day)) << name << " " << day;
    }
    for (const std::string& one : local_meetings) {
      EXPECT_TRUE(meetings.contains(one)) << name << " " << one;
    }
    for (const auto& [hour, ignored] : local_hours) {
      EXPECT_TRUE(hours.contains(hour)) << name << " " << hour;
    }
  }
}

// What a period without quiet hours would have given is given by one with
// them: outside at the same moment, inside once and at the end.
TEST_F(ScheduleProperty, QuietHoursLoseNothingButWhatALaterOneCovers) {
  SCOPED_TRACE("EARSHOT_TEST_SEED=" + std::to_string(seed_));
  for (int round = 0; round < 60; ++round) {
    v1::Subscription quiet = RandomSubscription(draw_);
    quiet.set_quiet_from(draw_.TimeOfDay());
    quiet.set_quiet_to(draw_.TimeOfDay());
    v1::Subscription loud = quiet;
    loud.clear_quiet_from();
    loud.clear_quiet_to();
    const absl::TimeZone zone =
        ZoneOf(kZones.at(static_cast<size_t>(draw_.Upto(13))));
    for (int day = 0; day < 400; ++day) {
      const absl::Time now =
          from_ + absl::Minutes(draw_.Upto(731 * 24 * 60 - 1));
      const Due plain = *LatestDue(loud, zone, now);
      const auto hours = QuietAt(quiet, zone, plain.to);
      if (!hours) {
        const Due same = *LatestDue(quiet, zone, plain.to);
        EXPECT_EQ(same.key, plain.key) << Say(quiet, zone, now);
        EXPECT_EQ(same.to, plain.to) << Say(quiet, zone, now);
        continue;
      }
      const Due during = *LatestDue(quiet, zone, plain.to);
      EXPECT_LT(during.to, plain.to) << Say(quiet, zone, now);
      const Due end = *LatestDue(quiet, zone, hours->to);
      EXPECT_EQ(end.to, hours->to) << Say(quiet, zone, now);
      EXPECT_EQ(end.key, LatestDue(loud, zone, hours->to)->key)
          << Say(quiet, zone, now);
    }
  }
}

}  // namespace
}  // namespace earshot::feed
