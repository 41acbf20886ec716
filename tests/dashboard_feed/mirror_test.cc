#include "dashboard_feed/mirror/mirror.h"

#include <gtest/gtest.h>

#include <set>

#include "earshot/v1/erase.pb.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

using wire::DeliveryCheck;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::Delivery From(uint64_t generation, uint64_t prev) {
  v1::Delivery delivery;
  delivery.set_generation(generation);
  delivery.set_prev_seq(prev);
  return delivery;
}

void AddInsight(v1::Delivery& delivery, uint64_t seq, uint64_t id,
                uint64_t observations) {
  v1::Insight insight;
  insight.set_id(id);
  insight.set_observations(observations);
  v1::Item& item = *delivery.add_items();
  item.set_seq(seq);
  item.set_kind(v1::UPDATE_INSIGHT);
  insight.SerializeToString(item.mutable_body());
}

class MirrorTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    mirror_.reset();
    auto mirror = Mirror::Open(folder_.File("mirror.db"));
    ASSERT_TRUE(mirror.ok());
    mirror_ = *std::move(mirror);
  }
  DeliveryCheck Take(const v1::Delivery& delivery) {
    const auto taken = mirror_->Take(delivery, kNow);
    EXPECT_TRUE(taken.ok());
    return taken->check;
  }
  uint64_t Observations(uint64_t id) {
    const Facts* facts = mirror_->model().insights.Find(id);
    const auto whole = mirror_->Latest(id);
    EXPECT_EQ(facts != nullptr, whole.has_value());
    if (facts == nullptr || !whole) return 0;
    EXPECT_EQ(facts->observations, whole->observations());
    return facts->observations;
  }

  Folder folder_;
  std::unique_ptr<Mirror> mirror_;
};

TEST_F(MirrorTest, AGapChangesNothingAndLeavesTheCursor) {
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  AddInsight(first, 1, 412, 3);
  EXPECT_EQ(Take(first), DeliveryCheck::kTake);
  v1::Delivery later = From(7, 5);
  AddInsight(later, 6, 412, 9);
  EXPECT_EQ(Take(later), DeliveryCheck::kGap);
  EXPECT_EQ(Observations(412), 3u);
  EXPECT_EQ(mirror_->cursor().seq(), 1u);
}

TEST_F(MirrorTest, CursorAndItemsMoveTogetherAndSurviveARestart) {
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  AddInsight(first, 3, 412, 3);
  AddInsight(first, 9, 413, 1);
  EXPECT_EQ(Take(first), DeliveryCheck::kTake);
  Reopen();
  EXPECT_EQ(mirror_->cursor().generation(), 7u);
  EXPECT_EQ(mirror_->cursor().seq(), 9u);
  EXPECT_EQ(Observations(412), 3u);
  EXPECT_EQ(Observations(413), 1u);
}

TEST_F(MirrorTest, AnUnreadableItemLeavesDiskMemoryAndCursorAsTheyWere) {
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  AddInsight(first, 1, 412, 3);
  EXPECT_EQ(Take(first), DeliveryCheck::kTake);
  v1::Delivery bad = From(7, 1);
  AddInsight(bad, 2, 412, 4);
  v1::Item& item = *bad.add_items();
  item.set_seq(3);
  item.set_kind(v1::UPDATE_INSIGHT);
  item.set_body("\xff\xff");
  EXPECT_FALSE(mirror_->Take(bad, kNow).ok());
  EXPECT_EQ(Observations(412), 3u);
  EXPECT_EQ(mirror_->cursor().seq(), 1u);
}

TEST_F(MirrorTest, WhatComesTwiceIsTakenOnce) {
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  AddInsight(first, 1, 412, 3);
  EXPECT_EQ(Take(first), DeliveryCheck::kTake);
  v1::Delivery again = From(7, 0);
  AddInsight(again, 1, 412, 3);
  EXPECT_EQ(Take(again), DeliveryCheck::kAlreadyHave);
}

