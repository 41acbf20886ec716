#include "dashboard_feed/digest/loop_slices.h"

#include <gtest/gtest.h>

#include <random>

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/render/render.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

// How well the loop closes in the parts of a scope, and what that tells about
// few people.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 3, 11, 0, 0), absl::UTCTimeZone());
constexpr uint32_t kLeast = 5;

class LoopSlicesTest : public testing::Test {
 protected:
  LoopSlicesTest() {
    model_.organisation.add_leaders()->set_id("dana");
    model_.scopes["dana"].set_reporters_90d(100);
    for (const char* region : {"north", "south", "west"}) {
      v1::Site& site = *model_.organisation.add_sites();
      site.set_id(std::string(region) + "-1");
      site.set_region(region);
    }
  }

  // Seen three hours after it was observed, answered so many hours after that.
  v1::Insight& Answered(uint64_t id, const std::string& topic, int hours) {
    v1::Insight& insight = model_.Say(id, kNow - absl::Hours(1));
    const absl::Time observed = kNow - absl::Hours(24 * 10) - absl::Seconds(7);
    insight.set_topic(topic);
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_state(v1::COMMITTED);
    *insight.mutable_first_seen() = contract::ToStamp(observed);
    *insight.mutable_last_seen() = contract::ToStamp(observed);
    const absl::Time visible = observed + absl::Hours(3);
    *insight.mutable_opened_at() = contract::ToStamp(visible);
    const absl::Time answered = visible + absl::Hours(hours);
    *insight.mutable_first_decided_at() = contract::ToStamp(answered);
    *insight.mutable_first_answered_at() = contract::ToStamp(answered);
    *insight.add_answers()->mutable_at() = contract::ToStamp(answered);
    return insight;
  }
  static v1::Insight& At(v1::Insight& insight, const std::string& region,
                         uint32_t people) {
    v1::Cell& cell = *insight.add_cells();
    cell.set_site(region + "-1");
    cell.set_channel("store");
    cell.set_observations(people);
    cell.set_reporters(people);
    insight.set_observations(insight.observations() + people);
    insight.set_reporters(insight.reporters() + people);
    return insight;
  }

  v1::Digest Build() {
    DigestRequest request;
    request.from = kNow - absl::Hours(24);
    request.to = kNow;
    const Model& model = model_.Fresh();
    return BuildDigest(model, *model.FindLeader("dana"), request).digest;
  }
  static const v1::LoopHealth* Find(
      const google::protobuf::RepeatedPtrField<v1::LoopSlice>& slices,
      const std::string& name) {
    for (const v1::LoopSlice& slice : slices) {
      if (slice.name() == name) return &slice.health();
    }
    return nullptr;
  }

  HeldModel model_;
};

TEST_F(LoopSlicesTest, EachPartHasTheNumbersOfItsOwnInsights) {
  At(Answered(1, "checkout/tills", 2), "north", 9);
  At(Answered(2, "checkout", 4), "north", 6);
  At(Answered(3, "delivery/late", 40), "south", 7);
  At(Answered(4, "delivery/late", 40), "south", 8).clear_answers();
  const v1::Digest digest = Build();
  const v1::LoopHealth& loop = digest.loop();
  ASSERT_EQ(loop.by_region_size(), 2);
  const v1::LoopHealth& north = *Find(loop.by_region(), "north");
  EXPECT_EQ(north.opened(), 2U);
  EXPECT_EQ(north.answered(), 2U);
  EXPECT_EQ(north.reporters().value(), 15U);
  EXPECT_EQ(north.heard_back_percent(), 100U);
  EXPECT_EQ(north.steps(1).median_seconds(), 4 * 3600);
  const v1::LoopHealth& south = *Find(loop.by_region(), "south");
  EXPECT_EQ(south.answered(), 1U);
  EXPECT_EQ(south.heard_back_percent(), 46U);
  ASSERT_EQ(loop.by_topic_size(), 2) << "by the first level";
  EXPECT_EQ(Find(loop.by_topic(), "checkout")->opened(), 2U);
  EXPECT_EQ(Find(loop.by_topic(), "delivery")->opened(), 2U);
  const std::string text = DigestAsText(digest, false);
  EXPECT_NE(text.find("by region"), std::string::npos) << text;
  EXPECT_NE(text.find("by topic"), std::string::npos);
  EXPECT_NE(DigestAsJson(digest).find("\"by_region\":[{\"name\":\"north\""),
            std::string::npos);
}

