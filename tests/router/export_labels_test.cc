#include "router/export_labels.h"

#include <algorithm>
#include <sstream>

#include "tests/router/fold_fixture.h"

// What leaders corrected becomes rows to learn from.
namespace earshot::router {
namespace {

class ExportLabelsTest : public FoldTest {
 protected:
  void CorrectTopic(uint64_t insight, const std::string& topic) {
    v1::Decision decision;
    decision.set_leader("amara");
    decision.set_insight(insight);
    decision.mutable_correct_topic()->set_topic(topic);
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
    FoldAll();
  }
  std::string Export(const LabelOptions& options = {}) {
    std::ostringstream out;
    status_ = ExportLabels(*reader_, *views_, options, out);
    return out.str();
  }
  static size_t Lines(const std::string& text) {
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  absl::Status status_;
};

TEST_F(ExportLabelsTest, OnlyCorrectedInsightsAreThere) {
  Report(Said("The till froze"));
  Report(Said("A parcel is lost", "r2"));
  FoldAll();
  EXPECT_EQ(Export(), "");
  CorrectTopic(1, "tools");
  const std::string out = Export();
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(Lines(out), 1U);
  EXPECT_NE(out.find(R"("text":"The till froze","label":"tools"})"),
            std::string::npos)
      << out;
}

TEST_F(ExportLabelsTest, ACorrectionSurvivesARestartAndLostViews) {
  Report(Said("The till froze"));
  FoldAll();
  CorrectTopic(1, "tools");
  const std::string before = Export();
  OpenFold(kTaxonomy);
  EXPECT_EQ(Insight(1).topic(), "tools");
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).topic(), "tools");
  EXPECT_EQ(Export(), before);
}

TEST_F(ExportLabelsTest, TheLastCorrectionCounts) {
  Report(Said("The till froze"));
  FoldAll();
  CorrectTopic(1, "tools");
  CorrectTopic(1, "delivery");
  const std::string out = Export();
  EXPECT_EQ(Lines(out), 1U);
  EXPECT_NE(out.find(R"("label":"delivery")"), std::string::npos);
}

TEST_F(ExportLabelsTest, WhatWasTakenBackIsNotThere) {
  const std::string id = Report(Said("The till froze"));
  FoldAll();
  CorrectTopic(1, "tools");
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Export(), "");
  EXPECT_TRUE(status_.ok()) << status_;
}

TEST_F(ExportLabelsTest, NothingTellsWhoSaidItOrHowOften) {
  Report(Said("The till froze", "Rosa Delgado"));
  Report(Said("The till froze", "Ken Ito"), &other_);
  FoldAll();
  CorrectTopic(1, "tools");
  const std::string out = Export();
  EXPECT_EQ(Lines(out), 1U) << out;
  for (const char* hidden :
       {"Rosa", "Ken", "pc1", "pc2", "store-014", "amara", "2026"}) {
    EXPECT_EQ(out.find(hidden), std::string::npos) << hidden;
  }
}

TEST_F(ExportLabelsTest, EarlierCorrectionsStayOutWithSince) {
  Report(Said("The till froze"));
  FoldAll();
  CorrectTopic(1, "tools");
  EXPECT_EQ(Lines(Export({.since = clock_.Wall()})), 1U);
  EXPECT_EQ(Export({.since = clock_.Wall() + absl::Seconds(1)}), "");
}

TEST_F(ExportLabelsTest, RowsBeyondTheBoundAreLeftOutAloud) {
  Report(Said("The till froze"));
  Report(Said("A parcel is lost", "r2"));
  FoldAll();
  CorrectTopic(1, "tools");
  CorrectTopic(2, "tools");
  EXPECT_EQ(Lines(Export({.most = 1})), 1U);
  EXPECT_TRUE(absl::IsResourceExhausted(status_)) << status_;
}

}  // namespace
}  // namespace earshot::router
