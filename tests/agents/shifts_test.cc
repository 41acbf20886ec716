#include "agents/capture/shifts.h"

#include <gtest/gtest.h>

#include "earshot/v1/configuration.pb.h"
#include "tests/testing/fake_clock.h"

namespace earshot::agents {
namespace {

using testing::At;

absl::TimeZone Zone(const char* name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

void Add(v1::AgentConfig& config, const char* name, const char* starts,
         const char* ends) {
  v1::Shift& shift = *config.add_shifts();
  shift.set_name(name);
  shift.set_starts(starts);
  shift.set_ends(ends);
}

TEST(ShiftsTest, DefaultShiftsFollowTheLocalClock) {
  const ShiftTable table(Zone("Europe/Berlin"));  // UTC+1 in winter
  EXPECT_EQ(table.At(At("2026-11-02T04:59:59Z")).name, "night");
  EXPECT_EQ(table.At(At("2026-11-02T05:00:00Z")).name, "morning");
  EXPECT_EQ(table.At(At("2026-11-02T13:00:00Z")).name, "afternoon");
  EXPECT_EQ(table.At(At("2026-11-02T17:00:00Z")).name, "evening");
  EXPECT_EQ(table.At(At("2026-11-02T21:00:00Z")).name, "night");
}

TEST(ShiftsTest, AShiftPastMidnightBeganTheDayBefore) {
  const ShiftTable table(absl::UTCTimeZone());
  const ShiftAt shift = table.At(At("2026-11-02T02:30:00Z"));
  EXPECT_EQ(shift.name, "night");
  EXPECT_EQ(shift.start, At("2026-11-01T22:00:00Z"));
  EXPECT_EQ(table.At(At("2026-11-02T23:30:00Z")).start,
            At("2026-11-02T22:00:00Z"));
}

TEST(ShiftsTest, TheNightOfTheAutumnChangeIsOneHourLonger) {
  const ShiftTable table(Zone("Europe/Berlin"));
  // 22:00 summer time (+2) to 06:00 winter time (+1).
  EXPECT_EQ(table.At(At("2026-10-25T04:59:00Z")).start,
            At("2026-10-24T20:00:00Z"));
  EXPECT_EQ(table.At(At("2026-10-25T05:00:00Z")).name, "morning");
}

TEST(ShiftsTest, AStartThatTheSpringChangeLeavesOutIsTheChange) {
  v1::AgentConfig config;
  Add(config, "early", "02:30", "10:00");
  const auto table =
      ShiftTable::FromConfig(config.shifts(), Zone("Europe/Berlin"));
  ASSERT_TRUE(table.ok());
  // 02:00 becomes 03:00 at 01:00 UTC.
  EXPECT_EQ(table->At(At("2026-03-29T03:00:00Z")).start,
            At("2026-03-29T01:00:00Z"));
}

TEST(ShiftsTest, AStartThatTheAutumnChangeRepeatsIsNeverInTheFuture) {
  v1::AgentConfig config;
  Add(config, "early", "02:30", "10:00");
  const auto table =
      ShiftTable::FromConfig(config.shifts(), Zone("Europe/Berlin"));
  ASSERT_TRUE(table.ok());
  for (const char* text : {"2026-10-25T00:45:00Z", "2026-10-25T01:45:00Z"}) {
    const ShiftAt shift = table->At(At(text));
    EXPECT_EQ(shift.name, "early");
    EXPECT_LE(shift.start, At(text));
  }
}

TEST(ShiftsTest, AGapHasNoNameAndBeginsWithTheHour) {
  v1::AgentConfig config;
  Add(config, "day", "08:00", "16:00");
  const auto table =
      ShiftTable::FromConfig(config.shifts(), absl::UTCTimeZone());
  ASSERT_TRUE(table.ok());
  const ShiftAt shift = table->At(At("2026-11-02T19:47:12Z"));
  EXPECT_EQ(shift.name, "");
  EXPECT_EQ(shift.start, At("2026-11-02T19:00:00Z"));
}

TEST(ShiftsTest, ATimeThatCannotBeReadNamesItsShift) {
  for (const char* wrong : {"6:00", "25:00", "06:60", "six", ""}) {
    v1::AgentConfig config;
    Add(config, "odd", wrong, "14:00");
    const auto table =
        ShiftTable::FromConfig(config.shifts(), absl::UTCTimeZone());
    ASSERT_FALSE(table.ok()) << wrong;
    EXPECT_NE(table.status().ToString().find("odd"), std::string::npos);
  }
}

}  // namespace
}  // namespace earshot::agents
