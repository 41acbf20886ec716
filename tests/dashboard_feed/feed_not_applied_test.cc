#include "proto/contract/times.h"
#include "tests/dashboard_feed/feed_fixture.h"
#include "tests/dashboard_feed/said_by_nine.h"

// A whole feed whose leader's decision was not applied.
namespace earshot::feed {
namespace {

class FeedNotAppliedTest : public FeedTest {
 protected:
  // Insight 3 comes again, with what Dana wanted and Amara had done before.
  void TakeHistory() {
    v1::Delivery delivery;
    delivery.set_generation(7);
    {
      const auto mirror = Mirror::Open(settings_.InData("mirror.db"));
      delivery.set_prev_seq((*mirror)->cursor().seq());
    }
    v1::Insight insight;
    insight.set_id(3);
    insight.set_topic("checkout/tills");
    insight.set_state(v1::RESOLVED);
    SaidByNine(insight);
    v1::InsightEvent& event = *insight.add_history();
    event.set_decision(12);
    *event.mutable_at() = contract::ToStamp(clock_.Wall() - absl::Hours(3));
    event.set_verb("decline");
    event.set_leader("Dana");
    event.set_leader_id("dana");
    event.set_not_applied("it was resolved by Amara before");
    event.set_stands_of("amara");
    v1::Item& item = *delivery.add_items();
    item.set_seq(delivery.prev_seq() + 1);
    item.set_kind(v1::UPDATE_INSIGHT);
    insight.SerializeToString(item.mutable_body());
    feed_.reset();
    {
      auto mirror = Mirror::Open(settings_.InData("mirror.db"));
      ASSERT_TRUE((*mirror)->Take(delivery, clock_.Wall()).ok());
    }
    Restart();
  }

  void PassHours(int hours) {
    for (int hour = 0; hour < hours; ++hour) {
      clock_.Pass(absl::Hours(1));
      for (int turn = 0; turn < 3; ++turn) {
        feed_->Turn({}, absl::ZeroDuration());
      }
    }
  }

  int Told() {
    auto outbox = Outbox::Open(settings_.InData("feed.db"), 10, random_);
    int told = 0;
    const auto items = (*outbox)->ItemsAfter("dana", 0, 100, 1 << 20);
    for (const v1::Item& item : *items) {
      v1::Digest digest;
      digest.ParseFromString(item.body());
      told += digest.not_applied_size();
    }
    return told;
  }
};

TEST_F(FeedNotAppliedTest, ItIsToldInOneDigestAlsoOverARestart) {
  PassHours(3);
  EXPECT_EQ(Told(), 0);
  TakeHistory();
  PassHours(2);
  EXPECT_EQ(Told(), 1) << "though it was decided before the digests before";
  Restart();
  PassHours(3);
  EXPECT_EQ(Told(), 1);
}

TEST_F(FeedNotAppliedTest, WhyShowsIt) {
  TakeHistory();
  v1::ControlRequest request;
  request.set_command("why");
  request.add_arguments("dana");
  request.add_arguments("3");
  const v1::ControlResponse response = Ask(request);
  EXPECT_NE(
      response.text().find(
          "decline by Dana: not applied, it was resolved by Amara before"),
      std::string::npos)
      << response.text();
}

}  // namespace
}  // namespace earshot::feed
