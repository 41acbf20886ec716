#ifndef EARSHOT_TESTS_DASHBOARD_FEED_HELD_MODEL_H_
#define EARSHOT_TESTS_DASHBOARD_FEED_HELD_MODEL_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dashboard_feed/mirror/model.h"
#include "proto/contract/times.h"

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

// `people` more said so at `at`, once each, at `site` in the morning; `text`
// empty: in no words that are kept.
inline v1::Insight& SayMore(HeldModel& model, uint64_t id,
                            const std::string& site, uint32_t people,
                            const std::string& text, absl::Time at) {
  v1::Insight& insight = model.Say(id, at);
  insight.set_topic("checkout");
  insight.set_state(v1::HEARD);
  insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
  insight.set_observations(insight.observations() + people);
  insight.set_reporters(insight.reporters() + people);
  insight.set_severity_max(std::max(insight.severity_max(), 3U));
  *insight.mutable_first_seen() = contract::ToStamp(at);
  *insight.mutable_last_seen() = contract::ToStamp(at);
  v1::Cell& cell = *insight.add_cells();
  cell.set_site(site);
  cell.set_channel("store");
  cell.set_shift("morning");
  cell.set_observations(people);
  cell.set_reporters(people);
  cell.set_severity_max(3);
  *cell.mutable_last_seen() = contract::ToStamp(at);
  if (text.empty()) return insight;
  v1::Verbatim& verbatim = *insight.add_verbatims();
  verbatim.set_observation(text);
  verbatim.set_text(text);
  verbatim.set_site(site);
  verbatim.set_channel("store");
  verbatim.set_shift("morning");
  verbatim.set_severity(3);
  verbatim.set_quote(true);
  *verbatim.mutable_observed_at() = contract::ToStamp(at);
  return insight;
}

}  // namespace earshot::feed

#endif  // EARSHOT_TESTS_DASHBOARD_FEED_HELD_MODEL_H_
