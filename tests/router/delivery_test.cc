#include "router/delivery/delivery.h"

#include <gtest/gtest.h>

#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

constexpr uint64_t kGeneration = 7;

class DeliveryTest : public ::testing::Test {
 protected:
  DeliveryTest() {
    auto views = Views::Open(folder_.File("views.db"));
    EXPECT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
  }
  static Enrolled Peer(Role role) {
    Enrolled peer;
    peer.name = "pc1";
    peer.role = role;
    return peer;
  }
  static v1::Cursor At(uint64_t generation, uint64_t seq) {
    v1::Cursor cursor;
    cursor.set_generation(generation);
    cursor.set_seq(seq);
    return cursor;
  }

  testing::TempFolder folder_;
  std::unique_ptr<Views> views_;
};

TEST_F(DeliveryTest, WhatHelloSaysIsOnTheAgentsDiskNeedsNoOtherAck) {
  Deliveries deliveries(*views_, kGeneration);
  const auto settled =
      deliveries.Open(1, Peer(Role::kAgent), At(kGeneration, 4));
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->agent, "pc1");
  EXPECT_EQ(settled->seq, 4U);
}

TEST_F(DeliveryTest, CursorIntoAnotherStoreOrOfAFeedSettlesNoReply) {
  Deliveries deliveries(*views_, kGeneration);
  EXPECT_FALSE(deliveries.Open(1, Peer(Role::kAgent), At(kGeneration + 1, 4)));
  EXPECT_FALSE(deliveries.Open(2, Peer(Role::kFeed), At(kGeneration, 4)));
}

// A copy that was put back and has numbered on: the number alone would pass
// for one of its own.
TEST_F(DeliveryTest, CursorOfARunThatACopyDoesNotKnowIsBehindHoweverFarItWent) {
  ASSERT_TRUE(views_->BeginRun(1000).ok());
  ASSERT_TRUE(views_->PutNumber("update_seq", 1005).ok());
  ASSERT_TRUE(views_->OweReply("pc1", v1::REPLY_ANSWER, "a", "r1").ok());
  ASSERT_TRUE(views_->BeginRun(5000).ok());
  ASSERT_TRUE(views_->PutNumber("update_seq", 6010).ok());
  ASSERT_TRUE(views_->OweReply("pc1", v1::REPLY_ANSWER, "b", "r1").ok());
  Deliveries deliveries(*views_, kGeneration);
  const auto behind = [&](Role role, uint64_t seq) {
    return deliveries.IsBehind(Peer(role), At(kGeneration, seq)).value();
  };
  for (const uint64_t seq : {0U, 1003U, 1005U, 6005U, 6010U}) {
    EXPECT_FALSE(behind(Role::kFeed, seq)) << seq;
  }
  // Of the first run after the copy was made, of a run in between, and of the
  // present one.
  for (const uint64_t seq : {1006U, 3000U, 6011U}) {
    EXPECT_TRUE(behind(Role::kFeed, seq)) << seq;
  }
  for (const uint64_t seq : {0U, 1001U, 6006U}) {
    EXPECT_FALSE(behind(Role::kAgent, seq)) << seq;
  }
  for (const uint64_t seq : {1U, 1002U, 6007U}) {
    EXPECT_TRUE(behind(Role::kAgent, seq)) << seq;
  }
  EXPECT_EQ(views_->PendingReplies().value(), 2U);
}

TEST_F(DeliveryTest, CursorBeyondTheEndTellsThatTheViewsAreAnOlderCopy) {
  ASSERT_TRUE(views_->PutNumber("update_seq", 4).ok());
  Deliveries deliveries(*views_, kGeneration);
  const auto behind = [&](Role role, const v1::Cursor& cursor) {
    return deliveries.IsBehind(Peer(role), cursor).value();
  };
  EXPECT_FALSE(behind(Role::kFeed, At(kGeneration, 4)));
  EXPECT_TRUE(behind(Role::kFeed, At(kGeneration, 5)));
  EXPECT_FALSE(behind(Role::kFeed, At(kGeneration + 1, 5)));
  EXPECT_FALSE(behind(Role::kAgent, At(kGeneration, 0)));
  EXPECT_TRUE(behind(Role::kAgent, At(kGeneration, 1)));
}

TEST_F(DeliveryTest, NewGenerationStartsEveryoneFromNothing) {
  ASSERT_TRUE(views_->PutInsight(1, v1::Insight()).ok());
  Deliveries deliveries(*views_, kGeneration);
  deliveries.Open(1, Peer(Role::kFeed), At(kGeneration, 9));
  EXPECT_FALSE(deliveries.Next().value());
  deliveries.UseGeneration(kGeneration + 1);
  const auto frame = deliveries.Next().value();
  ASSERT_TRUE(frame);
  v1::Delivery delivery;
  ASSERT_TRUE(delivery.ParseFromString(frame->body));
  EXPECT_TRUE(delivery.reset());
  EXPECT_EQ(delivery.generation(), kGeneration + 1);
  EXPECT_EQ(delivery.items_size(), 1);
}

}  // namespace
}  // namespace earshot::router
