#include "dashboard_feed/listing/listing.h"

#include <gtest/gtest.h>

#include <set>

#include "dashboard_feed/listing/choices.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

namespace earshot::feed {
namespace {

using Fields = std::map<std::string, std::string>;
using Ids = std::vector<uint64_t>;

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 3, 11, 0, 0), absl::UTCTimeZone());

TEST(Filter, ComesBackFromItsQueryAndPassesOverOtherFields) {
  const Fields fields{
      {"period", "7d"},          {"region", "north west"},
      {"site", "s&1=2"},         {"channel", "store"},
      {"shift", "night"},        {"topic", "checkout/self_checkout"},
      {"subject", "employee"},   {"kind", "risk"},
      {"severity", "4"},         {"state", "reopened"},
      {"q", "caf\xc3\xa9 100%"}, {"other", "x"}};
  const auto filter = FilterFrom(fields);
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->days, 7U);
  EXPECT_EQ(filter->severity, 4U);
  EXPECT_TRUE(filter->any());
  EXPECT_EQ(QueryOf(*filter),
            "period=7d&region=north%20west&site=s%261%3D2&channel=store&"
            "shift=night&topic=checkout/self_checkout&subject=employee&"
            "kind=risk&severity=4&state=reopened&q=caf%C3%A9%20100%25");
  EXPECT_FALSE(FilterFrom({{"other", "x"}, {"q", ""}})->any());
}

TEST(Filter, WhatItMayNotBeIsRefusedNamingTheField) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{
           {"period", "2d"},
           {"severity", "0"},
           {"severity", "55"},
           {"kind", "rant"},
           {"subject", "dog"},
           {"state", "lost"},
           {"site", std::string(200, 'x')},
           {"q", std::string(201, 'x')}}) {
    const auto filter = FilterFrom({{name, value}});
    ASSERT_TRUE(absl::IsInvalidArgument(filter.status())) << name;
    EXPECT_NE(filter.status().message().find("'" + name + "'"),
              std::string_view::npos);
  }
}

class Listing : public testing::Test {
 protected:
  Listing() {
    for (const char* site : {"north-1", "north-2", "south-1"}) {
      v1::Site& entry = *model_.organisation.add_sites();
      entry.set_id(site);
      entry.set_region(std::string(site).substr(0, 5));
    }
    leader_.set_id("dana");
    model_.scopes["dana"].set_reporters_90d(100);
  }

  v1::Insight& Say(uint64_t id, const std::string& site, uint32_t people,
                   const std::string& text, int days_ago = 0) {
    const absl::Time at = kNow - absl::Hours(24 * days_ago + 1);
    v1::Insight& insight = SayMore(model_, id, site, people, text, at);
    insight.set_priority_milli(static_cast<int64_t>(1000 - id));
    const int64_t second = absl::ToUnixSeconds(at);
    v1::DayCounts& day =
        model_.days[{id, static_cast<int32_t>(second / 86400)}];
    day.set_insight(id);
    day.set_day(static_cast<int32_t>(second / 86400));
    v1::DayCell& counts = *day.add_cells();
    counts.set_site(site);
    counts.set_channel("store");
    counts.set_shift("morning");
    counts.set_quarter(static_cast<uint32_t>(second % 86400 / 21600));
    counts.set_observations(people);
    counts.set_reporters(people);
    return insight;
  }

  List Ask(const Fields& fields, uint64_t passed = 0, size_t most = 100) {
    const auto filter = FilterFrom(fields);
    EXPECT_TRUE(filter.ok()) << filter.status();
    const LeaderView view(model_.Fresh(), leader_, kNow);
    WordSearch search;
    search.find = [&](size_t some) -> absl::StatusOr<Ids> {
      Ids all;  // it may be any of them
      for (const auto& [id, versions] : model_.said) all.push_back(id);
      if (all.size() > some) all.resize(some);
      return all;
    };
    search.among = [&](const std::vector<std::string>& texts)
        -> absl::StatusOr<std::vector<size_t>> {
      std::vector<size_t> have;
      for (size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].find(filter->words) != std::string::npos) {
          have.push_back(i);
        }
      }
      return have;
    };
    auto list = ListInsights(view, *filter, passed, most, kNow, search);
    EXPECT_TRUE(list.ok());
    return *std::move(list);
  }
  static Ids IdsOf(const List& list) {
    Ids ids;
    for (const Listed& listed : list.items) {
      ids.push_back(listed.item.insight());
    }
    return ids;
  }
  Ids Found(const Fields& fields) { return IdsOf(Ask(fields)); }

  HeldModel model_;
  v1::Leader leader_;
};

