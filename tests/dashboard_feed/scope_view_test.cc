#include <gtest/gtest.h>

#include <random>

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/digest/view.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

// What of a leader's combined scopes reaches the view that everything shown to
// a leader goes through.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 3, 11, 0, 0), absl::UTCTimeZone());

class ScopeView : public testing::Test {
 protected:
  ScopeView() {
    leader_.set_id("dana");
    model_.scopes["dana"].set_reporters_90d(100);
    for (const char* id : {"n1", "n2", "s1", "s2"}) {
      v1::Site& site = *model_.organisation.add_sites();
      site.set_id(id);
      site.set_region(id[0] == 'n' ? "north" : "south");
    }
  }

  v1::Insight& Say(uint64_t id, const std::string& topic,
                   const std::string& site, const std::string& shift,
                   uint32_t people) {
    v1::Insight& insight = model_.Say(id, kNow - absl::Hours(1));
    insight.set_topic(topic);
    insight.set_state(v1::HEARD);
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_observations(insight.observations() + people);
    insight.set_reporters(insight.reporters() + people);
    *insight.mutable_last_seen() = contract::ToStamp(kNow - absl::Hours(1));
    v1::Cell& cell = *insight.add_cells();
    cell.set_site(site);
    cell.set_channel("store");
    cell.set_shift(shift);
    cell.set_observations(people);
    cell.set_reporters(people);
    *cell.mutable_last_seen() = insight.last_seen();
    return insight;
  }
  std::optional<Seen> See(uint64_t id) {
    return LeaderView(model_.Fresh(), leader_, kNow).Find(id);
  }

  HeldModel model_;
  v1::Leader leader_;
};

TEST_F(ScopeView, AnInsightIsCountedWhereItsTopicAndPlaceAreOfOneScope) {
  leader_.mutable_scope()->add_topics("checkout");
  leader_.mutable_scope()->add_regions("north");
  leader_.add_also()->add_sites("s1");
  Say(1, "checkout", "n1", "day", 10);
  Say(1, "checkout", "s1", "day", 20);
  Say(1, "checkout", "s2", "day", 40);
  Say(2, "returns", "n1", "day", 10);
  Say(2, "returns", "s1", "day", 20);
  EXPECT_EQ(See(1)->observations, 30u);
  EXPECT_TRUE(See(1)->partial);
  EXPECT_EQ(See(2)->observations, 20u);
  leader_.clear_also();
  EXPECT_EQ(See(1)->observations, 10u);
  EXPECT_FALSE(See(2).has_value());
}

TEST_F(ScopeView, OneScopeWithEveryPlaceCountsTheWholeInsight) {
  leader_.mutable_scope()->add_sites("n1");
  leader_.add_also()->add_topics("checkout");
  Say(1, "checkout", "n1", "day", 10);
  model_.Say(1, kNow).set_observations(1000);
  Say(2, "returns", "n1", "day", 10);
  Say(2, "returns", "s1", "day", 10);
  EXPECT_EQ(See(1)->observations, 1000u);
  EXPECT_EQ(See(2)->observations, 10u);
}

TEST_F(ScopeView, AUnionIsASliceWhereAnyOfItsScopesIsOne) {
  leader_.mutable_scope()->add_regions("north");
  EXPECT_FALSE(LeaderView(model_.Fresh(), leader_, kNow).slice());
  leader_.add_also()->add_regions("south");
  EXPECT_FALSE(LeaderView(model_.Fresh(), leader_, kNow).slice());
  leader_.mutable_also(0)->add_shifts("night");
  EXPECT_TRUE(LeaderView(model_.Fresh(), leader_, kNow).slice());
  leader_.mutable_also(0)->clear_shifts();
  model_.scopes["dana"].set_reporters_90d(4);  // of the smallest
  EXPECT_TRUE(LeaderView(model_.Fresh(), leader_, kNow).slice());
}

TEST_F(ScopeView, AnInsightShowsIffSomeScopeCoversAnObservationOfIt) {
  const std::string topics[] = {"checkout", "checkout/self", "returns"};
  const std::string sites[] = {"n1", "n2", "s1", "s2", "elsewhere"};
  const std::string shifts[] = {"day", "night"};
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto of = [&](const auto& all) {
      return all[random() % std::size(all)];
    };
    const auto scope = [&] {
      v1::Scope made;
      if (random() % 2 == 0) made.add_topics(of(topics));
      if (random() % 2 == 0) made.add_sites(of(sites));
      if (random() % 3 == 0) made.add_regions(random() % 2 ? "north" : "south");
      return made;
    };
    leader_.clear_also();
    *leader_.mutable_scope() = scope();
    for (uint64_t i = random() % 3; i > 0; --i) *leader_.add_also() = scope();
    model_.said.clear();
    const contract::LeaderScope covers(model_.organisation, leader_);
    std::map<uint64_t, uint64_t> expected;
    for (uint64_t id = 1; id <= 10; ++id) {
      const std::string topic = of(topics);
      for (uint64_t i = random() % 3 + 1; i > 0; --i) {
        const std::string site = of(sites);
        const std::string shift = of(shifts);
        Say(id, topic, site, shift, 7);
        if (covers.Covers(topic, site, "store", shift)) expected[id] += 7;
      }
    }
    std::map<uint64_t, uint64_t> shown;
    const LeaderView view(model_.Fresh(), leader_, kNow);
    for (const Glance& glance : view.List(nullptr).seen) {
      shown[glance.id()] = glance.observations;
      const auto seen = view.Find(glance.id());
      ASSERT_TRUE(seen.has_value());
      EXPECT_EQ(seen->observations, glance.observations);
      EXPECT_EQ(seen->reporters, glance.reporters);
      EXPECT_EQ(seen->sites, glance.sites);
      EXPECT_EQ(seen->hidden, glance.hidden);
      EXPECT_EQ(seen->partial, glance.partial);
    }
    EXPECT_EQ(shown, expected);
  }
}

}  // namespace
}  // namespace earshot::feed
