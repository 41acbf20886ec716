#include "dashboard_feed/feed.h"

#include <gtest/gtest.h>

#include "tests/dashboard_feed/feed_fixture.h"

// The doors of a whole feed, without a router.
namespace earshot::feed {
namespace {

TEST_F(FeedTest, AnAnswerIsDurableRedactedAndSignedByWhoGaveIt) {
  const v1::ControlResponse response =
      Answer(1, "mail dana@example.com about it");
  EXPECT_EQ(response.code(), 0u) << response.text();
  Restart();
  const auto records = Spooled();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].kind, static_cast<uint32_t>(v1::RECORD_DECISION));
  v1::Decision decision;
  ASSERT_TRUE(decision.ParseFromString(records[0].body));
  EXPECT_EQ(decision.leader(), "dana");
  EXPECT_EQ(decision.insight(), 1u);
  EXPECT_EQ(decision.answer().text().find("example.com"), std::string::npos);
}

TEST_F(FeedTest, OutOfScopeIsRefusedLikeUnknown) {
  std::string outside = Answer(2, "hello").text();
  std::string unknown = Answer(9, "hello").text();
  ASSERT_NE(outside.find("#2"), std::string::npos);
  outside.replace(outside.find("#2"), 2, "#N");
  unknown.replace(unknown.find("#9"), 2, "#N");
  EXPECT_EQ(outside, unknown);
  EXPECT_TRUE(Spooled().empty());
}

TEST_F(FeedTest, WhatIsFinishedIsRefusedNamingTheState) {
  const v1::ControlResponse response = Answer(3, "hello");
  EXPECT_NE(response.code(), 0u);
  EXPECT_NE(response.text().find("resolved"), std::string::npos);
  EXPECT_NE(response.text().find("reopen"), std::string::npos);
  EXPECT_TRUE(Spooled().empty());
}

TEST_F(FeedTest, OnlyWhoMaySpeakForALeaderReadsOrAnswersAsThem) {
  EXPECT_NE(Answer(1, "hello", "max").code(), 0u);
  v1::ControlRequest request;
  request.set_command("digest");
  request.add_arguments("max");
  const v1::ControlResponse response = Ask(request);
  EXPECT_NE(response.code(), 0u);
  EXPECT_TRUE(response.body().empty());
  request.set_arguments(0, "nobody-knows");
  EXPECT_NE(Ask(request).text().find("dana, max"), std::string::npos);
}

TEST_F(FeedTest, APeriodGivesOneDigestAcrossRestartsAndDowntime) {
  const auto turn = [&] {
    clock_.Pass(absl::Minutes(2));  // the router is not there
    feed_->Turn({}, absl::ZeroDuration());
  };
  turn();
  EXPECT_EQ(Queued(), 0u);  // where it begins
  clock_.Pass(absl::Hours(1));
  turn();
  EXPECT_EQ(Queued(), 1u);
  turn();
  Restart();
  turn();
  EXPECT_EQ(Queued(), 1u);
  clock_.Pass(absl::Hours(30));
  Restart();
  turn();
  turn();
  EXPECT_EQ(Queued(), 2u);
}

TEST_F(FeedTest, TheThreeNumbersAreComparedWithThoseOfTheDigestBefore) {
  const auto numbers = [&] {
    v1::ControlRequest request;
    request.set_command("digest");
    request.add_arguments("dana");
    v1::Digest digest;
    EXPECT_TRUE(digest.ParseFromString(Ask(request).body()));
    return digest.numbers();
  };
  ASSERT_EQ(numbers().size(), 3);
  for (const v1::DigestNumber& number : numbers()) {
    EXPECT_FALSE(number.compared()) << number.name();
  }
  clock_.Pass(absl::Minutes(2));
  feed_->Turn({}, absl::ZeroDuration());
  clock_.Pass(absl::Hours(1));
  feed_->Turn({}, absl::ZeroDuration());
  ASSERT_EQ(Queued(), 1u);
  Restart();
  for (const v1::DigestNumber& number : numbers()) {
    EXPECT_TRUE(number.compared()) << number.name();
    EXPECT_EQ(number.before(), number.value()) << number.name();
  }
}

