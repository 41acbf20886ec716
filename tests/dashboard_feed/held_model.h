#ifndef EARSHOT_TESTS_DASHBOARD_FEED_HELD_MODEL_H_
#define EARSHOT_TESTS_DASHBOARD_FEED_HELD_MODEL_H_

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "dashboard_feed/mirror/model.h"

namespace earshot::feed {

// A model whose insights a test writes: `said` and `days` may change at any
// time, and are what Fresh() makes the facts of.
class HeldModel : public Model, public WholeInsights {
 public:
  struct Version {
    absl::Time taken_at;
    v1::Insight insight;
  };
  std::map<uint64_t, std::vector<Version>> said;
  std::map<std::pair<uint64_t, int32_t>, v1::DayCounts> days;

  // Of this version, made at `at` if there is none.
  v1::Insight& Say(uint64_t id, absl::Time at) {
    auto& versions = said[id];
    if (versions.empty()) versions.push_back({at, {}});
    versions.back().insight.set_id(id);
    return versions.back().insight;
  }

  Model& Fresh() {
    insights = FactsTable();
    words = Vocabulary();
    history = History();
    not_applied.clear();
    waiting.clear();
    waiting_by_number.clear();
    whole = this;
    for (const auto& [id, versions] : said) {
      for (const Version& version : versions) {
        TakeInsight(version.insight, version.taken_at);
      }
    }
    for (const auto& [key, counts] : days) TakeDay(counts);
    return *this;
  }

  std::optional<v1::Insight> Latest(uint64_t id) const override {
    const auto found = said.find(id);
    if (found == said.end()) return std::nullopt;
    return found->second.back().insight;
  }
  std::optional<v1::Insight> AsOf(uint64_t id, absl::Time time) const override {
    std::optional<v1::Insight> last;
    const auto found = said.find(id);
    if (found == said.end()) return last;
    for (const Version& version : found->second) {
      if (version.taken_at <= time) last = version.insight;
    }
    return last;
  }
};

}  // namespace earshot::feed

#endif  // EARSHOT_TESTS_DASHBOARD_FEED_HELD_MODEL_H_
