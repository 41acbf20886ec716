// What pages and the API are made of, each by itself.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/decisions/question_fields.h"
#include "dashboard_feed/decisions/subscription_fields.h"
#include "dashboard_feed/page/kept_digests.h"
#include "dashboard_feed/page/plot.h"

namespace earshot::feed {
namespace {

v1::Digest Numbered(uint32_t number) {
  v1::Digest digest;
  digest.set_steady(number);
  return digest;
}

TEST(ApiBodies, ACursorComesBackAndNothingElseIsOne) {
  EXPECT_EQ(ParseCursor(CursorText(0)), 0U);
  EXPECT_EQ(ParseCursor(CursorText(1250)), 1250U);
  for (const std::string& wrong :
       {std::string(), std::string("a"), std::string("MS4"),
        std::string("MTIz"), CursorText(kMostPassed + 1),
        std::string(200, 'A')}) {
    EXPECT_FALSE(ParseCursor(wrong).has_value()) << wrong;
  }
}

TEST(ApiBodies, ALimitIsANumberOfInsights) {
  EXPECT_EQ(ParseLimit(""), 50U);
  EXPECT_EQ(ParseLimit("200"), 200U);
  for (const char* wrong : {"0", "201", "-1", "1x", "99999999999999999999"}) {
    EXPECT_FALSE(ParseLimit(wrong).has_value()) << wrong;
  }
}

TEST(ApiBodies, FieldsAreStringsOfOneObject) {
  const auto fields = ParseFields(R"({"verb":"ack","until":""})");
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(fields->at("verb"), "ack");
  for (const std::string& wrong :
       {std::string(), std::string("[]"), std::string("{"),
        std::string(R"({"a":1})"), std::string(R"({"a":{"b":"c"}})"),
        std::string(60000, '[')}) {
    EXPECT_FALSE(ParseFields(wrong).ok());
  }
}

TEST(ApiBodies, ATagChangesWithTheContentAlone) {
  const std::string tag = TagOf(R"({"a":1,"to":"now","form":"x"})");
  EXPECT_EQ(tag, TagOf(R"({"a":1,"to":"later","form":"y"})"));
  EXPECT_NE(tag, TagOf(R"({"a":2,"to":"now","form":"x"})"));
  EXPECT_TRUE(MatchesTag(tag, tag));
  EXPECT_TRUE(MatchesTag("\"other\", " + tag.substr(2), tag));
  EXPECT_TRUE(MatchesTag("*", tag));
  EXPECT_FALSE(MatchesTag("", tag));
  EXPECT_FALSE(MatchesTag("\"other\"", tag));
}

TEST(SubscriptionFields, EachActMakesItsChange) {
  v1::SubscriptionList now;
  now.add_entries()->mutable_subscription()->set_id("mine");
  const auto set = ChangeFrom({{"id", "a"},
                               {"cadence", "weekly"},
                               {"at", "09:00"},
                               {"weekday", "friday"},
                               {"top", "7"},
                               {"channel", "mail,chat"},
                               {"quiet_from", "20:00"},
                               {"quiet_to", "07:00"}},
                              now);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->set().cadence(), v1::Subscription::WEEKLY);
  EXPECT_EQ(set->set().channels_size(), 2);
  EXPECT_EQ(set->set().top(), 7U);
  // A form has a time also where none is asked for.
  EXPECT_EQ(
      ChangeFrom({{"id", "a"}, {"cadence", "immediate"}, {"at", "08:00"}}, now)
          ->set()
          .at(),
      "");
  EXPECT_TRUE(
      ChangeFrom({{"act", "pause"}, {"id", "mine"}}, now)->set().paused());
  EXPECT_EQ(ChangeFrom({{"act", "remove"}, {"id", "x"}}, now)->remove(), "x");
  EXPECT_TRUE(absl::IsNotFound(
      ChangeFrom({{"act", "pause"}, {"id", "other"}}, now).status()));
  for (const std::map<std::string, std::string>& wrong :
       std::vector<std::map<std::string, std::string>>{
           {{"act", "sell"}}, {{"cadence", "yearly"}}, {{"top", "many"}}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ChangeFrom(wrong, now).status()));
  }
}

