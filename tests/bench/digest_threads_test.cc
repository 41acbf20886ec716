#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/mirror/mirror.h"
#include "tests/bench/month_model.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

std::string DigestOf(const Model& model, const v1::Leader& leader,
                     size_t worth_a_thread) {
  DigestRequest request;
  request.period = "2026-11-01";
  request.from = bench::MonthEnd() - absl::Hours(24);
  request.to = bench::MonthEnd();
  request.worth_a_thread = worth_a_thread;
  const Built built = BuildDigest(model, leader, request);
  return built.digest.SerializeAsString() + std::to_string(built.shown.size());
}

// Of the company, of a region, of a site, and of a region's topic.
TEST(DigestThreads, OneThreadOrTwoMakeTheSameDigest) {
  const Folder folder;
  auto mirror = Mirror::Open(folder.File("mirror.db"));
  ASSERT_TRUE(mirror.ok());
  bench::MonthSize size;
  size.insights = 3000;
  size.observations = 30000;
  size.leaders = 320;
  ASSERT_TRUE(bench::FillMonth(size, **mirror).ok());
  const Model& model = (*mirror)->model();
  for (const int leader : {0, 3, 40, 319}) {
    const v1::Leader& one = model.organisation.leaders(leader);
    const std::string alone =
        DigestOf(model, one, std::numeric_limits<size_t>::max());
    EXPECT_FALSE(alone.empty());
    for (int round = 0; round < 5; ++round) {
      ASSERT_EQ(DigestOf(model, one, 0), alone) << leader;
    }
  }
}

}  // namespace
}  // namespace earshot::feed
