#include "dashboard_feed/live/live.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dashboard_feed/live/position.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

namespace earshot::feed {
namespace {

constexpr uint64_t kGeneration = 7;

// Ten o'clock: a shift has ended at six, and the next ends at two.
const absl::Time kTen = absl::FromCivil(absl::CivilMinute(2026, 11, 30, 10, 0),
                                        absl::UTCTimeZone());

class LiveTest : public ::testing::Test {
 protected:
  LiveTest() {
    for (const char* site : {"north-1", "south-1"}) {
      v1::Site& one = *model_.organisation.add_sites();
      one.set_id(site);
      one.set_region(std::string(site).substr(0, 5));
    }
    Add("all");
    Add("twin");
    Add("north").mutable_scope()->add_regions("north");
    v1::Leader& tills = Add("tills");
    tills.mutable_scope()->add_topics("tills");
    Add("few").mutable_scope()->add_regions("south");
    model_.scopes["few"].set_reporters_90d(2);
    cursor_.set_generation(kGeneration);
    model_.Fresh();
  }

  v1::Leader& Add(const std::string& id) {
    v1::Leader& leader = *model_.organisation.add_leaders();
    leader.set_id(id);
    model_.scopes[id].set_reporters_90d(100);
    return leader;
  }
  std::string Open(uint64_t stream, const std::string& leader,
                   const std::string& last = "") {
    return live_.Open(stream, *model_.FindLeader(leader), last, cursor_, now_);
  }

  // So many people said so at the site; further calls add an item each.
  void Say(uint64_t id, const std::string& site, uint32_t people,
           const std::string& topic = "tills", v1::State state = v1::HEARD) {
    v1::Insight insight;
    insight.set_id(id);
    insight.set_topic(topic);
    insight.set_state(state);
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_observations(people);
    insight.set_reporters(people);
    insight.set_severity_max(3);
    insight.set_priority_milli(3210);
    v1::Cell& cell = *insight.add_cells();
    cell.set_site(site);
    cell.set_observations(people);
    cell.set_reporters(people);
    cell.set_severity_max(3);
    *cell.mutable_last_seen() = contract::ToStamp(now_);
    *insight.mutable_last_seen() = contract::ToStamp(now_);
    said_.push_back(insight);
  }
  // They arrive; what each stream is told.
  std::map<uint64_t, std::string> Deliver() {
    v1::Delivery delivery;
    delivery.set_generation(kGeneration);
    delivery.set_prev_seq(cursor_.seq());
    uint64_t seq = cursor_.seq();
    for (const v1::Insight& insight : said_) {
      v1::Item& item = *delivery.add_items();
      item.set_seq(++seq);
      item.set_kind(v1::UPDATE_INSIGHT);
      item.set_body(insight.SerializeAsString());
    }
    const auto changes = ChangesIn(delivery, model_);
    for (v1::Insight& insight : said_) {
      model_.said[insight.id()].push_back({now_, insight});
    }
    said_.clear();
    model_.Fresh();
    cursor_.set_seq(seq);
    return Texts(live_.Tell(delivery, changes, cursor_, now_));
  }
  std::map<uint64_t, std::string> Texts(const std::vector<Live::Part>& parts) {
    std::map<uint64_t, std::string> texts;
    shared_.clear();
    for (const Live::Part& part : parts) {
      texts[part.stream] += *part.text;
      shared_.insert(part.text.get());
    }
    return texts;
  }