TEST_F(MirrorTest, AResetForgetsWhatAnEarlierGenerationSaid) {
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  AddInsight(first, 1, 412, 3);
  EXPECT_EQ(Take(first), DeliveryCheck::kTake);
  v1::Delivery other = From(8, 0);
  other.set_reset(true);
  AddInsight(other, 1, 500, 1);
  EXPECT_EQ(Take(other), DeliveryCheck::kTake);
  EXPECT_EQ(Observations(412), 0u);
  Reopen();
  EXPECT_EQ(Observations(412), 0u);
  EXPECT_EQ(Observations(500), 1u);
  EXPECT_EQ(mirror_->cursor().generation(), 8u);
}

TEST_F(MirrorTest, AnEarlierVersionIsKeptForTheEndOfTheShift) {
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  AddInsight(first, 1, 412, 1);
  ASSERT_TRUE(mirror_->Take(first, kNow).ok());
  for (uint64_t i = 2; i < 60; ++i) {
    v1::Delivery next = From(7, i - 1);
    AddInsight(next, i, 412, i);
    ASSERT_TRUE(
        mirror_->Take(next, kNow + absl::Minutes(static_cast<int>(i))).ok());
  }
  Reopen();
  EXPECT_EQ(Observations(412), 59u);
  const auto as_of = mirror_->AsOf(412, kNow + absl::Seconds(1));
  ASSERT_TRUE(as_of.has_value());
  EXPECT_EQ(as_of->observations(), 1u);
  EXPECT_FALSE(mirror_->AsOf(412, kNow - absl::Seconds(1)).has_value());
  EXPECT_TRUE(mirror_->TakeReadError().ok());
}

TEST_F(MirrorTest, OfOneInsightNoMoreVersionsAreKeptThanItsBound) {
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  AddInsight(first, 1, 412, 1);
  ASSERT_TRUE(mirror_->Take(first, kNow).ok());
  for (uint64_t i = 2; i < 100; ++i) {
    v1::Delivery next = From(7, i - 1);
    AddInsight(next, i, 412, i);
    ASSERT_TRUE(
        mirror_->Take(next, kNow + absl::Minutes(static_cast<int>(i))).ok());
  }
  std::set<uint64_t> versions;
  for (int minute = 0; minute < 100; ++minute) {
    const auto as_of = mirror_->AsOf(412, kNow + absl::Minutes(minute));
    ASSERT_TRUE(as_of.has_value());
    versions.insert(as_of->observations());
  }
  EXPECT_LE(versions.size(), kMostVersions);
}

TEST_F(MirrorTest, AnEraseOrderTakesTheTextFromEveryVersion) {
  v1::Insight insight;
  insight.set_id(412);
  v1::Verbatim& verbatim = *insight.add_verbatims();
  verbatim.set_observation("0123456789abcdef");
  verbatim.set_text("call me");
  v1::Delivery first = From(7, 0);
  first.set_reset(true);
  for (uint64_t seq = 1; seq <= 2; ++seq) {
    v1::Item& item = *first.add_items();
    item.set_seq(seq);
    item.set_kind(v1::UPDATE_INSIGHT);
    insight.SerializeToString(item.mutable_body());
  }
  v1::EraseOrder order;
  order.add_observations("0123456789abcdef");
  order.add_insights(412);
  v1::Item& item = *first.add_items();
  item.set_seq(3);
  item.set_kind(v1::UPDATE_ERASE);
  order.SerializeToString(item.mutable_body());
  EXPECT_EQ(Take(first), DeliveryCheck::kTake);
  Reopen();
  EXPECT_EQ(mirror_->Latest(412)->verbatims_size(), 0);
  EXPECT_EQ(mirror_->AsOf(412, kNow)->verbatims_size(), 0);
  EXPECT_TRUE(mirror_->model().insights.Find(412)->quotable.empty());
}

}  // namespace
}  // namespace earshot::feed
