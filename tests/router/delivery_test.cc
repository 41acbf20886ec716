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
