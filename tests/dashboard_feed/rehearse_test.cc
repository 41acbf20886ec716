#include "dashboard_feed/rehearse/rehearse.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "dashboard_feed/rehearse/organisation_file.h"
#include "dashboard_feed/rehearse/rows_in_order.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_folder.h"

namespace earshot::feed {
namespace {

constexpr char kOrganisation[] = R"({
  "name": "Acme", "founded": 1950,
  "sites": [
    {"id": "north-1", "name": "North", "region": "north", "channel": "store",
     "time_zone": "Europe/London", "floor_space": 900},
    {"id": "south-1", "region": "south"}],
  "leaders": [
    {"id": "dana", "name": "Dana", "title": "Director",
     "time_zone": "Europe/London"},
    {"id": "sol", "manager": "dana", "scope": {"regions": ["south"]}}],
  "small_groups": {"numbers": 5, "verbatims": 3}
})";

TEST(OrganisationFileTest, ReadsJsonAndPassesOverUnknownKeys) {
  const auto read = ParseOrganisationJson(kOrganisation);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->name(), "Acme");
  ASSERT_EQ(read->sites_size(), 2);
  EXPECT_EQ(read->sites(0).region(), "north");
  EXPECT_EQ(read->sites(0).time_zone(), "Europe/London");
  ASSERT_EQ(read->leaders_size(), 2);
  EXPECT_EQ(read->leaders(1).manager(), "dana");
  EXPECT_EQ(read->leaders(1).scope().regions(0), "south");
  EXPECT_EQ(read->small_groups().numbers(), 5U);
}

TEST(OrganisationFileTest, ListsEveryMistake) {
  const auto read = ParseOrganisationJson(R"({
    "sites": [{"id": "a"}, {"id": "a"}],
    "leaders": [{"id": "dana"}, {"id": "dana"}, {"name": "Bo"}],
    "small_groups": {"numbers": 1}})");
  ASSERT_TRUE(absl::IsInvalidArgument(read.status()));
  for (const char* mistake :
       {"'a'", "'dana' is there twice", "'' is not a name", "never below 3"}) {
    EXPECT_NE(read.status().message().find(mistake), std::string::npos)
        << mistake << " in " << read.status();
  }
}

TEST(OrganisationFileTest, WhatIsNoJsonIsInvalid) {
  for (const char* text : {"", "{", "[]", R"({"leaders": 7})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseOrganisationJson(text).status()))
        << text;
  }
}

TEST(OrganisationFileTest, TablesAreOneFileByTypeOrAFolderOfTwo) {
  const testing::TempFolder folder;
  folder.Write("acme.csv",
               "type,id,region,regions,shoe_size\n"
               "site,north-1,north,,\n"
               "leader,dana,,north,44\n");
  std::vector<std::string> notes;
  const auto one = LoadOrganisationFile(folder.File("acme.csv"), notes);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->leaders(0).scope().regions(0), "north");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("'shoe_size'"), std::string::npos);
  const testing::TempFolder two;
  two.Write("sites.csv", "id,region\nnorth-1,north\n");
  two.Write("leaders.csv", "id,regions\ndana,north\n");
  const auto both = LoadOrganisationFile(two.path(), notes);
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->SerializeAsString(), one->SerializeAsString());
}

TEST(OrganisationFileTest, OtherEndingsAreTheRoutersOwnFormat) {
  std::vector<std::string> notes;
  const testing::TempFolder folder;
  folder.Write("acme.json", kOrganisation);
  folder.Write("acme.textproto",
               "name: \"Acme\" leaders { id: \"dana\" time_zone: \"UTC\" }");
  EXPECT_TRUE(LoadOrganisationFile(folder.File("acme.json"), notes).ok());
  const auto own = LoadOrganisationFile(folder.File("acme.textproto"), notes);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->name(), "Acme");
  EXPECT_FALSE(LoadOrganisationFile(folder.File("missing.json"), notes).ok());
}

