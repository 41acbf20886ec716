#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "absl/time/civil_time.h"
#include "dashboard_feed/schedule/quiet.h"
#include "dashboard_feed/schedule/schedule.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/feed_fixture.h"

// A whole feed around changes of the clock, with steps of every size, restarts
// and a wall clock that is set back.
namespace earshot::feed {
namespace {

class FeedPeriodsTest : public FeedTest {
 protected:
  FeedPeriodsTest() : engine_(seed_) {}

  int Upto(int most) {
    return std::uniform_int_distribution<int>(0, most)(engine_);
  }

  void Give(const std::string& zone) {
    v1::Delivery delivery;
    delivery.set_generation(8);
    delivery.set_reset(true);
    v1::Organisation organisation;
    v1::Leader& leader = *organisation.add_leaders();
    leader.set_id("dana");
    leader.set_time_zone(zone);
    Add(delivery, v1::UPDATE_ORGANISATION, AsFile(organisation));
    const auto add = [&](const char* id, v1::Subscription::Cadence cadence) {
      v1::Subscription& one = *subscriptions_.add_subscriptions();
      one.set_id(id);
      one.set_leader("dana");
      one.set_cadence(cadence);
      return &one;
    };
    add("hourly", v1::Subscription::HOURLY);
    add("daily", v1::Subscription::DAILY)->set_at("02:30");
    add("shift", v1::Subscription::SHIFT_END);
    v1::Subscription* meeting = add("meeting", v1::Subscription::MEETING);
    meeting->set_at("03:15");
    for (const char* day : {"saturday", "sunday", "monday"}) {
      meeting->add_weekdays(day);
    }
    v1::Subscription* quiet = add("quiet", v1::Subscription::EVERY_MINUTES);
    quiet->set_minutes(20);
    quiet->set_quiet_from("01:10");
    quiet->set_quiet_to("05:05");
    Add(delivery, v1::UPDATE_SUBSCRIPTIONS, AsFile(subscriptions_));
    feed_.reset();
    auto mirror = Mirror::Open(settings_.InData("mirror.db"));
    ASSERT_TRUE((*mirror)->Take(delivery, clock_.Wall()).ok());
    mirror->reset();
    settings_.config.set_kept_digests(5000);
    Restart();
  }

  // Periods by subscription, as they were queued.
  std::map<std::string, std::vector<v1::Digest>> Made() {
    std::map<std::string, std::vector<v1::Digest>> made;
    auto outbox = Outbox::Open(settings_.InData("feed.db"), 5000, random_);
    const auto items = (*outbox)->ItemsAfter("dana", 0, 5000, 64 << 20);
    EXPECT_TRUE(items.ok());
    for (const v1::Item& item : *items) {
      v1::Digest digest;
      digest.ParseFromString(item.body());
      made[digest.subscription()].push_back(std::move(digest));
    }
    return made;
  }

  // What was due at the latest moments so far.
  void Expect(absl::TimeZone zone) {
    if (clock_.Wall() <= latest_) return;
    latest_ = clock_.Wall();
    for (const v1::Subscription& one : subscriptions_.subscriptions()) {
      if (QuietAt(one, zone, latest_)) continue;
      const auto due = LatestDue(one, zone, latest_);
      auto& keys = expected_[one.id()];
      if (keys.empty() || keys.back() != due->key) keys.push_back(due->key);
    }
  }

  const uint64_t seed_ = [] {
    const char* const given = std::getenv("EARSHOT_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10)
                            : uint64_t{std::random_device()()};
  }();
  std::mt19937_64 engine_;
  v1::Subscriptions subscriptions_;
  absl::Time latest_ = absl::InfinitePast();
  std::map<std::string, std::vector<std::string>> expected_;
};

TEST_F(FeedPeriodsTest, EachPeriodIsMadeOnceWhateverTheClockDoes) {
  SCOPED_TRACE("EARSHOT_TEST_SEED=" + std::to_string(seed_));
  const bool spring = Upto(1) == 1;
  const absl::TimeZone zone =
      ZoneOf(Upto(1) == 1 ? "Europe/Madrid" : "Australia/Lord_Howe");
  absl::TimeZone::CivilTransition change;
  absl::Time at = clock_.wall;
  for (int skip = spring ? 1 : 2; skip > 0; --skip) {
    ASSERT_TRUE(zone.NextTransition(at, &change));
    at = absl::FromCivil(change.to, zone) + absl::Hours(24);
  }
  clock_.wall = at - absl::Hours(60);
  Give(zone.name());
  const absl::Time end = at + absl::Hours(24);
  int jumps = 4;
  while (clock_.wall < end) {
    clock_.Pass(absl::Minutes(1 + Upto(Upto(4) == 0 ? 90 : 15)));
    if (jumps > 0 && Upto(60) == 0) {
      clock_.wall -= absl::Minutes(Upto(180));
      --jumps;
    }
    if (Upto(40) == 0) {
      Restart();
      clock_.Pass(absl::Minutes(2));
    }
    feed_->Turn({}, absl::ZeroDuration());
    Expect(zone);
  }
  const auto made = Made();
  for (const v1::Subscription& one : subscriptions_.subscriptions()) {
    std::set<std::string> keys;
    const auto found = made.find(one.id());
    ASSERT_NE(found, made.end()) << one.id();
    for (const v1::Digest& digest : found->second) {
      EXPECT_TRUE(keys.insert(digest.period()).second)
          << one.id() << " " << digest.period() << " twice";
      EXPECT_FALSE(QuietAt(one, zone, contract::ToTime(digest.to())))
          << one.id() << " " << digest.period();
      EXPECT_LE(digest.from().seconds(), digest.to().seconds());
    }
    auto& expected = expected_[one.id()];
    expected.erase(expected.begin());  // where it began
    for (const std::string& key : expected) {
      EXPECT_TRUE(keys.contains(key)) << one.id() << " " << key << " lost";
    }
  }
}

}  // namespace
}  // namespace earshot::feed
