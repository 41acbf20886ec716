#include <gtest/gtest.h>

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/render/render.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

// Attacks on what a digest tells about few people.
namespace earshot::feed {
namespace {

// A Tuesday, 11:00 UTC: between the shift ends at 06:00 and 14:00.
const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 3, 11, 0, 0), absl::UTCTimeZone());

class SmallGroups : public testing::Test {
 protected:
  SmallGroups() {
    model_.organisation.set_name("Acme");
    for (const char* site : {"north-1", "south-1"}) {
      v1::Site& entry = *model_.organisation.add_sites();
      entry.set_id(site);
      entry.set_region(std::string(site).substr(0, 5));
    }
    leader_.set_id("dana");
    Activity(100);
  }

  void Activity(uint32_t reporters) {
    model_.scopes["dana"].set_reporters_90d(reporters);
  }

  v1::Insight& Say(uint64_t id, const std::string& site, uint32_t people,
                   const std::string& text = "",
                   absl::Time at = kNow - absl::Hours(1)) {
    v1::Insight& insight = SayMore(model_, id, site, people, text, at);
    insight.set_priority_milli(4321);
    return insight;
  }

  v1::Digest Build(const v1::Subscription* subscription = nullptr,
                   const Before& before = {}) {
    DigestRequest request;
    request.subscription = subscription;
    request.from = kNow - absl::Hours(24);
    request.to = kNow;
    request.before = before;
    return BuildDigest(model_.Fresh(), leader_, request).digest;
  }
  static const v1::DigestItem* Find(const v1::Digest& digest, uint64_t id) {
    for (const auto& section : digest.sections()) {
      for (const auto& item : section.items()) {
        if (item.insight() == id) return &item;
      }
    }
    return nullptr;
  }

  HeldModel model_;
  v1::Leader leader_;
};

TEST_F(SmallGroups, AFirstReportShowsWithoutNumbersPlaceOrHour) {
  Say(1, "north-1", 1, "the till freezes");
  const v1::Digest digest = Build();
  const v1::DigestItem* item = Find(digest, 1);
  ASSERT_NE(item, nullptr);
  EXPECT_TRUE(item->observations().hidden());
  EXPECT_TRUE(item->reporters().hidden());
  EXPECT_TRUE(item->new_observations().hidden());
  EXPECT_EQ(item->priority_milli(), 0);
  EXPECT_EQ(digest.observations().value(), 0u);
  const std::string text = DigestAsText(digest, false);
  EXPECT_NE(text.find("<5 people"), std::string::npos);
  EXPECT_NE(text.find("the till freezes"), std::string::npos);
  for (const char* secret : {"north-1", "morning", "10:00"}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
    EXPECT_EQ(DigestAsJson(digest).find(secret), std::string::npos) << secret;
  }
  EXPECT_NE(DigestAsJson(digest).find("\"observations\":\"<5\""),
            std::string::npos);
}

TEST_F(SmallGroups, FiveAreEnoughForNumbersAndFourAreNot) {
  Say(1, "north-1", 4);
  Say(2, "north-1", 5);
  const v1::Digest digest = Build();
  EXPECT_TRUE(Find(digest, 1)->observations().hidden());
  EXPECT_FALSE(Find(digest, 2)->observations().hidden());
  EXPECT_EQ(Find(digest, 2)->reporters().value(), 5u);
}

TEST_F(SmallGroups, AnOrganisationCannotGoBelowThree) {
  model_.organisation.mutable_small_groups()->set_numbers(1);
  Say(1, "north-1", 2);
  EXPECT_TRUE(Find(Build(), 1)->observations().hidden());
}

TEST_F(SmallGroups, WhatMayNotBeQuotedIsNeverShown) {
  Say(1, "north-1", 9, "a secret").mutable_verbatims(0)->set_quote(false);
  EXPECT_EQ(DigestAsText(Build(), false).find("a secret"), std::string::npos);
}

TEST_F(SmallGroups, AnotherRegionsEvidenceCannotBeSubtracted) {
  leader_.mutable_scope()->add_regions("north");
  Say(1, "north-1", 6, "said up here");
  Say(1, "south-1", 2, "said down there");
  const v1::Digest digest = Build();
  const v1::DigestItem* item = Find(digest, 1);
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->observations().value(), 6u);
  EXPECT_EQ(item->reporters().value(), 6u);
  EXPECT_EQ(item->priority_milli(), 0);  // made of all eight
  EXPECT_FALSE(item->has_first_seen());
  EXPECT_EQ(DigestAsJson(digest).find("down there"), std::string::npos);
  EXPECT_EQ(DigestAsJson(digest).find("4321"), std::string::npos);
}