RowsInOrder Ordered(const std::string& lines) {
  std::istringstream in(lines);
  return ReadRowsInOrder(in, contract::RowFormat::kJsonLines);
}

TEST(RowsInOrderTest, StandInTheOrderInWhichTheyArrived) {
  const RowsInOrder rows = Ordered(
      R"({"id": "late", "text": "a", "observed_at": "2026-11-01T08:00:00Z", "received_at": "2026-11-03T08:00:00Z"}
{"id": "second", "text": "b", "observed_at": "2026-11-02T08:00:00Z"}
{"id": "third", "text": "c", "observed_at": "2026-11-02T08:00:00Z"}
{"id": "first", "text": "d", "observed_at": "2026-11-01T09:00:00Z"}
)");
  std::vector<std::string> ids;
  for (const OrderedRow& row : rows.rows) ids.push_back(*row.row.id);
  EXPECT_EQ(ids,
            (std::vector<std::string>{"first", "second", "third", "late"}));
  EXPECT_EQ(rows.rows[3].line, 1U);
  EXPECT_EQ(rows.rows[3].arrived, testing::At("2026-11-03T08:00:00Z"));
  EXPECT_EQ(rows.refused, 0U);
}

TEST(RowsInOrderTest, BadRowsAreNamedByTheirLinesAndTheRestIsRead) {
  const RowsInOrder rows = Ordered(
      R"({"text": "a", "observed_at": "2026-11-01T08:00:00Z"}
not JSON

{"text": "has no time"}
{"text": "b", "ts": 1793520000.5}
{"observed_at": "2026-11-01T08:00:00Z"}
)");
  EXPECT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(rows.refused, 3U);
  ASSERT_EQ(rows.bad.size(), 3U);
  EXPECT_EQ(rows.bad[0].line, 2U);
  EXPECT_EQ(rows.bad[1].line, 4U);
  EXPECT_NE(rows.bad[1].reason.find("no time"), std::string::npos);
  EXPECT_EQ(rows.bad[2].line, 6U);
}

TEST(RowsInOrderTest, OfTooManyBadRowsTheFirstAreNamedAndAllCounted) {
  std::string lines;
  for (size_t i = 0; i < RowsInOrder::kMostBad + 5; ++i) lines += "bad\n";
  const RowsInOrder rows = Ordered(lines);
  EXPECT_EQ(rows.refused, RowsInOrder::kMostBad + 5);
  EXPECT_EQ(rows.bad.size(), RowsInOrder::kMostBad);
}

class RehearseTest : public ::testing::Test {
 protected:
  static constexpr int kRows = 60;
  static constexpr uint64_t kBadLine = 31;

  RehearseTest() {
    folder_.Write("acme.json", kOrganisation);
    static const std::vector<std::string> kSaid = {
        "The card reader at till two declines every card",
        "Parcels arrive soaked, the lorry roof leaks",
        "Nobody told us that the rota had changed again"};
    std::string lines;
    const absl::Time begin = testing::At("2026-11-02T09:00:00Z");
    for (int i = 0; i < kRows; ++i) {
      if (i + 1 == static_cast<int>(kBadLine)) lines += "{\"text\": 7}\n";
      const absl::Time at = begin + absl::Hours(i);
      lines +=
          nlohmann::json{{"id", "row-" + std::to_string(i)},
                         {"text", kSaid[static_cast<size_t>(i) % 3]},
                         {"site", i % 2 == 0 ? "north-1" : "south-1"},
                         {"channel", "store"},
                         {"reporter", "p" + std::to_string(i % 20)},
                         {"severity", i == 40 ? 5 : 3},
                         {"observed_at", absl::FormatTime(absl::RFC3339_sec, at,
                                                          absl::UTCTimeZone())}}
              .dump() +
          "\n";
    }
    folder_.Write("rows.jsonl", lines);
  }

