#include "proto/contract/deputies.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/testing/fake_clock.h"

namespace earshot::contract {
namespace {

using testing::At;

constexpr char kOrganisation[] = R"(
  leaders { id: "amara" }
  leaders { id: "eve" }
  leaders { id: "dana"
            deputies { leader: "eve" from: "2026-12-21" until: "2027-01-06" } }
)";

class DeputiesTest : public ::testing::Test {
 protected:
  DeputiesTest() {
    google::protobuf::TextFormat::ParseFromString(kOrganisation,
                                                  &organisation_);
    absl::LoadTimeZone("Europe/Madrid", &zone_);
  }
  std::string Acting(const char* at) {
    const v1::Deputy* deputy =
        DeputyOf(organisation_.leaders(2), At(at), zone_);
    return deputy == nullptr ? "" : deputy->leader();
  }
  static v1::Deputies Until(const std::string& day) {
    v1::Deputies deputies;
    deputies.add_deputies()->set_leader("eve");
    deputies.mutable_deputies(0)->set_until(day);
    return deputies;
  }

  v1::Organisation organisation_;
  absl::TimeZone zone_;
};

TEST_F(DeputiesTest, StandInOnTheDaysThatAreGivenInTheLeadersZone) {
  EXPECT_EQ(Acting("2026-12-20T22:59:00Z"), "");
  EXPECT_EQ(Acting("2026-12-20T23:01:00Z"), "eve") << "the 21st in Madrid";
  EXPECT_EQ(Acting("2027-01-06T12:00:00Z"), "eve");
  EXPECT_EQ(Acting("2027-01-07T12:00:00Z"), "");
}

TEST_F(DeputiesTest, WhomTheLeaderNamedComesBeforeTheFilesAndEndsBeforeThem) {
  DeputyLists own;
  v1::Deputy& named = *own["dana"].add_deputies();
  named.set_leader("amara");
  named.set_from("2026-12-24");
  named.set_until("2026-12-31");
  own["dana"].add_deputies()->set_leader("nobody");
  const DeputyLists of_file = DeputiesIn(organisation_);
  UseDeputies(own, of_file, organisation_);
  EXPECT_EQ(Acting("2026-12-23T12:00:00Z"), "eve");
  EXPECT_EQ(Acting("2026-12-24T12:00:00Z"), "amara");
  EXPECT_EQ(Acting("2027-01-01T12:00:00Z"), "eve");
  UseDeputies({}, of_file, organisation_);
  EXPECT_EQ(Acting("2026-12-24T12:00:00Z"), "eve");
}

TEST_F(DeputiesTest, ADayIsTenCharactersAndNoLongerThanAYearAway) {
  const absl::Time now = At("2026-12-01T12:00:00Z");
  const auto wrong = [&](const std::string& day) {
    return MistakeIn("dana", Until(day)) ||
           MistakeIn(organisation_, Until(day), now, zone_);
  };
  EXPECT_FALSE(wrong("2026-12-01"));
  EXPECT_FALSE(wrong("2027-12-02"));
  for (const char* day : {"", "2026-11-30", "2027-12-03",
                          "25600000000002026-01-01", " 2026-12-02", "2026-12-2",
                          "2026-13-01", "2026-12-01T00", "-026-12-01"}) {
    EXPECT_TRUE(wrong(day)) << day;
  }
}

}  // namespace
}  // namespace earshot::contract
