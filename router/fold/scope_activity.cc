#include "router/fold/scope_activity.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "proto/contract/leader_scope.h"

namespace earshot::router {
namespace {

// Enough to tell any group from a small one.
constexpr size_t kMostCounted = 10000;

// One leader's scopes, and who reported in each.
struct Counted {
  contract::LeaderScope scope;
  std::vector<std::unordered_set<std::string>> reporters;  // by scope

  void Take(const std::string& reporter, const std::string& site,
            const std::string& channel, const std::string& topic) {
    const auto scopes = scope.OfTopic(topic) & scope.OfSite(site, channel);
    for (size_t i = 0; i < reporters.size(); ++i) {
      if ((scopes >> i & 1U) == 0 || reporters[i].size() >= kMostCounted) {
        continue;
      }
      reporters[i].insert(reporter);
    }
  }
  uint32_t Fewest() const {
    size_t fewest = kMostCounted;
    for (const auto& of_scope : reporters) {
      fewest = std::min(fewest, of_scope.size());
    }
    return static_cast<uint32_t>(fewest);
  }
};

}  // namespace

absl::StatusOr<std::map<std::string, uint32_t>> CountReporters(
    store::Database& views, const v1::Organisation& organisation,
    int64_t today) {
  std::vector<Counted> leaders;
  leaders.reserve(static_cast<size_t>(organisation.leaders_size()));
  for (const v1::Leader& leader : organisation.leaders()) {
    Counted& counted =
        leaders.emplace_back(Counted{{organisation, leader}, {}});
    counted.reporters.resize(static_cast<size_t>(counted.scope.size()));
  }
  store::Statement read = views.Prepare(
      "SELECT reporter, site, channel, topic FROM activity WHERE day>=?1");
  read.Bind(1, today - kActivityDays);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const std::string site = read.Text(1);
    const std::string channel = read.Text(2);
    const std::string topic = read.Text(3);
    const std::string reporter = read.Blob(0);
    for (Counted& leader : leaders) leader.Take(reporter, site, channel, topic);
  }
  std::map<std::string, uint32_t> counts;
  for (size_t i = 0; i < leaders.size(); ++i) {
    counts[organisation.leaders(static_cast<int>(i)).id()] =
        leaders[i].Fewest();
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
