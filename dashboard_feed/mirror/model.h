#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_MODEL_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/facts.h"
#include "dashboard_feed/mirror/history.h"
#include "dashboard_feed/mirror/in_force.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/question.pb.h"
#include "proto/contract/deputies.h"

// What the router has told the feed, as values to read.
namespace earshot::feed {

// Insights with their words, for the few that are shown. Small groups see an
// update at the next end of a shift, so older versions are there too: at most
// kMostVersions of the last day, and one before that. What cannot be read is
// as if it were not there, and told to the owner.
class WholeInsights {
 public:
  virtual ~WholeInsights() = default;
  virtual std::optional<v1::Insight> Latest(uint64_t id) const = 0;
  // The last one taken at or before `time`; nothing: none was.
  virtual std::optional<v1::Insight> AsOf(uint64_t id,
                                          absl::Time time) const = 0;
};

inline constexpr size_t kMostVersions = 16;
inline constexpr uint32_t kMostAlerts = 1000;
inline constexpr uint64_t kMostMessages = 1000;  // questions, and guidance
inline constexpr size_t kMostNotApplied = 1000;  // decisions; the oldest go
inline constexpr absl::Duration kVersionsKept = absl::Hours(24);

// The facts of all insights, in slots in a row that never move, and which are
// of a topic or were heard of at a site.
class FactsTable {
 public:
  using Slots = std::vector<uint32_t>;

  // Finds or makes.
  Facts& At(uint64_t id);
  // Nothing: the insight is not known.
  const Facts* Find(uint64_t id) const;
  // Replaces everything but its counts.
  void Take(const v1::Insight& insight, absl::Time taken_at, Vocabulary& words);

  // By slot, below size(); some may be not `known`.
  const Facts& operator[](size_t slot) const {
    return chunks_[slot / kChunk][slot % kChunk];
  }
  Facts& operator[](size_t slot) {
    return chunks_[slot / kChunk][slot % kChunk];
  }
  size_t size() const { return slots_.size(); }
  size_t known() const { return known_; }
  const Slots& OfTopic(uint32_t topic) const {
    return topic < of_topic_.size() ? of_topic_[topic] : none_;
  }
  // How many were opened with this word.
  uint32_t Having(uint32_t mark) const {
    return mark < having_.size() ? having_[mark] : 0;
  }
  // Also those that were heard of there once, and are not any more.
  const Slots& OfSite(uint32_t site) const {
    return site < of_site_.size() ? of_site_[site] : none_;
  }

 private:
  void NoteSites(const Facts& facts, const std::vector<CellFacts>& before,
                 const Places& places);

  static constexpr size_t kChunk = 512;

  std::vector<std::unique_ptr<Facts[]>> chunks_;
  std::unordered_map<uint64_t, uint32_t> slots_;
  size_t known_ = 0;
  std::vector<uint32_t> having_;  // by mark
  std::vector<Slots> of_topic_;
  std::vector<Slots> of_site_;
  std::vector<bool> at_site_;  // scratch
  Slots none_;                 // stays empty
};

// A decision that another leader's stood in the way of, as the history of its
// insight has it.
struct NotApplied {
  uint64_t insight = 0;
  std::string leader;     // id of who took it
  std::string stands_of;  // id of whose stands; empty: no leader's
};

// How far waiting for leaders has gone with an insight.
struct WaitingInsight {
  v1::Escalation told;
  uint64_t number = 0;  // grows with each step that the feed hears of
};

// Owned by the Mirror; one thread. Memory: below 2 KiB an insight of average
// size (tests/bench/run digest).
struct Model {
  FactsTable insights;
  Vocabulary words;
  History history;
  const WholeInsights* whole = nullptr;
  v1::Organisation organisation;  // with the deputies that leaders named
  std::string organisation_sha256;
  v1::Subscriptions subscriptions;  // in force
  v1::Subscriptions subscriptions_file;
  SubscriptionChanges subscription_changes;  // removals as well
  std::string subscriptions_sha256;          // of the file
  contract::DeputyLists deputies_of_file;
  contract::DeputyLists own_deputies;  // that leaders named themselves
  std::map<std::string, absl::Time> deputies_changed_at;  // by leader
  std::map<std::string, v1::SiteActivity> sites;
  std::map<std::string, v1::ScopeActivity> scopes;  // by leader
  std::map<uint32_t, v1::Alert> alerts;  // by slot, at most kMostAlerts
  std::map<uint64_t, v1::QuestionResult> questions;  // by slot
  std::map<uint64_t, v1::GuidanceReach> guidance;    // likewise
  std::map<uint64_t, uint64_t> merged_into;  // insights that leaders merged
  // By when they were taken and their number; at most kMostNotApplied.
  std::map<std::pair<absl::Time, uint64_t>, NotApplied> not_applied;
  // By insight; an entry for each that waits too long now.
  std::map<uint64_t, WaitingInsight> waiting;
  std::map<uint64_t, uint64_t> waiting_by_number;  // insights
  uint64_t next_waiting = 1;  // goes on when all is told anew
  v1::Totals totals;

  void TakeInsight(const v1::Insight& insight, absl::Time taken_at);
  void TakeDay(const v1::DayCounts& day);
  // What holds it now, where leaders merged it; itself otherwise.
  uint64_t Holder(uint64_t insight) const;
  // Days before it go. Given by the clock: a report from an agent whose clock
  // is ahead must not push out what there is.
  void ForgetBefore(int32_t day);

  void NoteWaiting(const v1::Insight& insight);

  const v1::Leader* FindLeader(const std::string& id) const {
    for (const v1::Leader& leader : organisation.leaders()) {
      if (leader.id() == id) return &leader;
    }
    return nullptr;
  }
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_MODEL_H_