TEST(QuestionFields, SayHowItIsAnswered) {
  EXPECT_TRUE(QuestionFrom({{"text", "Why?"}})->has_open_text());
  EXPECT_EQ(QuestionFrom({{"answers", "yes_no"}})->choice().options_size(), 2);
  EXPECT_EQ(QuestionFrom({{"answers", "scale"}})->scale().high(), 5U);
  const auto options = QuestionFrom({{"answers", " left | right |up"}});
  ASSERT_EQ(options->choice().options_size(), 3);
  EXPECT_EQ(options->choice().options(0), "left");
  EXPECT_TRUE(
      absl::IsInvalidArgument(QuestionFrom({{"answers", "maybe"}}).status()));
}

TEST(Plot, ASparkStaysInItsBoxAndOfNothingThereIsNone) {
  EXPECT_EQ(SparkPoints({}), "");
  EXPECT_EQ(SparkPoints({4}), "");
  EXPECT_EQ(SparkPoints({0, 0, 0}), "");
  EXPECT_EQ(SparkPoints({0, 2, 1}), "1.5,22.5 48.0,1.5 94.5,12.0");
}

TEST(Plot, BarsAreAsHighAsTheirShareOfTheLargest) {
  EXPECT_TRUE(DayBars(absl::CivilDay(2026, 11, 1), {0, 0}).empty());
  const auto bars = DayBars(absl::CivilDay(2026, 11, 1), {0, 4, 2});
  ASSERT_EQ(bars.size(), 3U);
  EXPECT_EQ(bars[0].height, "0.0");
  EXPECT_EQ(bars[1].height, "150.0");
  EXPECT_EQ(bars[2].y, "75.0");
  EXPECT_EQ(bars[2].label, "2026-11-03: 2");
  EXPECT_EQ(HeatStep(0, 9), 0);
  EXPECT_EQ(HeatStep(1, 900), 1);
  EXPECT_EQ(HeatStep(900, 900), 5);
}

TEST(KeptDigests, AreGoodForASecondOrLongerWhileNothingCame) {
  KeptDigests kept;
  const absl::Duration now = absl::Hours(1);
  const KeptDigests::Of of{"dana", "hash", 1, 7};
  EXPECT_EQ(kept.Find(of, now), nullptr);
  EXPECT_EQ(kept.Keep(of, now, Numbered(1)).steady(), 1U);
  EXPECT_NE(kept.Find(of, now + absl::Seconds(9)), nullptr);
  EXPECT_EQ(kept.Find(of, now + KeptDigests::kUnchanged), nullptr);
  const KeptDigests::Of later{"dana", "hash", 1, 8};
  EXPECT_NE(kept.Find(later, now + absl::Milliseconds(999)), nullptr);
  EXPECT_EQ(kept.Find(later, now + KeptDigests::kChanged), nullptr);
  EXPECT_EQ(kept.Find({"dana", "hash", 2, 7}, now + absl::Seconds(2)), nullptr);
  EXPECT_EQ(kept.Find({"dana", "other scopes", 1, 7}, now), nullptr);
  EXPECT_EQ(kept.Find({"max", "hash", 1, 7}, now), nullptr);
  kept.Keep(later, now + absl::Seconds(1), Numbered(2));
  EXPECT_EQ(kept.Find(later, now + absl::Seconds(1))->steady(), 2U);
}

TEST(KeptDigests, AreThoseOfSoManyLeadersTheOldestGo) {
  KeptDigests kept;
  const absl::Duration now = absl::Hours(1);
  for (uint32_t i = 0; i <= KeptDigests::kMost; ++i) {
    kept.Keep({std::to_string(i), "", 1, 1}, now, Numbered(i));
  }
  EXPECT_EQ(kept.Find({"0", "", 1, 1}, now), nullptr);
  for (uint32_t i = 1; i <= KeptDigests::kMost; ++i) {
    const v1::Digest* found = kept.Find({std::to_string(i), "", 1, 1}, now);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->steady(), i);
  }
}

}  // namespace
}  // namespace earshot::feed
