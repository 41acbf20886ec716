#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/mirror/mirror.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr uint64_t kInsights = 60;

// Alike in all that ranks, but for every tenth.
v1::Insight Said(uint64_t id) {
  v1::Insight insight;
  insight.set_id(id);
  insight.set_topic("checkout");
  insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
  insight.set_state(v1::HEARD);
  insight.set_title("issue");
  insight.set_observations(12);
  insight.set_reporters(12);
  insight.set_severity_max(id % 10 == 0 ? 4 : 3);
  insight.set_priority_milli(id % 10 == 0 ? 7000 : 5000);
  *insight.mutable_first_seen() = contract::ToStamp(kNow - absl::Hours(5));
  *insight.mutable_last_seen() = contract::ToStamp(kNow - absl::Hours(1));
  v1::Cell& cell = *insight.add_cells();
  cell.set_site("store-1");
  cell.set_observations(12);
  cell.set_reporters(12);
  cell.set_severity_max(insight.severity_max());
  return insight;
}

std::string DigestAfter(const std::vector<uint64_t>& order, int round) {
  const Folder folder;
  auto mirror = Mirror::Open(folder.File("mirror.db"));
  EXPECT_TRUE(mirror.ok());
  v1::Delivery delivery;
  delivery.set_generation(7);
  delivery.set_reset(true);
  uint64_t seq = 0;
  for (const uint64_t id : order) {
    v1::Item& item = *delivery.add_items();
    item.set_seq(++seq);
    item.set_kind(v1::UPDATE_INSIGHT);
    Said(id).SerializeToString(item.mutable_body());
  }
  EXPECT_TRUE((*mirror)->Take(delivery, kNow).ok());
  // Half of them are read back from the disk instead.
  if (round % 2 == 1) {
    mirror->reset();
    mirror = Mirror::Open(folder.File("mirror.db"));
    EXPECT_TRUE(mirror.ok());
  }
  v1::Leader leader;
  leader.set_id("dana");
  DigestRequest request;
  request.from = kNow - absl::Hours(24);
  request.to = kNow;
  return BuildDigest((*mirror)->model(), leader, request)
      .digest.SerializeAsString();
}

TEST(DigestOrder, EqualOnesStandInTheSameOrderHoweverTheyCame) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  std::vector<uint64_t> order;
  for (uint64_t id = 1; id <= kInsights; ++id) order.push_back(id);
  const std::string expected = DigestAfter(order, 0);
  v1::Digest digest;
  ASSERT_TRUE(digest.ParseFromString(expected));
  ASSERT_GT(digest.sections_size(), 0);
  for (const v1::DigestSection& section : digest.sections()) {
    for (int i = 1; i < section.items_size(); ++i) {
      const v1::DigestItem& before = section.items(i - 1);
      const v1::DigestItem& item = section.items(i);
      EXPECT_TRUE(before.priority_milli() > item.priority_milli() ||
                  (before.priority_milli() == item.priority_milli() &&
                   before.insight() < item.insight()));
    }
  }
  for (int round = 0; round < 12; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    ASSERT_EQ(DigestAfter(order, round), expected) << round;
  }
}

}  // namespace
}  // namespace earshot::feed
