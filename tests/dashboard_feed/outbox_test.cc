#include "dashboard_feed/outbox/outbox.h"

#include <gtest/gtest.h>

#include "base/wire/delivery.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

Outbox::Entry Digest(const std::string& leader, const std::string& key,
                     const std::string& body, int hours = 0) {
  Outbox::Entry entry;
  entry.subscription = leader + "-daily";
  entry.leader = leader;
  entry.key = key;
  entry.to = kNow + absl::Hours(hours);
  entry.kind = 1;
  entry.body = body;
  return entry;
}

class OutboxTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen(uint32_t kept = 400) {
    outbox_.reset();
    auto outbox = Outbox::Open(folder_.File("feed.db"), kept, random_);
    ASSERT_TRUE(outbox.ok());
    outbox_ = *std::move(outbox);
  }
  std::optional<uint64_t> Add(const Outbox::Entry& entry) {
    const auto seq = outbox_->Add(entry);
    EXPECT_TRUE(seq.ok());
    return *seq;
  }

  Folder folder_;
  CountingRandom random_;
  std::unique_ptr<Outbox> outbox_;
};

TEST_F(OutboxTest, OnePeriodGivesOneDigestAcrossRestarts) {
  EXPECT_EQ(Add(Digest("dana", "2026-11-02", "a")), 1u);
  EXPECT_EQ(Add(Digest("dana", "2026-11-02", "b")), std::nullopt);
  Reopen();
  EXPECT_EQ(Add(Digest("dana", "2026-11-02", "c")), std::nullopt);
  const auto items = outbox_->ItemsAfter("dana", 0, 10, 1000);
  ASSERT_TRUE(items.ok());
  ASSERT_EQ(items->size(), 1u);
  EXPECT_EQ((*items)[0].body(), "a");
}

TEST_F(OutboxTest, TheNumbersKeptAreThoseOfTheLastDigestAlone) {
  Outbox::Entry entry = Digest("dana", "2026-11-02", "a");
  entry.numbers = {{"overdue", 3}, {"open_severe", 1}};
  Add(entry);
  entry.numbers = {{"overdue", 9}};
  Add(entry);  // that period was made before
  Reopen();
  EXPECT_EQ(outbox_->Numbers("dana-daily")->at("overdue"), 3);
  EXPECT_TRUE(outbox_->Numbers("max-daily")->empty());
  entry = Digest("dana", "2026-11-03", "b", 24);
  entry.numbers = {{"overdue", 0}};
  Add(entry);
  EXPECT_EQ(*outbox_->Numbers("dana-daily"),
            (std::map<std::string, int64_t>{{"overdue", 0}}));
}

TEST_F(OutboxTest, WhatWasToldAsNotAppliedIsKeptForItsSubscriptionAlone) {
  Outbox::Entry entry = Digest("dana", "2026-11-02", "a");
  entry.not_applied = {"k1", "k2"};
  Add(entry);
  entry.not_applied = {"k3"};
  EXPECT_EQ(Add(entry), std::nullopt);
  Reopen();
  EXPECT_EQ(*outbox_->ToldNotApplied("dana-daily"),
            (std::set<std::string>{"k1", "k2"}));
  EXPECT_TRUE(outbox_->ToldNotApplied("amara-daily")->empty());
  entry.key = "2026-11-03";
  entry.not_applied.clear();
  for (uint64_t i = 0; i < Outbox::kNotAppliedKept; ++i) {
    entry.not_applied.push_back("more" + std::to_string(i));
  }
  Add(entry);
  const auto told = *outbox_->ToldNotApplied("dana-daily");
  EXPECT_EQ(told.size(), Outbox::kNotAppliedKept);
  EXPECT_FALSE(told.contains("k1"));
}

TEST_F(OutboxTest, APeriodThatWasMadeBeforeLeavesWhatWasShown) {
  Outbox::Entry entry = Digest("dana", "2026-11-02", "a");
  entry.shown = {{412, 6}};
  Add(entry);
  entry.shown = {{412, 9}};
  EXPECT_EQ(Add(entry), std::nullopt);
  const auto shown = outbox_->Shown("dana-daily");
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(*shown, (ShownCounts{{412, 6}}));
}

TEST_F(OutboxTest, ANewSubscriptionBeginsWithoutADigest) {
  ASSERT_TRUE(outbox_->Begin("dana-daily", "2026-11-02", kNow).ok());
  Reopen();
  const auto last = outbox_->LastPeriod("dana-daily");
  ASSERT_TRUE(last.ok());
  ASSERT_TRUE(last->has_value());
  EXPECT_FALSE((*last)->sent);
  EXPECT_EQ(Add(Digest("dana", "2026-11-02", "a")), std::nullopt);
  EXPECT_EQ(Add(Digest("dana", "2026-11-03", "b", 24)), 1u);
}

TEST_F(OutboxTest, ALeaderWhoWasAwayGetsWhatWasMissedInOrderOnce) {
  for (int i = 0; i < 5; ++i) {
    Add(Digest("dana", "key" + std::to_string(i), std::to_string(i), i));
    Add(Digest("max", "key" + std::to_string(i), "other", i));
  }
  v1::Cursor cursor;
  cursor.set_generation(outbox_->generation());
  cursor.set_seq(2);
  Reopen();
  std::string seen;
  for (int session = 0; session < 2; ++session) {
    wire::DeliverySender sender(outbox_->generation(), cursor);
    auto items = outbox_->ItemsAfter("dana", sender.after(), 10, 1000);
    ASSERT_TRUE(items.ok());
    const auto delivery = sender.Wrap(*std::move(items));
    if (!delivery) break;
    ASSERT_EQ(wire::CheckDelivery(*delivery, cursor),
              wire::DeliveryCheck::kTake);
    for (const v1::Item& item : delivery->items()) {
      seen += item.body();
      cursor.set_seq(item.seq());
    }
    ASSERT_TRUE(outbox_->MarkDelivered("dana", cursor.seq()).ok());
  }
  EXPECT_EQ(seen, "234");
  const auto totals = outbox_->Count();
  ASSERT_TRUE(totals.ok());
  EXPECT_EQ(totals->queued, 10u);
  EXPECT_EQ(totals->delivered, 5u);
}

TEST_F(OutboxTest, DeliveredNeverGoesBackNorPastTheQueue) {
  Add(Digest("dana", "a", "a"));
  Add(Digest("dana", "b", "b", 1));
  ASSERT_TRUE(outbox_->MarkDelivered("dana", 99).ok());
  ASSERT_TRUE(outbox_->MarkDelivered("dana", 1).ok());
  EXPECT_EQ(outbox_->Count()->delivered, 2u);
}

TEST_F(OutboxTest, OnlySoManyDigestsAreKeptForALeader) {
  Reopen(3);
  for (int i = 0; i < 10; ++i) {
    Add(Digest("dana", "key" + std::to_string(i), std::to_string(i), i));
  }
  const auto items = outbox_->ItemsAfter("dana", 0, 100, 1000);
  ASSERT_TRUE(items.ok());
  ASSERT_EQ(items->size(), 3u);
  EXPECT_EQ((*items)[0].seq(), 8u);
}

TEST_F(OutboxTest, TheStoreKeepsItsGeneration) {
  const uint64_t generation = outbox_->generation();
  EXPECT_NE(generation, 0u);
  Reopen();
  EXPECT_EQ(outbox_->generation(), generation);
}

}  // namespace
}  // namespace earshot::feed