TEST_F(FeedTest, WhyTellsWhereAnInsightWasListedAndHowItWent) {
  const auto why = [&](const std::string& insight) {
    v1::ControlRequest request;
    request.set_command("why");
    request.add_arguments("dana");
    request.add_arguments(insight);
    return Ask(request).text();
  };
  EXPECT_NE(why("1").find("No digest that is kept lists it"),
            std::string::npos);
  clock_.Pass(absl::Minutes(2));
  feed_->Turn({}, absl::ZeroDuration());
  clock_.Pass(absl::Hours(1));
  feed_->Turn({}, absl::ZeroDuration());
  const std::string told = why("1");
  EXPECT_NE(told.find("dana-hourly"), std::string::npos) << told;
  EXPECT_NE(told.find("as number 1"), std::string::npos) << told;
  EXPECT_NE(told.find("no-such-channel: parked"), std::string::npos) << told;
  std::string outside = why("2");
  std::string unknown = why("9");
  ASSERT_NE(outside.find("#2"), std::string::npos);
  EXPECT_EQ(outside.replace(outside.find("#2"), 2, "#N"),
            unknown.replace(unknown.find("#9"), 2, "#N"));
}

TEST_F(FeedTest, ADeliveryIsQueuedWithItsPeriodAndParkedInSight) {
  clock_.Pass(absl::Minutes(2));
  feed_->Turn({}, absl::ZeroDuration());
  clock_.Pass(absl::Hours(1));
  feed_->Turn({}, absl::ZeroDuration());
  v1::ControlRequest request;
  request.set_command("deliveries");
  request.add_arguments("list");
  const std::string list = Ask(request).text();
  EXPECT_NE(list.find("\"state\":\"parked\""), std::string::npos) << list;
  request.set_arguments(0, "retry");
  request.add_arguments("1");
  EXPECT_EQ(Ask(request).code(), 0u);
  request.set_arguments(1, "99");
  EXPECT_NE(Ask(request).code(), 0u);
}

TEST_F(LinkedFeedTest, ADecisionLostOnASessionThatLivesIsSentAgain) {
  SpoolDecision();
  TurnFor(absl::Seconds(29));
  EXPECT_EQ(router_.batches().size(), 1U);
  // And until it dials again.
  for (int i = 0; i < 1 + 60 && router_.batches().size() == 1; ++i) {
    TurnFor(absl::Seconds(1));
  }
  ASSERT_EQ(router_.batches().size(), 2U);
  EXPECT_EQ(router_.connections(), 2);
  EXPECT_EQ(router_.batches()[1].SerializeAsString(),
            router_.batches()[0].SerializeAsString());
}

TEST_F(LinkedFeedTest, ASessionOnWhichNothingIsOwedIsKept) {
  SpoolDecision();
  TurnFor(absl::Seconds(29));
  Acknowledge();
  TurnFor(absl::Minutes(5));
  EXPECT_EQ(router_.batches().size(), 1U);
  EXPECT_EQ(router_.connections(), 1);
}

TEST_F(LinkedFeedTest, ARequestThatComesTwiceIsDoneOnceAndAnsweredTheSame) {
  wire::PeerSession leader(random_);
  v1::Hello hello;
  hello.set_wire_min(wire::kWireVersion);
  hello.set_wire_max(wire::kWireVersion);
  hello.set_epoch(5);
  leader.Dial(hello, clock_.Monotonic());
  Exchange(leader);
  ASSERT_EQ(leader.state(), wire::PeerSession::State::kOpen);
  leader.Send(v1::REQUEST, DecideRequest(8), clock_.Monotonic());
  const auto first = Responses(leader);
  ASSERT_EQ(first.size(), 1U);
  v1::Response response;
  ASSERT_TRUE(response.ParseFromString(first[0]));
  ASSERT_EQ(response.code(), 0U) << response.text();
  leader.Send(v1::REQUEST, DecideRequest(8), clock_.Monotonic());
  EXPECT_EQ(Responses(leader), first);
  EXPECT_EQ(Spooled().size(), 1U);
  leader.Send(v1::REQUEST, DecideRequest(9), clock_.Monotonic());
  EXPECT_EQ(Responses(leader).size(), 1U);
  EXPECT_EQ(Spooled().size(), 2U) << "another request is another decision";
}

}  // namespace
}  // namespace earshot::feed