TEST_F(SmallGroups, ASubscriptionsScopeNeverGivesNumbersOfItsOwn) {
  Say(1, "north-1", 6);
  Say(1, "south-1", 2);
  v1::Subscription narrow;
  narrow.mutable_scope()->add_regions("north");
  const v1::Digest north = Build(&narrow);
  ASSERT_NE(Find(north, 1), nullptr);
  EXPECT_EQ(Find(north, 1)->reporters().value(), 8u);  // as everywhere else
  narrow.mutable_scope()->set_regions(0, "south");
  const v1::Digest south = Build(&narrow);
  EXPECT_EQ(Find(south, 1), nullptr);
  EXPECT_EQ(south.hidden_by_small_groups(), 1u);
}

TEST_F(SmallGroups, ASliceSeesFewPeopleAtTheEndOfTheShift) {
  Activity(4);
  Say(1, "north-1", 1, "just now");
  v1::Digest digest = Build();
  EXPECT_EQ(Find(digest, 1), nullptr);
  EXPECT_EQ(digest.hidden_by_small_groups(), 1u);
  EXPECT_EQ(contract::ToTime(digest.next_visible()), kNow + absl::Hours(3));
  model_.said[1][0].taken_at = kNow - absl::Hours(6);
  digest = Build();
  ASSERT_NE(Find(digest, 1), nullptr);
  EXPECT_TRUE(Find(digest, 1)->observations().hidden());
}

TEST_F(SmallGroups, InASliceAnUpdateWaitsAndTheRestStays) {
  leader_.mutable_scope()->add_shifts("morning");
  Say(1, "north-1", 1, "yesterday", kNow - absl::Hours(20));
  auto& versions = model_.said[1];
  versions.push_back({kNow - absl::Hours(1), versions[0].insight});
  Say(1, "north-1", 1, "just now");
  versions.back().insight.set_title("Tills");
  const v1::Digest digest = Build();
  ASSERT_NE(Find(digest, 1), nullptr);
  EXPECT_EQ(Find(digest, 1)->title(), "Tills");
  EXPECT_NE(DigestAsJson(digest).find("yesterday"), std::string::npos);
  EXPECT_EQ(DigestAsJson(digest).find("just now"), std::string::npos);
}

TEST_F(SmallGroups, AScopeOfWhichNothingIsKnownIsASlice) {
  model_.scopes.clear();
  Say(1, "north-1", 1);
  EXPECT_EQ(Find(Build(), 1), nullptr);
}

TEST_F(SmallGroups, SeverityFiveShowsAtOnceWithSiteAndMoment) {
  Activity(1);
  v1::Insight& insight = Say(1, "north-1", 1, "water on the floor");
  insight.set_open_always(true);
  insight.set_severity_max(5);
  insight.mutable_cells(0)->set_severity_max(5);
  insight.mutable_verbatims(0)->set_severity(5);
  const v1::Digest digest = Build();
  const v1::DigestItem* item = Find(digest, 1);
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->site_names(0), "north-1");
  EXPECT_TRUE(item->moment());
  EXPECT_EQ(contract::ToTime(item->last_seen()), kNow - absl::Hours(1));
  EXPECT_EQ(item->severity_max(), 5u);
  EXPECT_TRUE(item->reporters().hidden());
}

TEST_F(SmallGroups, AnOpenReportDoesNotOpenThoseThatJoinedIt) {
  v1::Insight& insight = Say(1, "north-1", 1, "water on the floor");
  insight.set_open_always(true);
  insight.mutable_cells(0)->set_severity_max(5);
  insight.mutable_verbatims(0)->set_severity(5);
  Say(1, "south-1", 1, "wet here too", kNow - absl::Minutes(7));
  const std::string json = DigestAsJson(Build());
  EXPECT_NE(json.find("north-1"), std::string::npos);
  EXPECT_EQ(json.find("south-1"), std::string::npos);
  EXPECT_EQ(json.find("10:53"), std::string::npos);
}

TEST_F(SmallGroups, CrossingTheLimitDoesNotTellHowManyThereWereBefore) {
  Say(1, "north-1", 6);
  Before before;
  before.any = true;
  before.to = kNow - absl::Hours(24);
  before.shown = {{1, 0}};  // it was hidden then
  EXPECT_EQ(Find(Build(nullptr, before), 1)->new_observations().value(), 6u);
}

TEST_F(SmallGroups, TheTotalsDoNotHoldWhatIsHidden) {
  Say(1, "north-1", 6).set_topic("untriaged");
  Say(2, "north-1", 2).set_topic("untriaged");
  model_.totals.set_untriaged(8);
  model_.totals.set_observations(8);
  const v1::Digest digest = Build();
  EXPECT_EQ(digest.observations().value(), 6u);
  EXPECT_EQ(digest.untriaged().value(), 6u);
}

