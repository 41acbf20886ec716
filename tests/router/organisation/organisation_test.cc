#include "router/organisation/organisation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/config/text_config.h"
#include "router/organisation/check_goals.h"
#include "router/organisation/tables.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

std::string Mistakes(const std::string& text) {
  v1::Organisation organisation;
  EXPECT_TRUE(config::ParseText(text, organisation).empty());
  return std::string(CheckOrganisation(organisation).message());
}

TEST(OrganisationTest, AFunctionNeedsTopicsAndItsLeadersNameOneThatIsThere) {
  const std::string all = Mistakes(R"(
    functions { id: "facilities" }
    leaders { id: "dana" functions: "facilities" functions: "safety" })");
  EXPECT_NE(all.find("function 'facilities' has no topics"), std::string::npos);
  EXPECT_NE(all.find("'dana': function 'safety' is not in this file"),
            std::string::npos);
}

TEST(OrganisationTest, EveryMistakeInAGoalIsNamed) {
  const std::string all = Mistakes(R"(
    sites { id: "a" region: "north" } leaders { id: "dana" }
    goals { id: "calm" topic: "checkout" regions: "north" at_most: 40
            per_days: 7 from: "2026-11-01" until: "2026-12-31" }
    goals { id: "calm" topic: "checkout/" regions: "south" at_most: 2000000
            per_days: 22 from: "2026-12-31" until: "2026-11-01" }
    goals { topic: "checkout" per_days: 7 from: "soon" until: "2026-13-01" })");
  for (const char* mistake :
       {"goal 'calm' is there twice", "goal 'calm': topic 'checkout/' is not",
        "goal 'calm': no site of this file is in region 'south'",
        "goal 'calm': at_most is 2000000, at most 1000000",
        "goal 'calm': per_days is 22; 1 to 21 days are counted",
        "goal 'calm': it ends on 2026-11-01, before it begins on 2026-12-31",
        "goal id '' is not a name", "from 'soon' is not a day such as",
        "until '2026-13-01' is not a day such as"}) {
    EXPECT_NE(all.find(mistake), std::string::npos) << mistake << "\n" << all;
  }
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 8) << all;
}

TEST(OrganisationTest, AGoalsTopicIsOneOfTheTaxonomy) {
  v1::Organisation organisation;
  organisation.add_goals()->set_topic("checkout");
  organisation.add_goals()->set_topic("checkuot");
  organisation.mutable_goals(1)->set_id("calm");
  const auto mistakes = GoalsWithoutTopic(
      organisation, [](std::string_view path) { return path == "checkout"; });
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_NE(mistakes[0].find("goal 'calm': there is no topic 'checkuot'"),
            std::string::npos);
}

TEST(OrganisationTest, AlsoAddsToAScopeThatLimitsAndIsNeverEmpty) {
  const char* const kSites = "sites { id: 'a' region: 'west' } ";
  EXPECT_NE(Mistakes(std::string(kSites) +
                     "leaders { id: 'dana' also { sites: 'a' } }")
                .find("'also' adds nothing"),
            std::string::npos);
  EXPECT_NE(Mistakes(std::string(kSites) +
                     "leaders { id: 'dana' scope { sites: 'a' } also {} }")
                .find("an empty 'also'"),
            std::string::npos);
  EXPECT_NE(Mistakes(std::string(kSites) +
                     "leaders { id: 'dana' scope { regions: 'west' } "
                     "also { sites: 'b' } }")
                .find("site 'b' is not in this file"),
            std::string::npos);
  EXPECT_EQ(Mistakes(std::string(kSites) +
                     "leaders { id: 'dana' scope { topics: 'checkout' } "
                     "also { regions: 'west' } }"),
            "");
}

TEST(OrganisationTest, AnImportedOrganisationComesBackFromItsTextFormat) {
  testing::TempFolder folder;
  std::ofstream(folder.path() + "/sites.csv")
      << "\xEF\xBB\xBFid,name\r\na, \"quoted \"\" name\" \r\n\r\nb,\r\n";
  std::ofstream(folder.path() + "/leaders.csv")
      << "id,sites,shifts\ndana, a ;; b ,night\namara,,\n";
  ASSERT_TRUE(IsTables(folder.path()));
  const auto imported = ImportFrom(folder.path());
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->organisation.sites_size(), 2);
  const v1::Leader& dana = imported->organisation.leaders(0);
  EXPECT_EQ(dana.scope().sites_size(), 2);
  EXPECT_EQ(dana.scope().sites(1), "b");
  EXPECT_EQ(dana.scope().shifts(0), "night");
  EXPECT_FALSE(imported->organisation.leaders(1).has_scope());
  const auto text = AsTextFormat(imported->organisation);
  ASSERT_TRUE(text.ok());
  v1::Organisation again;
  EXPECT_TRUE(config::ParseText(*text, again).empty());
  EXPECT_EQ(again.SerializeAsString(),
            imported->organisation.SerializeAsString());
}

}  // namespace
}  // namespace earshot::router
