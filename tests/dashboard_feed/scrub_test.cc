#include "dashboard_feed/outbox/scrub.h"

#include <gtest/gtest.h>

namespace earshot::feed {
namespace {

constexpr char kWords[] = "Maria in lane four has the flu again";

v1::Digest ADigest() {
  v1::Digest digest;
  digest.set_headline(std::string("Most: ") + kWords + ".");
  digest.set_question(kWords);
  v1::DigestSection& section = *digest.add_sections();
  for (const uint64_t insight : {1U, 2U}) {
    v1::DigestItem& item = *section.add_items();
    item.set_insight(insight);
    item.set_topic("staffing_scheduling");
    item.set_title(insight == 1 ? kWords : "The till froze at noon");
    item.add_verbatims()->set_text(item.title());
  }
  digest.mutable_story()->set_insight(1);
  digest.mutable_story()->mutable_verbatim()->set_text(kWords);
  return digest;
}

TEST(ScrubTest, NothingOfTheErasedIsLeftAndNothingElseGoes) {
  v1::Digest digest = ADigest();
  EXPECT_TRUE(Scrub({1}, digest));
  const std::string text = digest.DebugString();
  EXPECT_EQ(text.find("Maria"), std::string::npos) << text;
  EXPECT_EQ(digest.sections(0).items(0).title(), "staffing_scheduling");
  EXPECT_EQ(digest.sections(0).items(1).verbatims_size(), 1);
  EXPECT_EQ(digest.headline(), "Most: [erased].");
}

TEST(ScrubTest, WhomPraiseNamesGoesWithIt) {
  v1::Digest digest;
  v1::DigestItem& item = *digest.add_sections()->add_items();
  item.set_insight(1);
  item.set_topic("staff_praise");
  item.add_thanked("Priya (store-014)");
  EXPECT_TRUE(Scrub({1}, digest));
  EXPECT_EQ(digest.DebugString().find("Priya"), std::string::npos);
}

TEST(ScrubTest, WhatIsInNoSectionGoesFromHeadlineAndShiftGap) {
  v1::Digest digest;
  digest.set_headline(std::string("New: #7 ") + kWords);
  digest.mutable_where()->set_shift_gap(std::string("#7 ") + kWords);
  digest.mutable_where()->set_shift_gap_insight(7);
  v1::QuestionLine& line = *digest.add_questions();
  line.set_insight(7);
  line.add_lines(kWords);
  v1::NotAppliedLine& decided = *digest.add_not_applied();
  decided.set_insight(7);
  decided.set_title(kWords);
  EXPECT_TRUE(Scrub({7}, digest));
  EXPECT_EQ(digest.DebugString().find("Maria"), std::string::npos);
}

TEST(ScrubTest, WhatBeginsLikeATitleGoesToItsEnd) {
  v1::Digest digest = ADigest();
  v1::DigestItem& item = *digest.mutable_sections(0)->mutable_items(0);
  item.set_title("Maria in lane four");
  EXPECT_TRUE(Scrub({1}, digest));
  EXPECT_EQ(digest.headline(), "Most: [erased].");
}

TEST(ScrubTest, ADigestThatSaysNothingOfItStaysAsItIs) {
  v1::Digest digest = ADigest();
  const std::string before = digest.SerializeAsString();
  EXPECT_FALSE(Scrub({3}, digest));
  EXPECT_EQ(digest.SerializeAsString(), before);
}

}  // namespace
}  // namespace earshot::feed
