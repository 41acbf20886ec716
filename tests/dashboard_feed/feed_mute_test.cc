#include "tests/dashboard_feed/feed_fixture.h"
#include "tests/dashboard_feed/said_by_nine.h"

// Hiding an insight for a while, from the door to the digest.
namespace earshot::feed {
namespace {

TEST_F(FeedTest, AMuteNeedsAReasonAndAnEndWithinNinetyDays) {
  const absl::Time now = clock_.Wall();
  EXPECT_NE(Mute(1, " ", now + absl::Hours(24)).code(), 0u);
  EXPECT_NE(Mute(1, "known", now + absl::Hours(24 * 91)).text().find("90 days"),
            std::string::npos);
  EXPECT_NE(Mute(2, "known", now + absl::Hours(24)).code(), 0u) << "no scope";
  EXPECT_NE(Mute(3, "known", now + absl::Hours(24)).text().find("resolved"),
            std::string::npos);
  EXPECT_NE(Mute(1, "", now).text().find("not hidden"), std::string::npos);
  EXPECT_TRUE(Spooled().empty());
  EXPECT_EQ(Mute(1, "call 555-867-5309", now + absl::Hours(24 * 90)).code(),
            0u);
  const auto records = Spooled();
  ASSERT_EQ(records.size(), 1u);
  v1::Decision decision;
  ASSERT_TRUE(decision.ParseFromString(records[0].body));
  EXPECT_EQ(decision.leader(), "dana");
  EXPECT_EQ(decision.mute().reason().find("5309"), std::string::npos);
}

TEST_F(FeedTest, APreviewSaysWhatAMuteWouldHideAndSendsNothing) {
  const absl::Time until = clock_.Wall() + absl::Hours(24 * 7);
  const v1::ControlResponse told = Mute(1, "known", until, "preview");
  EXPECT_EQ(told.code(), 0u);
  for (const char* part : {"#1", "until 2027-01-22", "observations a day",
                           "at north-1", "Nothing was sent"}) {
    EXPECT_NE(told.text().find(part), std::string::npos)
        << part << " in " << told.text();
  }
  EXPECT_NE(Mute(3, "known", until, "preview").code(), 0u);
  EXPECT_NE(Mute(1, "", until, "preview").code(), 0u);
  EXPECT_TRUE(Spooled().empty());
}

// What the router mirrors once more after it read its files again.
TEST_F(FeedTest, AReloadOfTheFilesSendsNothingAgainAndEndsNoMute) {
  const auto deliver = [&](bool reset, const auto& fill) {
    feed_.reset();
    auto mirror = Mirror::Open(settings_.InData("mirror.db"));
    ASSERT_TRUE(mirror.ok());
    v1::Delivery delivery;
    delivery.set_generation(7);
    delivery.set_reset(reset);
    const uint64_t after = reset ? 0 : (*mirror)->cursor().seq();
    delivery.set_prev_seq(after);
    fill(delivery);
    for (int i = 0; i < delivery.items_size(); ++i) {
      delivery.mutable_items(i)->set_seq(after + static_cast<uint64_t>(i) + 1);
    }
    const auto taken = (*mirror)->Take(delivery, clock_.Wall());
    ASSERT_TRUE(taken.ok());
    ASSERT_EQ(taken->check, wire::DeliveryCheck::kTake);
    mirror->reset();
    Restart();
  };
  const auto digest = [&] {
    v1::ControlRequest request;
    request.set_command("digest");
    request.add_arguments("dana");
    v1::Digest made;
    EXPECT_TRUE(made.ParseFromString(Ask(request).body()));
    return made;
  };
  EXPECT_EQ(digest().quality().muted(), 0u);
  deliver(false, [&](v1::Delivery& delivery) {
    v1::Insight insight;
    insight.set_id(1);
    insight.set_topic("checkout");
    insight.set_state(v1::HEARD);
    SaidByNine(insight);
    insight.mutable_muted()->set_reason("the refit");
    insight.mutable_muted()->set_leader("Dana");
    insight.mutable_muted()->mutable_until()->set_seconds(
        absl::ToUnixSeconds(clock_.Wall() + absl::Hours(24)));
    Add(delivery, v1::UPDATE_INSIGHT, insight.SerializeAsString());
  });
  EXPECT_EQ(digest().quality().muted(), 1u);
  clock_.Pass(absl::Minutes(2));
  feed_->Turn({}, absl::ZeroDuration());
  clock_.Pass(absl::Hours(1));
  feed_->Turn({}, absl::ZeroDuration());
  ASSERT_EQ(Queued(), 1u);
  deliver(false, [&](v1::Delivery& delivery) { AddFiles(delivery); });
  clock_.Pass(absl::Minutes(2));
  feed_->Turn({}, absl::ZeroDuration());
  feed_->Turn({}, absl::ZeroDuration());
  EXPECT_EQ(Queued(), 1u) << "nothing is sent again";
  EXPECT_EQ(digest().quality().muted(), 1u) << "it stays hidden";
  clock_.Pass(absl::Hours(24));
  EXPECT_EQ(digest().quality().muted(), 0u) << "until its end";
}

}  // namespace
}  // namespace earshot::feed
