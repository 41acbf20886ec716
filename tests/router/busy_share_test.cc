#include "router/busy_share.h"

#include <gtest/gtest.h>

namespace earshot::router {
namespace {

TEST(BusyShare, IsOfTheLastWholeWindow) {
  BusyShare share(absl::Seconds(10));
  absl::Duration now = absl::Seconds(10);
  // Works 30 ms, waits 10 ms, again and again.
  bool over = false;
  for (int i = 0; i < 2; ++i) {
    now += absl::Milliseconds(40);
    over = share.NoteWait(absl::Milliseconds(10), now);
    EXPECT_FALSE(over);
    EXPECT_EQ(share.share(), 0);
  }
  now += absl::Milliseconds(40);
  EXPECT_TRUE(share.NoteWait(absl::Milliseconds(10), now));
  EXPECT_DOUBLE_EQ(share.share(), 0.75);
  // One long wait is a window of its own.
  now += absl::Seconds(1);
  EXPECT_TRUE(share.NoteWait(absl::Seconds(1), now));
  EXPECT_DOUBLE_EQ(share.share(), 0);
}

// As where a test owns the clock.
TEST(BusyShare, IsNothingWhereTimeStandsStill) {
  BusyShare share(absl::ZeroDuration());
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(share.NoteWait(absl::ZeroDuration(), absl::ZeroDuration()));
  }
  EXPECT_EQ(share.share(), 0);
}

}  // namespace
}  // namespace earshot::router
