#include <gtest/gtest.h>

#include <algorithm>

#include "dashboard_feed/digest/digest.h"
#include "tests/dashboard_feed/pace_fixture.h"

// What has a place in a section, and what stands back.
namespace earshot::feed {
namespace {

// What all sites speak of, in eight wordings, and an accident at one of them.
class OutageTest : public PaceTest {
 protected:
  static constexpr uint64_t kWordings = 8;
  static constexpr uint64_t kAccident = 50;

  OutageTest() {
    HearOfTheUsual();
    for (uint64_t id = 1; id <= kWordings; ++id) {
      for (const std::string& site : sites_) Heard(id, site, 1, 3);
      Open(id, 8000);
    }
    HeardOnce(kAccident, "north-1", 1);
    model_.days[{kAccident, kToday - 1}].mutable_cells(1)->set_severe(1);
    Open(kAccident, 3000);
    Insight(kAccident).set_topic("facilities_safety");
    Insight(kAccident).set_observations(1);
    Insight(kAccident).set_severity_max(5);
    v1::Cell& cell = *Insight(kAccident).mutable_cells(0);
    cell.set_severity_max(5);
    Insight(kAccident).mutable_cells()->DeleteSubrange(
        1, Insight(kAccident).cells_size() - 1);
  }

  void Open(uint64_t id, int64_t priority_milli) {
    v1::Insight& insight = Insight(id);
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_state(v1::HEARD);
    insight.set_title("issue");
    insight.set_observations(24);
    insight.set_reporters(24);
    insight.set_priority_milli(priority_milli);
  }

  v1::DigestSection Decisions(bool all = false) {
    DigestRequest request;
    request.to = absl::UnixEpoch() + absl::Hours(24 * kToday);
    request.from = request.to - absl::Hours(24);
    if (all) {
      request.ask.set_all(true);
      request.ask.add_sections("decision");
    }
    const Built built = BuildDigest(model_.Fresh(), leader_, request);
    for (const v1::DigestSection& section : built.digest.sections()) {
      if (section.name() == "decision") return section;
    }
    return {};
  }
};

TEST_F(OutageTest, IsTwoLinesOfASectionAndTheRestCanBeAskedFor) {
  const v1::DigestSection section = Decisions();
  EXPECT_EQ(std::count_if(section.items().begin(), section.items().end(),
                          [](const v1::DigestItem& item) {
                            return item.insight() <= kWordings;
                          }),
            2);
  EXPECT_EQ(section.more(), kWordings - 2);
  EXPECT_EQ(Decisions(/*all=*/true).items_size(), kWordings + 1);
}

TEST_F(OutageTest, WhatMayHaveHurtSomebodyIsNotOutnumbered) {
  const v1::DigestSection section = Decisions();
  ASSERT_GT(section.items_size(), 0);
  EXPECT_EQ(section.items(0).insight(), kAccident);
}

}  // namespace
}  // namespace earshot::feed