  absl::StatusOr<Rehearsed> Run(const std::string& out) {
    Rehearsal rehearsal;
    rehearsal.observations = folder_.File("rows.jsonl");
    rehearsal.organisation = folder_.File("acme.json");
    rehearsal.from = testing::At("2026-11-03T00:00:00Z");
    rehearsal.to = testing::At("2026-11-05T00:00:00Z");
    rehearsal.out = folder_.File(out);
    return Rehearse(rehearsal);
  }

  // Everything that was written, by its path.
  std::map<std::string, std::string> Written(const std::string& out) {
    const std::filesystem::path root = folder_.File(out);
    std::map<std::string, std::string> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      files[entry.path().lexically_relative(root).string()] =
          testing::Slurp(entry.path().string());
    }
    return files;
  }

  testing::TempFolder folder_;
};

std::vector<nlohmann::json> Lines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(nlohmann::json::parse(line));
  }
  return lines;
}

TEST_F(RehearseTest, WritesTheDigestsThatWouldHaveBeenSent) {
  const auto done = Run("out");
  ASSERT_TRUE(done.ok()) << done.status();
  const auto files = Written("out");
  // Two mornings for each of two leaders, and nothing else is left behind.
  EXPECT_EQ(files.size(), 6U);
  EXPECT_EQ(done->digests, 4U);
  ASSERT_TRUE(files.contains("digests/dana/2026-11-03.json"))
      << files.begin()->first;
  const auto digest =
      nlohmann::json::parse(files.at("digests/dana/2026-11-04.json"));
  EXPECT_EQ(digest["leader"], "dana");
  EXPECT_FALSE(digest["items"].empty());
  for (const auto& item : digest["items"]) {
    EXPECT_FALSE(item["sample_ids"].empty()) << item;
  }
}

TEST_F(RehearseTest, TellsWhereEveryRowWentAndWhomItAlerted) {
  const auto done = Run("out");
  ASSERT_TRUE(done.ok()) << done.status();
  const auto files = Written("out");
  const auto assignments = Lines(files.at("assignments.jsonl"));
  EXPECT_EQ(assignments.size(), static_cast<size_t>(kRows));
  std::map<uint64_t, int> rows_of;
  for (const auto& row : assignments) ++rows_of[row["insight"]];
  EXPECT_EQ(rows_of.size(), done->insights);
  EXPECT_EQ(rows_of.size(), 3U);
  // The one of severity 5 is of the north: not for the leader of the south.
  const auto alerts = Lines(files.at("alerts.jsonl"));
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(done->alerts, 1U);
  EXPECT_EQ(alerts[0]["leader"], "dana");
  EXPECT_EQ(alerts[0]["id"], "row-40");
}

TEST_F(RehearseTest, NamesABadRowByItsLineAndTakesTheRest) {
  const auto done = Run("out");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->rows, static_cast<uint64_t>(kRows));
  EXPECT_EQ(done->refused, 1U);
  ASSERT_EQ(done->bad.size(), 1U);
  EXPECT_EQ(done->bad[0].line, kBadLine);
  EXPECT_FALSE(done->bad[0].reason.empty());
}

TEST_F(RehearseTest, RunTwiceItWritesTheSame) {
  ASSERT_TRUE(Run("out").ok());
  ASSERT_TRUE(Run("other").ok());
  const auto files = Written("out");
  EXPECT_EQ(files, Written("other"));
  // Into the same folder it begins anew.
  ASSERT_TRUE(Run("out").ok());
  EXPECT_EQ(files, Written("out"));
}

TEST_F(RehearseTest, WhatCannotBeReadIsSaid) {
  Rehearsal rehearsal;
  rehearsal.observations = folder_.File("missing.jsonl");
  rehearsal.organisation = folder_.File("acme.json");
  rehearsal.out = folder_.File("out");
  EXPECT_TRUE(absl::IsNotFound(Rehearse(rehearsal).status()));
  rehearsal.organisation = folder_.File("rows.jsonl");
  EXPECT_FALSE(Rehearse(rehearsal).ok());
}

}  // namespace
}  // namespace earshot::feed
