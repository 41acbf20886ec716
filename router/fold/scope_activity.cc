#include "router/fold/scope_activity.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"

namespace earshot::router {
namespace {

constexpr int64_t kDays = 90;
// Enough to tell any group from a small one.
constexpr size_t kMostCounted = 10000;

bool Matches(const google::protobuf::RepeatedPtrField<std::string>& limit,
             const std::string& value) {
  return limit.empty() ||
         std::find(limit.begin(), limit.end(), value) != limit.end();
}

bool TopicMatches(const google::protobuf::RepeatedPtrField<std::string>& limit,
                  const std::string& topic) {
  if (limit.empty()) return true;
  return std::any_of(limit.begin(), limit.end(), [&](const std::string& root) {
    return topic == root || topic.rfind(root + "/", 0) == 0;
  });
}

}  // namespace

absl::StatusOr<std::map<std::string, uint32_t>> CountReporters(
    store::Database& views, const v1::Organisation& organisation,
    int64_t today) {
  std::map<std::string, std::string> region_of;
  for (const v1::Site& site : organisation.sites()) {
    region_of[site.id()] = site.region();
  }
  std::vector<std::unordered_set<std::string>> seen(
      static_cast<size_t>(organisation.leaders_size()));
  store::Statement read = views.Prepare(
      "SELECT reporter, site, channel, topic FROM activity WHERE day>=?1");
  read.Bind(1, today - kDays);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const std::string site = read.Text(1);
    const std::string channel = read.Text(2);
    const std::string topic = read.Text(3);
    for (size_t i = 0; i < seen.size(); ++i) {
      if (seen[i].size() >= kMostCounted) continue;
      const v1::Scope& scope =
          organisation.leaders(static_cast<int>(i)).scope();
      if (Matches(scope.regions(), region_of[site]) &&
          Matches(scope.sites(), site) && Matches(scope.channels(), channel) &&
          TopicMatches(scope.topics(), topic)) {
        seen[i].insert(read.Blob(0));
      }
    }
  }
  std::map<std::string, uint32_t> counts;
  for (size_t i = 0; i < seen.size(); ++i) {
    counts[organisation.leaders(static_cast<int>(i)).id()] =
        static_cast<uint32_t>(seen[i].size());
  }
  return counts;
}

bool RecentActivity::Note(std::string_view reporter, std::string_view site,
                          std::string_view channel, std::string_view topic,
                          int64_t day) {
  entries_.resize(kEntries);
  const uint64_t hash =
      absl::HashOf(reporter, site, channel, topic, day) | uint64_t{1};
  uint64_t& entry = entries_[hash >> 48U];
  return std::exchange(entry, hash) == hash;
}

}  // namespace earshot::router
