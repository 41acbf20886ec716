#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_COVERAGE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_COVERAGE_H_

#include <cstdint>
#include <vector>

#include "dashboard_feed/mirror/model.h"
#include "proto/contract/leader_scope.h"

namespace earshot::feed {

// A leader's scope over the model's places and topics, asked once for each and
// then by number. Immutable: of the places and topics that there were when it
// was made. The model and the leader outlive it.
class Coverage {
 public:
  using Scopes = contract::LeaderScope::Scopes;

  // `scope_only`: scope() alone may be asked, and it costs little to make and
  // to keep.
  Coverage(const Model& model, const v1::Leader& leader,
           bool scope_only = false);

  // Those of the leader's scopes that cover it.
  Scopes OfPlace(uint32_t place) const { return of_place_[place]; }
  Scopes OfTopic(uint32_t topic) const { return of_topic_[topic]; }
  // What is of this topic is covered wherever it was observed.
  bool HasEveryPlace(uint32_t topic) const { return every_place_[topic]; }
  const contract::LeaderScope& scope() const { return scope_; }

  // How many EachCandidate may call with, at most.
  size_t candidates() const {
    return all_ ? table_.size() : candidates_.size();
  }
  // Asks memory for what is read soon: most of the time would go into waiting.
  static void Prefetch(const Facts& facts) {
    const auto* const bytes = reinterpret_cast<const char*>(&facts);
    for (size_t at = 0; at < 4 * kLine; at += kLine) {
      __builtin_prefetch(bytes + at);
    }
  }
  static void PrefetchLists(const Facts& facts) {
    if (!facts.counts.empty()) {
      const auto* const counts =
          reinterpret_cast<const char*>(facts.counts.data());
      __builtin_prefetch(counts);
      __builtin_prefetch(counts + kLine);
    }
    __builtin_prefetch(facts.cells.data());
    __builtin_prefetch(facts.akin.data());
  }
  // Calls `call` with the facts of each known insight that may be in the scope,
  // once.
  template <typename Call>
  void EachCandidate(const Call& call) const {
    const size_t count = candidates();
    const auto slot = [&](size_t i) { return all_ ? i : candidates_[i]; };
    for (size_t i = 0; i < count; ++i) {
      if (i + kFar < count) Prefetch(table_[slot(i + kFar)]);
      if (i + kNear < count) PrefetchLists(table_[slot(i + kNear)]);
      const Facts& facts = table_[slot(i)];
      if (facts.known && of_topic_[facts.topic] != 0) call(facts);
    }
  }

 private:
  static constexpr size_t kFar = 24;
  static constexpr size_t kNear = 12;
  static constexpr size_t kLine = 64;  // bytes

  void ChooseCandidates(const Places& places);

  const FactsTable& table_;
  contract::LeaderScope scope_;
  std::vector<Scopes> of_place_;
  std::vector<Scopes> of_topic_;
  std::vector<bool> every_place_;
  bool all_ = true;                   // nearly all, so one after the other
  std::vector<uint32_t> candidates_;  // slots
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_COVERAGE_H_
