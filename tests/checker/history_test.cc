#include "tests/checker/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

namespace earshot::checker {
namespace {

using ::testing::HasSubstr;

Event Full() {
  Event event;
  event.what = What::kExpectAlarm;
  event.outcome = Outcome::kUnknown;
  event.who = "store-1#2";
  event.id = "a \"quoted\" id\nof two lines";
  event.lane = 0;
  event.insight = std::numeric_limits<uint64_t>::max();
  event.position = 2;
  event.count = 3;
  event.answer = "d";
  event.period = "2026-11-22";
  event.said = "no_because";
  event.akin = {7, 8};
  event.repeat = true;
  return event;
}

TEST(HistoryTest, IsTheSameAfterAFile) {
  History history = {Event(), Full()};
  for (int what = 0; what <= static_cast<int>(What::kExpectAlarm); ++what) {
    history.emplace_back().what = static_cast<What>(what);
  }
  for (int how = 0; how <= static_cast<int>(Outcome::kUnknown); ++how) {
    history.emplace_back().outcome = static_cast<Outcome>(how);
  }
  std::stringstream file;
  WriteHistory(history, file);
  const std::string text = file.str();
  const auto again = ReadHistory(file);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->size(), history.size());
  std::stringstream second;
  WriteHistory(*again, second);
  EXPECT_EQ(second.str(), text);
  const Event& read = (*again)[1];
  const Event given = Full();
  EXPECT_EQ(read.id, given.id);
  EXPECT_EQ(read.insight, given.insight);
  EXPECT_EQ(read.outcome, given.outcome);
  EXPECT_EQ(read.lane, given.lane);
  EXPECT_EQ(read.said, given.said);
  EXPECT_EQ(read.akin, given.akin);
  EXPECT_TRUE(read.repeat);
}

TEST(HistoryTest, LineHasOnlyWhatIsNotLeftOut) {
  Event event;
  event.outcome = Outcome::kOk;
  event.who = "store-1";
  event.id = "7";
  EXPECT_EQ(ToJsonLine(event),
            R"({"what":"report","outcome":"ok","who":"store-1","id":"7"})");
}

TEST(HistoryTest, MalformedLineIsNamed) {
  const std::string good = R"({"what":"stored","id":"7","position":1})";
  for (const char* bad :
       {"", "{", "[]", "7", R"({"id":"7"})", R"({"what":"seen"})",
        R"({"what":"stored","position":-1})",
        R"({"what":"stored","position":"1"})",
        R"({"what":"stored","lane":4294967296})",
        R"({"what":"merge","akin":7})", R"({"what":"merge","akin":["7"]})",
        R"({"what":"stored","repeat":1})", R"({"what":"stored","ID":"7"})",
        R"({"what":"report","outcome":"fine"})"}) {
    std::stringstream file;
    file << good << '\n' << bad << '\n' << good << '\n';
    const auto read = ReadHistory(file);
    ASSERT_FALSE(read.ok()) << bad;
    EXPECT_TRUE(absl::IsInvalidArgument(read.status()));
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("line 2 "));
  }
}

}  // namespace
}  // namespace earshot::checker
