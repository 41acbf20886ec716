#include "proto/contract/leader_scope.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace earshot::contract {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

v1::Organisation TwoRegions() {
  v1::Organisation organisation;
  for (const auto& [site, region] :
       {std::pair{"north-1", "north"}, std::pair{"south-1", "south"}}) {
    v1::Site& entry = *organisation.add_sites();
    entry.set_id(site);
    entry.set_region(region);
  }
  return organisation;
}

TEST(ScopeTest, AnEmptyOneCoversEverything) {
  EXPECT_TRUE(PlaceInScope(TwoRegions(), {}, "anywhere", "store", "night"));
  EXPECT_TRUE(TopicInScope({}, "checkout"));
}

TEST(ScopeTest, AllListsThatAreGivenMustMatch) {
  v1::Scope scope;
  scope.add_regions("north");
  scope.add_channels("store");
  scope.add_shifts("morning");
  const v1::Organisation organisation = TwoRegions();
  EXPECT_TRUE(PlaceInScope(organisation, scope, "north-1", "store", "morning"));
  EXPECT_FALSE(
      PlaceInScope(organisation, scope, "south-1", "store", "morning"));
  EXPECT_FALSE(
      PlaceInScope(organisation, scope, "north-1", "claims", "morning"));
  EXPECT_FALSE(PlaceInScope(organisation, scope, "north-1", "store", "night"));
  EXPECT_FALSE(
      PlaceInScope(organisation, scope, "unknown", "store", "morning"));
}

TEST(ScopeTest, ATopicCoversThoseBelowItAndNoOthers) {
  v1::Scope scope;
  scope.add_topics("checkout");
  EXPECT_TRUE(TopicInScope(scope, "checkout"));
  EXPECT_TRUE(TopicInScope(scope, "checkout/self_checkout"));
  EXPECT_FALSE(TopicInScope(scope, "checkout_queue"));
  EXPECT_FALSE(TopicInScope(scope, "check"));
}

TEST(LeaderScopeTest, AFunctionShowsItsTopicsWithinTheOtherLimits) {
  v1::Organisation organisation = TwoRegions();
  v1::OrgFunction& facilities = *organisation.add_functions();
  facilities.set_id("facilities");
  facilities.add_topics("buildings");
  v1::Leader leader;
  leader.add_functions("facilities");
  leader.mutable_scope()->add_regions("north");
  const LeaderScope scope(organisation, leader);
  EXPECT_TRUE(scope.Covers("buildings/doors", "north-1", "store", "night"));
  EXPECT_FALSE(scope.Covers("buildings/doors", "south-1", "store", "night"));
  EXPECT_FALSE(scope.Covers("checkout", "north-1", "store", "night"));
}

TEST(LeaderScopeTest, TopicsOfFunctionAndScopeMustBothMatch) {
  v1::Organisation organisation;
  v1::OrgFunction& facilities = *organisation.add_functions();
  facilities.set_id("facilities");
  facilities.add_topics("buildings");
  v1::Leader leader;
  leader.add_functions("facilities");
  leader.mutable_scope()->add_topics("buildings/doors");
  leader.mutable_scope()->add_topics("checkout");
  const LeaderScope scope(organisation, leader);
  EXPECT_TRUE(scope.Covers("buildings/doors", "a", "", ""));
  EXPECT_FALSE(scope.Covers("buildings/roof", "a", "", ""));
  EXPECT_FALSE(scope.Covers("checkout", "a", "", ""));
}

TEST(LeaderScopeTest, AFunctionThatNobodyDefinedShowsNothing) {
  v1::Leader leader;
  leader.add_functions("nowhere");
  EXPECT_FALSE(LeaderScope({}, leader).Covers("checkout", "a", "", ""));
}

TEST(LeaderScopeTest, WhatOneScopeCoversByTopicAnotherDoesNotByPlace) {
  v1::Leader leader;
  leader.mutable_scope()->add_topics("checkout");
  leader.mutable_scope()->add_sites("a");
  v1::Scope& also = *leader.add_also();
  also.add_topics("returns");
  also.add_sites("b");
  const LeaderScope scope({}, leader);
  EXPECT_TRUE(scope.Covers("checkout", "a", "", ""));
  EXPECT_TRUE(scope.Covers("returns", "b", "", ""));
  EXPECT_FALSE(scope.Covers("checkout", "b", "", ""));
  EXPECT_FALSE(scope.Covers("returns", "a", "", ""));
}

// A random world of few names, so that limits often match.
class RandomWorld {
 public:
  explicit RandomWorld(uint64_t seed) : engine_(seed) {
    for (int i = 0; i < 6; ++i) {
      v1::Site& site = *organisation.add_sites();
      site.set_id("site-" + std::to_string(i));
      if (Pick(4) > 0) site.set_region("region-" + std::to_string(Pick(3)));
    }
    for (int i = 0; i < 2; ++i) {
      v1::OrgFunction& function = *organisation.add_functions();
      function.set_id("function-" + std::to_string(i));
      function.add_topics(Topic());
    }
    *leader.mutable_scope() = Scope();
    for (uint32_t i = Pick(3); i > 0; --i) {
      leader.add_functions("function-" + std::to_string(Pick(3)));
    }
    for (uint32_t i = Pick(3); i > 0; --i) *leader.add_also() = Scope();
  }