TEST_F(SmallGroups, ALeaderCannotFindWhatIsOutOfScopeOrWaits) {
  Say(1, "south-1", 9);
  leader_.mutable_scope()->add_regions("north");
  EXPECT_FALSE(LeaderView(model_.Fresh(), leader_, kNow).Find(1).has_value());
  EXPECT_FALSE(LeaderView(model_.Fresh(), leader_, kNow).Find(99).has_value());
  Say(2, "north-1", 1);
  EXPECT_TRUE(LeaderView(model_.Fresh(), leader_, kNow).Find(2).has_value());
  Activity(2);
  EXPECT_FALSE(LeaderView(model_.Fresh(), leader_, kNow).Find(2).has_value());
}

TEST_F(SmallGroups, AnEmptyPeriodSaysSoInOneLine) {
  const v1::Digest digest = Build();
  EXPECT_EQ(digest.sections_size(), 0);
  EXPECT_EQ(digest.headline(), "Nothing new in your scope in this period");
}

TEST_F(SmallGroups, WordsOfPeopleCannotDriveTheTerminal) {
  Say(1, "north-1", 9, "red \x1b[31m alert \xc2\x9b");
  EXPECT_EQ(DigestAsText(Build(), false).find('\x1b'), std::string::npos);
  EXPECT_EQ(DigestAsText(Build(), false).find("\xc2\x9b"), std::string::npos);
}

TEST_F(SmallGroups, APromiseCountsOnceAGroupSaysSo) {
  v1::Promise& promise = *model_.organisation.add_promises();
  promise.set_id("short_wait");
  promise.add_topics("checkout");
  Say(1, "north-1", 4);
  EXPECT_EQ(Build().promises_size(), 0);
  Say(1, "north-1", 1);
  Say(1, "south-1", 2);
  const v1::Digest digest = Build();
  ASSERT_EQ(digest.promises_size(), 1);
  EXPECT_EQ(digest.promises(0).broken().value(), 7u);
  ASSERT_EQ(digest.promises(0).sites_size(), 1);
  EXPECT_EQ(digest.promises(0).sites(0), "north-1");
}

TEST_F(SmallGroups, ThePlaceOfAFewIsNotInTheGrid) {
  Say(1, "north-1", 6);
  Say(1, "south-1", 2);
  for (const auto& [site, people] :
       {std::pair{"north-1", 6u}, std::pair{"south-1", 2u}}) {
    v1::DayCounts day;
    day.set_insight(1);
    day.set_day(static_cast<int32_t>(absl::ToUnixSeconds(kNow) / 86400) -
                (people == 6 ? 1 : 2));
    v1::DayCell& cell = *day.add_cells();
    cell.set_site(site);
    cell.set_channel("store");
    cell.set_shift("morning");
    cell.set_observations(people);
    cell.set_reporters(people);
    model_.days[{day.insight(), day.day()}] = day;
  }
  const v1::Digest digest = Build();
  ASSERT_EQ(digest.where().cells_size(), 1);
  EXPECT_EQ(digest.where().cells(0).site(), "north-1");
  EXPECT_EQ(digest.where().hidden_cells(), 1u);
  Activity(4);  // a slice has none
  EXPECT_EQ(Build().where().cells_size(), 0);
}

TEST_F(SmallGroups, WhatIsMutedIsHiddenAndListedAtItsEnd) {
  v1::Muted& muted = *Say(1, "north-1", 6).mutable_muted();
  muted.set_leader("Dana");
  muted.set_reason("until the refit");
  *muted.mutable_until() = contract::ToStamp(kNow + absl::Hours(1));
  EXPECT_EQ(Find(Build(), 1), nullptr);
  EXPECT_EQ(Build().quality().muted(), 1u);
  *muted.mutable_until() = contract::ToStamp(kNow - absl::Hours(1));
  Before before;
  before.any = true;
  before.to = kNow - absl::Hours(24);
  const v1::Digest digest = Build(nullptr, before);
  ASSERT_NE(Find(digest, 1), nullptr);
  EXPECT_NE(Find(digest, 1)->muted().find("the refit"), std::string::npos);
}

TEST_F(SmallGroups, WhatIsCutOffCanBeListedToItsEnd) {
  for (uint64_t id = 1; id <= 40; ++id) Say(id, "north-1", 6);
  DigestRequest request;
  request.to = kNow;
  const auto items = [&] {
    size_t count = 0;
    const v1::Digest digest =
        BuildDigest(model_.Fresh(), leader_, request).digest;
    EXPECT_EQ(digest.sections_size(), 1);
    for (const auto& item : digest.sections(0).items()) {
      count += item.insight() > 0 ? 1 : 0;
    }
    return count;
  };
  request.ask.add_sections("decision");
  EXPECT_EQ(items(), 5u);
  request.ask.set_all(true);
  EXPECT_EQ(items(), 40u);
  request.ask.set_after(30);
  EXPECT_EQ(items(), 10u);
}

}  // namespace
}  // namespace earshot::feed
