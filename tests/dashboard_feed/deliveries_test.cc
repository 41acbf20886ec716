#include "dashboard_feed/outbox/deliveries.h"

#include <gtest/gtest.h>

#include "dashboard_feed/outbox/outbox.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class DeliveriesTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen(uint32_t kept = 400) {
    outbox_.reset();
    auto outbox = Outbox::Open(folder_.File("feed.db"), kept, random_);
    ASSERT_TRUE(outbox.ok());
    outbox_ = *std::move(outbox);
  }
  void Add(const std::string& key, const std::vector<std::string>& channels,
           int hours = 0) {
    Outbox::Entry entry;
    entry.subscription = "daily";
    entry.leader = "dana";
    entry.key = key;
    entry.to = kNow + absl::Hours(hours);
    entry.body = "digest of " + key;
    for (const std::string& channel : channels) {
      entry.channels.push_back({channel, entry.to + absl::Hours(4), 0, ""});
    }
    ASSERT_TRUE(outbox_->Add(entry).ok());
  }
  Delivery Only(const std::string& channel) {
    Deliveries::Filter filter;
    filter.channel = channel;
    const auto rows = outbox_->deliveries().List(filter, 10);
    EXPECT_TRUE(rows.ok());
    EXPECT_EQ(rows->size(), 1u);
    return rows->empty() ? Delivery() : rows->front();
  }

  Folder folder_;
  CountingRandom random_;
  std::unique_ptr<Outbox> outbox_;
};

TEST_F(DeliveriesTest, APeriodIsOwedOnceOverEachOfItsChannels) {
  Add("2026-11-02", {"hook", "mail"});
  Add("2026-11-02", {"hook", "mail", "lines"});
  Reopen();
  const auto rows = outbox_->deliveries().List({}, 10);
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->size(), 2u);
  EXPECT_EQ(Only("hook").IdempotencyKey(), "daily:2026-11-02:hook");
  EXPECT_EQ(*outbox_->deliveries().Body(Only("mail")), "digest of 2026-11-02");
}

TEST_F(DeliveriesTest, WhatWasBeingSentIsDueAgainAfterARestart) {
  Add("a", {"hook"});
  ASSERT_TRUE(outbox_->deliveries().MarkSending(Only("hook").id, kNow).ok());
  EXPECT_TRUE(outbox_->deliveries().Due("hook", kNow, 10)->empty());
  Reopen();
  ASSERT_EQ(*outbox_->deliveries().ResumeInterrupted(kNow), 1);
  const auto due = outbox_->deliveries().Due("hook", kNow, 10);
  ASSERT_EQ(due->size(), 1u);
  EXPECT_EQ(due->front().attempts, 1u);
}

TEST_F(DeliveriesTest, AParkedOneAndItsFallbackStandTogether) {
  Add("a", {"hook"});
  Deliveries& deliveries = outbox_->deliveries();
  ASSERT_TRUE(
      deliveries.Park(Only("hook").id, "http 404", "gone", "lines", kNow).ok());
  Reopen();
  EXPECT_EQ(Only("hook").state, DeliveryState::kParked);
  const Delivery next = Only("lines");
  EXPECT_EQ(next.state, DeliveryState::kQueued);
  EXPECT_EQ(next.fallback_of, "hook");
  EXPECT_EQ(next.until - next.queued_at, absl::Hours(4));
}

TEST_F(DeliveriesTest, AFallbackThatHasTheDigestAnywayGetsItOnce) {
  Add("a", {"hook", "lines"});
  ASSERT_TRUE(
      outbox_->deliveries().Park(Only("hook").id, "", "", "lines", kNow).ok());
  EXPECT_TRUE(Only("lines").fallback_of.empty());
}

TEST_F(DeliveriesTest, OnlyAParkedOneIsSentAgainAndThenWithAllItsTime) {
  Add("a", {"hook"});
  Deliveries& deliveries = outbox_->deliveries();
  const uint64_t id = Only("hook").id;
  EXPECT_TRUE(absl::IsFailedPrecondition(deliveries.Retry(id, kNow)));
  EXPECT_TRUE(absl::IsNotFound(deliveries.Retry(99, kNow)));
  ASSERT_TRUE(deliveries.Park(id, "", "", "", kNow).ok());
  const absl::Time later = kNow + absl::Hours(30);
  ASSERT_TRUE(deliveries.Retry(id, later).ok());
  EXPECT_EQ(Only("hook").until, later + absl::Hours(4));
  EXPECT_EQ(deliveries.Due("hook", later, 10)->size(), 1u);
}

TEST_F(DeliveriesTest, AClockThatWasSetBackHoldsNothingUp) {
  Add("a", {"hook"});
  Deliveries& deliveries = outbox_->deliveries();
  const uint64_t id = Only("hook").id;
  ASSERT_TRUE(
      deliveries.QueueAgain(id, kNow + absl::Seconds(10), "http 503", "", kNow)
          .ok());
  const absl::Time earlier = kNow - absl::Hours(48);
  ASSERT_EQ(*deliveries.FollowClock(earlier), 1);
  EXPECT_EQ(Only("hook").next_at, earlier + absl::Seconds(10));
  EXPECT_EQ(Only("hook").until, earlier + absl::Hours(4));
  EXPECT_EQ(*deliveries.FollowClock(earlier), 0);
}

TEST_F(DeliveriesTest, DeliveriesGoWithTheirDigestAndUnfinishedOnesAreCounted) {
  Reopen(2);
  for (int i = 0; i < 5; ++i) Add("key" + std::to_string(i), {"hook"}, i);
  const auto rows = outbox_->deliveries().List({}, 10);
  EXPECT_EQ(rows->size(), 2u);
  EXPECT_EQ(outbox_->deliveries().Count()->dropped, 3u);
}

TEST_F(DeliveriesTest, WhatAReceiverSaysIsCutBetweenCharacters) {
  Add("a", {"hook"});
  std::string words;
  while (words.size() <= Deliveries::kDetailBytes) words += "\xC3\xA9";
  ASSERT_TRUE(outbox_->deliveries()
                  .Park(Only("hook").id, "x", "a" + words, "", kNow)
                  .ok());
  const std::string kept = Only("hook").detail;
  EXPECT_LE(kept.size(), Deliveries::kDetailBytes);
  EXPECT_EQ(kept.back(), '\xA9');
}

}  // namespace
}  // namespace earshot::feed
