#include <gtest/gtest.h>

#include "dashboard_feed/digest/alert.h"
#include "dashboard_feed/render/render.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

// What an alert shows, and what small groups keep from it.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);  // 08:00 UTC

class AlertTextTest : public ::testing::Test {
 protected:
  AlertTextTest() {
    v1::Leader& leader = *model_.organisation.add_leaders();
    leader.set_id("dana");
    leader.set_time_zone("Europe/Madrid");
    leader.mutable_scope()->add_shifts("night");  // a slice
    v1::Insight insight;
    insight.set_id(7);
    insight.set_topic("safety/doors");
    insight.set_state(v1::HEARD);
    insight.set_observations(2);
    insight.set_reporters(2);
    insight.set_open_always(true);
    v1::Cell& cell = *insight.add_cells();
    cell.set_site("depot-3");
    cell.set_shift("night");
    cell.set_observations(2);
    cell.set_reporters(2);
    cell.set_severity_max(5);
    *cell.mutable_last_seen() = contract::ToStamp(kNow);
    AddVerbatim(insight, "a", "The gate fell on somebody", 5);
    AddVerbatim(insight, "b", "Gate squeaks", 2);
    model_.said[7].push_back({kNow, insight});
    alert_.set_observation("a");
    alert_.set_insight(7);
    alert_.set_topic("safety/doors");
    alert_.set_severity(5);
    alert_.set_site("depot-3");
    alert_.set_shift("night");
    *alert_.mutable_observed_at() = contract::ToStamp(kNow);
    *alert_.mutable_received_at() = contract::ToStamp(kNow);
  }

  static void AddVerbatim(v1::Insight& insight, const std::string& id,
                          const std::string& text, uint32_t severity) {
    v1::Verbatim& verbatim = *insight.add_verbatims();
    verbatim.set_observation(id);
    verbatim.set_text(text);
    verbatim.set_site("depot-3");
    verbatim.set_shift("night");
    verbatim.set_severity(severity);
    verbatim.set_quote(true);
  }

  v1::Digest Build() {
    AlertRequest request;
    request.alerts.assign(alerts_, alert_);
    request.now = kNow;
    return BuildAlert(model_.Fresh(), model_.organisation.leaders(0), request);
  }

  HeldModel model_;
  v1::Alert alert_;
  size_t alerts_ = 1;
};

TEST_F(AlertTextTest, SiteSeverityMomentAndItsOwnWordsShow) {
  const std::string text = DigestAsText(Build(), false);
  EXPECT_NE(text.find("alert for dana"), std::string::npos) << text;
  EXPECT_NE(text.find("Severity 5 at depot-3, 09:00"), std::string::npos)
      << text;
  EXPECT_NE(text.find("The gate fell"), std::string::npos);
  EXPECT_NE(text.find("safety/doors, severity 5, 2027-01-15 09:00"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("squeaks"), std::string::npos)
      << "another's words are not told with it";
  EXPECT_NE(text.find("<5 people"), std::string::npos) << text;
}

TEST_F(AlertTextTest, WhatMayNotBeQuotedIsNot) {
  v1::Insight& insight = model_.said[7].back().insight;
  insight.mutable_verbatims(0)->set_quote(false);
  const v1::Digest digest = Build();
  EXPECT_TRUE(digest.sections(0).items(0).verbatims().empty());
  EXPECT_EQ(digest.sections(0).items(0).site_names(0), "depot-3");
}

TEST_F(AlertTextTest, WithoutItsInsightTheObservationAloneIsTold) {
  model_.said.clear();
  const v1::DigestItem item = Build().sections(0).items(0);
  EXPECT_EQ(item.title(), "safety/doors");
  EXPECT_TRUE(item.observations().hidden());
  EXPECT_EQ(item.severity_max(), 5U);
  EXPECT_TRUE(item.moment());
}

TEST_F(AlertTextTest, OfManyTheLastAreListedAndTheOthersCounted) {
  alerts_ = 25;
  const v1::Digest digest = Build();
  EXPECT_EQ(digest.sections(0).items_size(), 20);
  EXPECT_EQ(digest.sections(0).more(), 5U);
  EXPECT_NE(digest.headline().find("25"), std::string::npos);
}

}  // namespace
}  // namespace earshot::feed