  uint32_t Pick(uint32_t below) {
    return static_cast<uint32_t>(engine_() % below);
  }
  std::string Topic() {
    static const char* const kTopics[] = {"a", "a/x", "a/y", "b", "ab"};
    return kTopics[Pick(5)];
  }
  std::string Site() { return "site-" + std::to_string(Pick(7)); }
  std::string Channel() { return Pick(2) == 0 ? "store" : "claims"; }
  std::string Shift() { return Pick(2) == 0 ? "day" : "night"; }
  v1::Scope Scope() {
    v1::Scope scope;
    if (Pick(3) == 0) scope.add_regions("region-" + std::to_string(Pick(3)));
    if (Pick(3) == 0) scope.add_sites(Site());
    if (Pick(3) == 0) scope.add_topics(Topic());
    if (Pick(4) == 0) scope.add_channels(Channel());
    if (Pick(4) == 0) scope.add_shifts(Shift());
    return scope;
  }

  v1::Organisation organisation;
  v1::Leader leader;

 private:
  std::mt19937_64 engine_;
};

bool In(const Names& limit, const std::string& value) {
  return std::find(limit.begin(), limit.end(), value) != limit.end();
}
bool Below(const Names& roots, const std::string& topic) {
  return std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
    return (topic + "/").rfind(root + "/", 0) == 0;
  });
}

// By the words of configuration.proto alone.
bool InOneScope(const v1::Organisation& organisation, const v1::Scope& scope,
                const std::string& topic, const std::string& site,
                const std::string& channel, const std::string& shift) {
  std::string region;
  for (const v1::Site& entry : organisation.sites()) {
    if (entry.id() == site) region = entry.region();
  }
  return (scope.regions().empty() || In(scope.regions(), region)) &&
         (scope.sites().empty() || In(scope.sites(), site)) &&
         (scope.topics().empty() || Below(scope.topics(), topic)) &&
         (scope.channels().empty() || In(scope.channels(), channel)) &&
         (scope.shifts().empty() || In(scope.shifts(), shift));
}

TEST(LeaderScopeTest, AnObservationIsSeenIffSomeConfiguredScopeCoversIt) {
  constexpr uint64_t kWorlds = 3000;
  for (uint64_t seed = 0; seed < kWorlds; ++seed) {
    RandomWorld world(seed);
    const LeaderScope scope(world.organisation, world.leader);
    for (int i = 0; i < 20; ++i) {
      const std::string topic = world.Topic();
      const std::string site = world.Site();
      const std::string channel = world.Channel();
      const std::string shift = world.Shift();
      const auto covered = [&](const v1::Scope& one) {
        return InOneScope(world.organisation, one, topic, site, channel, shift);
      };
      bool function = world.leader.functions().empty();
      for (const v1::OrgFunction& one : world.organisation.functions()) {
        function = function || (In(world.leader.functions(), one.id()) &&
                                Below(one.topics(), topic));
      }
      const bool own = covered(world.leader.scope()) && function;
      const bool also = std::any_of(world.leader.also().begin(),
                                    world.leader.also().end(), covered);
      EXPECT_EQ(scope.Covers(topic, site, channel, shift), own || also)
          << "seed " << seed << ": " << topic << " at " << site << "\n"
          << world.leader.DebugString();
    }
  }
}

TEST(LeaderScopeTest, WithoutAlsoNothingOutsideTheScopeIsEverSeen) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomWorld world(seed);
    world.leader.clear_also();
    const LeaderScope scope(world.organisation, world.leader);
    for (int i = 0; i < 20; ++i) {
      const std::string topic = world.Topic();
      const std::string site = world.Site();
      const std::string channel = world.Channel();
      const std::string shift = world.Shift();
      if (!scope.Covers(topic, site, channel, shift)) continue;
      EXPECT_TRUE(InOneScope(world.organisation, world.leader.scope(), topic,
                             site, channel, shift))
          << "seed " << seed;
    }
  }
}

TEST(LeaderScopeTest, NoMoreThanTheMostScopesAreSeen) {
  v1::Leader leader;
  leader.mutable_scope()->add_sites("own");
  for (int i = 0; i < 40; ++i) {
    leader.add_also()->add_sites("site-" + std::to_string(i));
  }
  const LeaderScope scope({}, leader);
  EXPECT_EQ(scope.size(), 1 + LeaderScope::kMostAlso);
  EXPECT_NE(scope.OfSite("site-6"), 0u);
  EXPECT_EQ(scope.OfSite("site-7"), 0u);
}

}  // namespace
}  // namespace earshot::contract
