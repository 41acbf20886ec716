#include "dashboard_feed/digest/verbatims.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace earshot::feed {
namespace {

v1::Insight Said(
    const std::vector<std::tuple<const char*, uint32_t, const char*>>& all,
    uint64_t negative) {
  v1::Insight insight;
  insight.set_observations(all.size());
  insight.set_negative(negative);
  for (const auto& [text, severity, sentiment] : all) {
    v1::Verbatim& verbatim = *insight.add_verbatims();
    verbatim.set_text(text);
    verbatim.set_severity(severity);
    verbatim.set_sentiment(sentiment);
  }
  return insight;
}

v1::Insight Door() {
  return Said({{"Called twice about it already", 2, "negative"},
               {"dock door jams and will not close", 3, "negative"},
               {"Dock door will not close when it rains", 2, "negative"},
               {"the dock door jams, cold air comes in", 5, "negative"},
               {"Door guys came at once, works fine for us", 1, "positive"},
               {"jams again", 2, "negative"}},
              5);
}

TEST(Verbatims, TheCentralOneSharesMostWordsWithTheOthers) {
  const v1::Insight door = Door();
  EXPECT_EQ(CentralVerbatim(door)->text(), "dock door jams and will not close");
  EXPECT_EQ(CentralVerbatim(v1::Insight()), nullptr);
}

TEST(Verbatims, EachRoleIsFilledByTheOneItIsFor) {
  const auto chosen = ChooseVerbatims(Door(), 3, true);
  ASSERT_EQ(chosen.size(), 4U);
  EXPECT_EQ(chosen[0].role(), "central");
  EXPECT_EQ(chosen[1].role(), "severe");
  EXPECT_EQ(chosen[1].severity(), 5U);
  EXPECT_EQ(chosen[2].role(), "latest");
  EXPECT_EQ(chosen[2].text(), "jams again");
  EXPECT_EQ(chosen[3].role(), "dissent");
  EXPECT_EQ(chosen[3].sentiment(), "positive");
}

TEST(Verbatims, NeverMoreThanAskedForAndNoTextTwice) {
  v1::Insight insight = Door();
  const v1::Insight door = Door();
  for (const v1::Verbatim& verbatim : door.verbatims()) {
    *insight.add_verbatims() = verbatim;
  }
  for (size_t most = 0; most < 12; ++most) {
    for (const bool dissent : {false, true}) {
      const auto chosen = ChooseVerbatims(insight, most, dissent);
      EXPECT_LE(chosen.size(), most + (dissent ? 1 : 0));
      std::set<std::string> texts;
      for (const v1::Verbatim& verbatim : chosen) texts.insert(verbatim.text());
      EXPECT_EQ(texts.size(), chosen.size());
    }
  }
}

TEST(Verbatims, InGoodNewsItIsTheComplaintThatDissents) {
  const auto insight = Said({{"great team in returns", 1, "positive"},
                             {"returns team was great", 1, "positive"},
                             {"the returns team was rude", 1, "negative"}},
                            1);
  const auto chosen = ChooseVerbatims(insight, 2, true);
  ASSERT_FALSE(chosen.empty());
  EXPECT_EQ(chosen.back().role(), "dissent");
  EXPECT_EQ(chosen.back().text(), "the returns team was rude");
}

}  // namespace
}  // namespace earshot::feed