TEST_F(LoopSlicesTest, OnePartIsNoTable) {
  At(Answered(1, "checkout", 2), "north", 9);
  const v1::Digest digest = Build();
  EXPECT_EQ(digest.loop().by_topic_size(), 1);
  const std::string text = DigestAsText(digest, false);
  EXPECT_EQ(text.find("by region"), std::string::npos);
  EXPECT_EQ(text.find("by topic"), std::string::npos);
}

TEST_F(LoopSlicesTest, FewPeopleElsewhereAreNotTheDifferenceOfTwoNumbers) {
  At(Answered(1, "checkout", 2), "north", 9);
  At(At(Answered(2, "checkout", 2), "north", 18), "south", 2);
  At(At(Answered(3, "checkout", 2), "north", 7), "west", 6);
  const v1::LoopHealth loop = Build().loop();
  EXPECT_EQ(loop.reporters().value(), 42U);
  EXPECT_EQ(Find(loop.by_region(), "south"), nullptr);
  EXPECT_EQ(Find(loop.by_region(), "north")->reporters().value(), 16U)
      << "without the 18, of which two are told by the whole";
  EXPECT_EQ(Find(loop.by_region(), "west")->reporters().value(), 6U);
}

TEST_F(LoopSlicesTest, WhatIsOutsideOfAllPartsIsNobodyOrAtLeastK) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    model_.said.clear();
    for (uint64_t id = 1; id <= 4; ++id) {
      v1::Insight& insight =
          Answered(id, random() % 2 == 0 ? "checkout" : "delivery", 2);
      for (const char* region : {"north", "south", "west"}) {
        if (random() % 2 == 0) {
          At(insight, region, static_cast<uint32_t>(1 + random() % 8));
        }
      }
    }
    const v1::LoopHealth loop = Build().loop();
    uint64_t in_regions = 0;
    for (const v1::LoopSlice& slice : loop.by_region()) {
      EXPECT_GE(slice.health().reporters().value(), kLeast);
      in_regions += slice.health().reporters().value();
    }
    uint64_t in_topics = 0;
    for (const v1::LoopSlice& slice : loop.by_topic()) {
      EXPECT_GE(slice.health().reporters().value(), kLeast);
      in_topics += slice.health().reporters().value();
    }
    for (const uint64_t parts : {in_regions, in_topics}) {
      const uint64_t rest = loop.reporters().value() - parts;
      EXPECT_TRUE(rest == 0 || rest >= kLeast) << rest;
    }
  }
}

TEST_F(LoopSlicesTest, ASmallScopeHasNoParts) {
  model_.scopes["dana"].set_reporters_90d(kLeast - 1);
  At(Answered(1, "checkout", 2), "north", 9);
  At(Answered(2, "delivery", 2), "south", 9);
  const v1::LoopHealth loop = Build().loop();
  EXPECT_EQ(loop.by_region_size(), 0);
  EXPECT_EQ(loop.by_topic_size(), 0);
}

TEST_F(LoopSlicesTest, OnlySoManyAreListedTheLargest) {
  for (uint64_t id = 1; id <= kMostLoopSlices + 3; ++id) {
    const std::string topic = "topic" + std::to_string(10 + id);
    At(Answered(id, topic, 2), "north", 9);
  }
  At(Answered(100, "topic23", 2), "north", 9);
  const v1::LoopHealth loop = Build().loop();
  EXPECT_EQ(loop.by_topic_size(), static_cast<int>(kMostLoopSlices));
  EXPECT_EQ(loop.by_topic(0).name(), "topic23");
  EXPECT_EQ(loop.by_topic(1).name(), "topic11");
}

}  // namespace
}  // namespace earshot::feed
