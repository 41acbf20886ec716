#include <gtest/gtest.h>
#include <unistd.h>

#include "dashboard_feed/decisions/decisions.h"
#include "dashboard_feed/decisions/until.h"
#include "dashboard_feed/leaders/doors.h"

namespace earshot::feed {
namespace {

TEST(ParseUntil, TakesSpansDaysAndMomentsInTheReadersZone) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const absl::TimeZone zone = absl::FixedTimeZone(-7 * 3600);
  const auto at = [&](const char* text) { return ParseUntil(text, now, zone); };
  EXPECT_EQ(*at("now"), now);
  EXPECT_EQ(*at("36h"), now + absl::Hours(36));
  EXPECT_EQ(*at("2w"), now + absl::Hours(24 * 14));
  EXPECT_EQ(*at("2027-02-01"), *at("2027-02-01T07:00:00Z"));
  EXPECT_EQ(*at("2027-02-01T08:30"), *at("2027-02-01T15:30:00Z"));
  for (const char* wrong : {"", "soon", "14", "d", "-3d", "3x", "3dd",
                            "99999999999d", "2027-02-30", "2020-01-01", "0d"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(at(wrong).status())) << wrong;
  }
}

TEST(Doors, AKeyIsItsLeadersUntilTheFileSaysOtherwise) {
  LeaderKeys keys;
  v1::Organisation organisation;
  v1::Leader& dana = *organisation.add_leaders();
  dana.set_id("dana");
  dana.set_public_key("key-1");
  EXPECT_TRUE(keys.Use(organisation).empty());
  EXPECT_EQ(keys.Admit("key-1"), "dana");
  EXPECT_EQ(keys.Admit("key-2"), std::nullopt);
  EXPECT_EQ(keys.Admit(""), std::nullopt);
  dana.set_public_key("key-2");
  EXPECT_EQ(keys.Use(organisation), std::vector<std::string>{"dana"});
  EXPECT_EQ(keys.Admit("key-1"), std::nullopt);
}

TEST(Doors, WithoutNamedUsersOnlyTheFeedsOwnMaySpeak) {
  v1::Leader leader;
  leader.set_id("dana");
  EXPECT_TRUE(MaySpeakFor(leader, 1000, 1000).ok());
  EXPECT_FALSE(MaySpeakFor(leader, 1001, 1000).ok());
  EXPECT_FALSE(MaySpeakFor(leader, 0, 1000).ok());
}

TEST(Doors, NamedUsersMaySpeakAndTheFeedsOwnNoLonger) {
  v1::Leader leader;
  leader.set_id("dana");
  leader.add_local_users("root");
  EXPECT_TRUE(MaySpeakFor(leader, 0, 1000).ok());
  EXPECT_FALSE(MaySpeakFor(leader, 1000, 1000).ok());
}

TEST(Decisions, WhatIsFinishedIsReopenedFirst) {
  for (const v1::State state :
       {v1::RESOLVED, v1::CONFIRMED, v1::UNCHALLENGED, v1::DECLINED}) {
    const absl::Status status = CheckState(state, v1::Decision::kAnswer);
    EXPECT_FALSE(status.ok());
    EXPECT_NE(std::string(status.message()).find("reopen"), std::string::npos);
    EXPECT_TRUE(CheckState(state, v1::Decision::kReopen).ok());
  }
  for (const v1::State state :
       {v1::HEARD, v1::ACKNOWLEDGED, v1::COMMITTED, v1::REOPENED}) {
    EXPECT_TRUE(CheckState(state, v1::Decision::kAnswer).ok());
    EXPECT_FALSE(CheckState(state, v1::Decision::kReopen).ok());
  }
}

TEST(Decisions, PersonalNumbersLeaveTheTextBeforeItIsKept) {
  v1::Decision decision;
  decision.mutable_answer()->set_text("write to dana@example.com today");
  EXPECT_EQ(RedactDecision(contract::Redactor(), decision), 1u);
  EXPECT_EQ(decision.answer().text().find("example.com"), std::string::npos);
}

}  // namespace
}  // namespace earshot::feed
