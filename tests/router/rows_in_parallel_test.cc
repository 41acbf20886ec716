#include "router/rows_in_parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace earshot::router {
namespace {

std::vector<std::string> RowsOf(const std::string& text, size_t threads) {
  std::istringstream in(text);
  std::vector<std::string> out;
  const auto make = [] {
    return [](const std::string& line) -> absl::StatusOr<std::string> {
      if (line == "bad") return absl::InvalidArgumentError("no row");
      return "<" + line + ">";
    };
  };
  RowsInParallel(in, threads, make,
                 [&](size_t number, const absl::StatusOr<std::string>& row) {
                   out.push_back(std::to_string(number) + " " +
                                 (row.ok() ? *row : "left out"));
                 });
  return out;
}

TEST(RowsInParallel, TheOrderIsThatOfTheLinesForAnyNumberOfWorkers) {
  std::string text;
  constexpr size_t kRows = 3 * kRowsInBlock + 17;
  for (size_t i = 0; i < kRows; ++i) {
    text += i % 100 == 99 ? "bad\n" : std::to_string(i) + "\n";
  }
  const auto one = RowsOf(text, 1);
  ASSERT_EQ(one.size(), kRows);
  EXPECT_EQ(one[0], "1 <0>");
  EXPECT_EQ(one[99], "100 left out");
  EXPECT_EQ(RowsOf(text, 3), one);
  EXPECT_EQ(RowsOf(text, 8), one);
}

TEST(RowsInParallel, BlankLinesAreCountedAndLeftOut) {
  EXPECT_EQ(RowsOf("a\n\n  \nb", 2),
            (std::vector<std::string>{"1 <a>", "4 <b>"}));
  EXPECT_TRUE(RowsOf("", 2).empty());
}

TEST(RowsInParallel, AWorkerBelongsToOneThreadAtATime) {
  std::string text;
  for (size_t i = 0; i < kRowsInBlock; ++i) text += "x\n";
  std::istringstream in(text);
  std::atomic<bool> shared = false;
  const auto make = [&]() -> RowWork {
    return [&, busy = std::make_shared<std::atomic<bool>>(false)](
               const std::string& line) -> absl::StatusOr<std::string> {
      if (busy->exchange(true)) shared = true;
      busy->store(false);
      return line;
    };
  };
  size_t rows = 0;
  RowsInParallel(in, 4, make, [&](size_t, const auto&) { ++rows; });
  EXPECT_EQ(rows, kRowsInBlock);
  EXPECT_FALSE(shared);
}

}  // namespace
}  // namespace earshot::router