  HeldModel model_;
  v1::Cursor cursor_;
  absl::Time now_ = kTen;
  std::vector<v1::Insight> said_;
  std::set<const std::string*> shared_;
  Live live_{model_, 20};
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(LiveTest, EachIsToldOfWhatTheySeeAndWhoSeesTheSameSharesTheText) {
  EXPECT_TRUE(Has(Open(1, "all"), "id: 7-0."));
  Open(2, "twin");
  Open(3, "north");
  Open(4, "tills");
  Say(412, "south-1", 17);
  auto told = Deliver();
  EXPECT_EQ(told.size(), 3U);
  EXPECT_EQ(told[1],
            "id: 7-1\nevent: insight\ndata: {\"insight\":412,\"state\":"
            "\"heard\",\"observations\":17,\"reporters\":17,\"sites\":1,"
            "\"severity\":3,\"priority\":3.21,\"last_seen\":"
            "\"2026-11-30T00:00:00+00:00\"}\n\n");
  EXPECT_EQ(told[1], told[2]);
  EXPECT_EQ(shared_.size(), 2U) << "all and twin share one";
  EXPECT_FALSE(told.contains(3));
}

TEST_F(LiveTest, NumbersOfFewAreHiddenAndSoIsThePriority) {
  Open(1, "all");
  Say(1, "south-1", 2);
  const std::string text = Deliver()[1];
  EXPECT_TRUE(Has(text, "\"observations\":\"<5\",\"reporters\":\"<5\""))
      << text;
  EXPECT_FALSE(Has(text, "priority"));
}

TEST_F(LiveTest, WhatLeavesTheSightOfALeaderIsGoneForThatOneAlone) {
  Open(1, "all");
  Open(2, "tills");
  Open(3, "north");
  Say(5, "south-1", 9);
  Deliver();
  Say(5, "south-1", 9, "ramps");
  auto told = Deliver();
  EXPECT_EQ(told[2], "id: 7-2\nevent: gone\ndata: {\"insight\":5}\n\n");
  EXPECT_TRUE(Has(told[1], "event: insight"));
  EXPECT_FALSE(told.contains(3)) << "who never saw it is not told of it";
}

TEST_F(LiveTest, InASliceWhatFewSaidIsToldWhenTheShiftEnds) {
  now_ = kTen - absl::Hours(5);
  Open(1, "few");
  now_ = kTen;
  EXPECT_TRUE(Has(Texts(live_.EndShifts(cursor_, now_))[1], "event: reload"))
      << "what came earlier in that shift is not known";
  Say(5, "south-1", 2);
  EXPECT_TRUE(Deliver().empty());
  EXPECT_TRUE(live_.EndShifts(cursor_, now_).empty());
  now_ += absl::Hours(4);
  const std::string text = Texts(live_.EndShifts(cursor_, now_))[1];
  EXPECT_TRUE(Has(text, "\"insight\":5")) << text;
  EXPECT_TRUE(live_.EndShifts(cursor_, now_).empty()) << "once";
  now_ += absl::Minutes(5);
  Say(5, "south-1", 3);
  EXPECT_TRUE(Deliver().empty()) << "that something came is not told either";
  Say(5, "south-1", 3, "tills", v1::ACKNOWLEDGED);
  EXPECT_TRUE(Has(Deliver()[1], "acknowledged")) << "what leaders did is";
}

TEST_F(LiveTest, WhoComesBackMissesNothingAndIsToldNothingTwice) {
  Open(1, "all");
  Say(1, "south-1", 9);
  Say(2, "south-1", 9);
  Deliver();
  live_.End(1, now_);
  Say(2, "south-1", 10);
  Say(3, "north-1", 9);
  Deliver();
  const std::string missed = Open(1, "all", "7-2");
  EXPECT_FALSE(Has(missed, "\"insight\":1,"));
  EXPECT_TRUE(Has(missed, "id: 7-3\nevent: insight\ndata: {\"insight\":2,"));
  EXPECT_TRUE(Has(missed, "id: 7-4\nevent: insight\ndata: {\"insight\":3,"));
  EXPECT_FALSE(Has(Open(2, "all", "7-4"), "event:"));
  EXPECT_FALSE(Has(Open(3, "north", "7-2"), "\"insight\":2,"));
  // Whoever was told of half a delivery goes on in its middle.
  const std::string half = Open(4, "twin", "7-3");
  EXPECT_FALSE(Has(half, "\"insight\":2,"));
  EXPECT_TRUE(Has(half, "\"insight\":3,"));
}

TEST_F(LiveTest, WhatIsGoneMeanwhileIsToldToWhoSawIt) {
  Open(1, "all");
  Say(1, "south-1", 9);
  Deliver();
  Say(1, "south-1", 9, "ramps");
  Deliver();
  EXPECT_TRUE(Has(Open(2, "tills", "7-1"), "event: gone"));
  EXPECT_FALSE(Has(Open(3, "north", "7-1"), "event:"));
  EXPECT_FALSE(Has(Open(4, "tills", "7-2"), "event:"));
}

TEST_F(LiveTest, WhoIsTooFarBackReadsEverythingAnew) {
  Open(1, "all");
  for (uint64_t id = 1; id <= RecentChanges::kMost + 10; ++id) {
    Say(id, "south-1", 9);
  }
  EXPECT_TRUE(Has(Deliver()[1], "event: reload")) << "too much at once";
  for (const char* last : {"7-5", "6-4100", "7-99999", "nonsense", "7-",
                           "7-4100.x", "-7-4100", "7-4100.1 "}) {
    EXPECT_TRUE(Has(Open(2, "all", last), "event: reload")) << last;
    live_.End(2, now_);
  }
  EXPECT_FALSE(Has(Open(2, "all", "7-4100"), "event: reload"));
}

TEST_F(LiveTest, ASliceThatMissedAShiftsEndReadsEverythingAnew) {
  Open(1, "few");
  Say(1, "south-1", 2);
  Deliver();
  const std::string mark = Open(2, "few", "");
  now_ += absl::Hours(4);
  live_.EndShifts(cursor_, now_);
  EXPECT_TRUE(Has(Open(3, "few", "7-1"), "event: reload"));
  EXPECT_FALSE(Has(Open(4, "few", PositionText({7, 1, now_})), "event:"));
}

TEST_F(LiveTest, AnotherOrganisationOrScopeMakesEverybodyConcernedReload) {
  Open(1, "all");
  Open(2, "few");
  v1::Delivery delivery;
  v1::ScopeActivity activity;
  activity.set_leader("few");
  activity.set_reporters_90d(50);
  model_.scopes["few"] = activity;
  v1::Item& item = *delivery.add_items();
  item.set_kind(v1::UPDATE_SCOPE);
  item.set_body(activity.SerializeAsString());
  auto told = Texts(live_.Tell(delivery, {}, cursor_, now_));
  EXPECT_TRUE(Has(told[2], "event: reload"));
  EXPECT_FALSE(told.contains(1));
  EXPECT_TRUE(live_.Tell(delivery, {}, cursor_, now_).empty());
  delivery.mutable_items(0)->set_kind(v1::UPDATE_ORGANISATION);
  model_.organisation.mutable_leaders()->RemoveLast();
  told = Texts(live_.Tell(delivery, {}, cursor_, now_));
  EXPECT_EQ(told.size(), 2U);
  Say(9, "south-1", 9);
  told = Deliver();
  EXPECT_TRUE(told.contains(1));
  EXPECT_FALSE(told.contains(2)) << "who is no leader any more";
}

// Another leader's scope has become a slice just then, so that all views are
// made anew.
TEST_F(LiveTest, WhatAShiftHeldBackIsToldWhateverElseChangesAtItsEnd) {
  Open(1, "few");
  Open(2, "north");
  now_ += absl::Hours(5);
  live_.EndShifts(cursor_, now_);  // from here on everything is remembered
  Say(4, "south-1", 2);
  Deliver();
  Say(4, "south-1", 3);
  EXPECT_FALSE(Deliver().contains(1)) << "it is held back";
  now_ += absl::Hours(4);  // a shift has ended at six
  v1::Delivery delivery;
  v1::ScopeActivity activity;
  activity.set_leader("north");
  activity.set_reporters_90d(1);
  model_.scopes["north"] = activity;
  v1::Item& item = *delivery.add_items();
  item.set_kind(v1::UPDATE_SCOPE);
  item.set_body(activity.SerializeAsString());
  auto told = Texts(live_.Tell(delivery, {}, cursor_, now_));
  EXPECT_TRUE(Has(told[1], "\"insight\":4"));
  EXPECT_TRUE(Has(told[2], "event: reload"));
}

TEST_F(LiveTest, WhoSawWhatIsNotRememberedAnyMoreReadsEverythingAnew) {
  Open(1, "north");
  Say(1, "north-1", 9);
  Deliver();
  live_.End(1, now_);
  for (const char* topic : {"tills", "parking", "lifts", "signs"}) {
    Say(1, "south-1", 9, topic);
    Deliver();
  }
  EXPECT_TRUE(Has(Open(2, "north", "7-1"), "event: gone"));
  live_.End(2, now_);
  Say(1, "south-1", 9, "floors");
  Deliver();
  EXPECT_TRUE(Has(Open(3, "north", "7-1"), "event: reload"));
}

TEST_F(LiveTest, StreamsAreBoundedForEachLeaderAndInAll) {
  uint64_t stream = 0;
  for (const char* leader : {"all", "twin", "north"}) {
    while (live_.HasRoomFor(leader)) Open(++stream, leader);
  }
  EXPECT_EQ(stream, 20U);
  live_.End(1, now_);
  live_.End(1, now_);
  EXPECT_TRUE(live_.HasRoomFor("all"));
  EXPECT_FALSE(live_.HasRoomFor("twin"));
  EXPECT_EQ(live_.streams(), 19U);
}

TEST_F(LiveTest, AfterNobodyListenedForLongEverythingIsReadAnew) {
  Open(1, "all");
  live_.End(1, now_);
  EXPECT_TRUE(live_.Watched(now_));
  now_ += Live::kUnwatched;
  EXPECT_FALSE(live_.Watched(now_));
  Say(1, "south-1", 9);
  EXPECT_TRUE(Deliver().empty());
  EXPECT_TRUE(Has(Open(1, "all", "7-0"), "event: reload"));
}

TEST(LivePosition, ComesBackAsItWas) {
  for (const char* text :
       {"7-12", "0-0", "18446744073709551615-1.1796032800"}) {
    const auto position = ParsePosition(text);
    ASSERT_TRUE(position.has_value()) << text;
    EXPECT_EQ(PositionText(*position), text);
  }
}

}  // namespace
}  // namespace earshot::feed