TEST_F(Listing, EachFieldChoosesByWhatTheListShows) {
  Say(1, "north-1", 6, "the till");
  v1::Insight& risk = Say(2, "south-1", 7, "the ramp", 3);
  risk.set_kind(v1::OBSERVATION_KIND_RISK);
  risk.set_severity_max(5);
  risk.set_subject(v1::SUBJECT_EMPLOYEE);
  v1::Insight& old = Say(3, "north-2", 8, "the shelf", 12);
  old.set_state(v1::RESOLVED);
  old.set_topic("pricing/labels");
  EXPECT_EQ(Found({}), Ids({1, 2, 3}));
  EXPECT_EQ(Found({{"period", "1d"}}), Ids({1}));
  EXPECT_EQ(Found({{"period", "7d"}}), Ids({1, 2}));
  EXPECT_EQ(Found({{"period", "28d"}}), Ids({1, 2, 3}));
  EXPECT_EQ(Found({{"region", "north"}}), Ids({1, 3}));
  EXPECT_EQ(Found({{"site", "south-1"}}), Ids({2}));
  EXPECT_EQ(Found({{"site", "elsewhere"}}), Ids());
  EXPECT_EQ(Found({{"shift", "morning"}}), Ids({1, 2, 3}));
  EXPECT_EQ(Found({{"channel", "delivery"}}), Ids());
  EXPECT_EQ(Found({{"topic", "pricing"}}), Ids({3}));
  EXPECT_EQ(Found({{"subject", "employee"}}), Ids({2}));
  EXPECT_EQ(Found({{"kind", "risk"}}), Ids({2}));
  EXPECT_EQ(Found({{"severity", "4"}}), Ids({2}));
  EXPECT_EQ(Found({{"state", "open"}}), Ids({1, 2}));
  EXPECT_EQ(Found({{"state", "settled"}}), Ids({3}));
  EXPECT_EQ(Found({{"state", "resolved"}, {"period", "7d"}}), Ids());
  EXPECT_EQ(Found({{"q", "the ramp"}}), Ids({2}));
  EXPECT_EQ(Found({{"q", "the"}, {"region", "north"}}), Ids({1, 3}));
}

TEST_F(Listing, PagesHoldEachOnceByFallingPriorityWithAndWithoutWords) {
  for (uint64_t id = 1; id <= 23; ++id) Say(id, "north-1", 6, "the till");
  for (const Fields& fields : {Fields{}, Fields{{"q", "till"}}}) {
    Ids all;
    uint64_t passed = 0;
    while (true) {
      const List list = Ask(fields, passed, 5);
      for (const uint64_t id : IdsOf(list)) all.push_back(id);
      passed += 5;
      if (!list.more) break;
      ASSERT_EQ(list.items.size(), 5U);
    }
    ASSERT_EQ(all.size(), 23U);
    for (uint64_t id = 1; id <= 23; ++id) EXPECT_EQ(all[id - 1], id);
  }
  EXPECT_EQ(Ask({}).found, 23U);
  EXPECT_TRUE(Ask({}, 1000, 5).items.empty());
}

// That it does would tell that one of them was there.
TEST_F(Listing, APlaceChoosesNothingThatFewerThanKSaidThere) {
  Say(1, "north-1", 9, "the till");
  Say(1, "south-1", 4, "the till");
  EXPECT_EQ(Found({{"site", "north-1"}}), Ids({1}));
  const List list = Ask({{"site", "south-1"}});
  EXPECT_TRUE(list.items.empty());
  EXPECT_EQ(list.hidden, 1U);
  Say(1, "south-1", 1, "the till");
  EXPECT_EQ(Found({{"site", "south-1"}}), Ids({1}));
}

TEST_F(Listing, NumbersAreThoseOfTheWholeScopeWhateverIsChosen) {
  Say(1, "north-1", 9, "the till");
  Say(1, "south-1", 7, "the till", 3);
  for (const Fields& fields :
       {Fields{}, Fields{{"site", "south-1"}}, Fields{{"period", "1d"}},
        Fields{{"shift", "morning"}, {"q", "till"}}}) {
    const List list = Ask(fields);
    ASSERT_EQ(list.items.size(), 1U);
    EXPECT_EQ(list.items[0].item.observations().value(), 16U);
    ASSERT_TRUE(list.items[0].daily.has_value());
    const auto& days = list.items[0].daily->observations;
    EXPECT_EQ(days.back(), 9U);
    EXPECT_EQ(days[days.size() - 4], 7U);
  }
}

// A verbatim of another part of the organisation, or one that may not be
// quoted, must not be found by its words.
TEST_F(Listing, WordsAreLookedForOnlyInWhatTheLeaderMayRead) {
  Say(1, "north-1", 2, "the secret ramp")
      .mutable_verbatims(0)
      ->set_quote(false);
  Say(2, "north-1", 6, "the till");
  Say(2, "south-1", 6, "the hidden cellar");
  leader_.mutable_scope()->add_sites("north-1");
  EXPECT_EQ(Found({{"q", "till"}}), Ids({2}));
  EXPECT_EQ(Found({{"q", "cellar"}}), Ids());
  EXPECT_EQ(Found({{"q", "secret"}}), Ids());
}

TEST_F(Listing, DaysOfFewPeopleAreNotTold) {
  Say(1, "north-1", 4, "the till");
  const List list = Ask({});
  ASSERT_EQ(list.items.size(), 1U);
  EXPECT_FALSE(list.items[0].daily.has_value());
}

TEST_F(Listing, ChoicesAreOfTheLeadersScope) {
  Say(1, "north-1", 9, "the till");
  Say(2, "south-1", 9, "the ramp").set_topic("facilities_safety/ramps");
  leader_.mutable_scope()->add_regions("north");
  const LeaderView view(model_.Fresh(), leader_, kNow);
  const Choices choices = ChoicesFor(view);
  EXPECT_EQ(choices.regions, std::vector<std::string>({"north"}));
  ASSERT_EQ(choices.sites.size(), 2U);
  EXPECT_EQ(choices.sites[0].first, "north-1");
  EXPECT_EQ(choices.shifts, std::vector<std::string>({"morning"}));
}

}  // namespace
}  // namespace earshot::feed
