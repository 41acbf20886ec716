#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_GLANCE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_GLANCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dashboard_feed/digest/coverage.h"
#include "dashboard_feed/mirror/facts.h"
#include "dashboard_feed/trend/trend.h"

namespace earshot::feed {

// What was heard of an insight in the stretch that its trend is about.
struct Lately {
  Trend trend;
  std::string region;   // the part of the scope that it is about; empty: all
  uint32_t people = 0;  // distinct, as far as places and days tell
  uint32_t sites = 0;
  uint32_t severe = 0;  // reports of severity 5 in the last three days
  // Others that may be the same issue in other words and were counted with it,
  // since on their own none of them says enough.
  std::vector<uint64_t> akin;
};

// One insight as a leader sees it, without its words: made for all of a scope,
// of which a digest shows a few. Numbers are those of the scope.
struct Glance {
  const Facts* facts = nullptr;  // not in the cache: what follows copies what
                                 // is asked of every glance
  uint64_t insight = 0;
  const Lately* lately = nullptr;  // nothing: in step with what is usual
  uint64_t observations = 0;
  uint64_t before = 0;  // of these, in the digest before; 0: hidden there
  int64_t priority_milli = 0;
  uint32_t topic = 0;
  Coverage::Scopes scopes = 0;  // that cover its topic
  uint32_t reporters = 0;
  uint32_t sites = 0;
  uint32_t severe = 0;  // as in Lately
  v1::State state = v1::STATE_UNSPECIFIED;
  v1::ObservationKind kind = v1::OBSERVATION_KIND_UNSPECIFIED;
  uint16_t quotable_severity = 0;  // as in Facts: also beyond the scope
  uint16_t quotable_length = 0;
  uint8_t severity_max = 0;
  bool hidden = false;     // the numbers are below k
  bool open = false;       // site and moment show
  bool partial = false;    // it has evidence outside the scope
  bool was_shown = false;  // in the digest before, or an earlier one
  bool answered = false;
  bool timed = false;  // it, or its answer, is due, or it was answered or
                       // muted
  bool settled_there = false;  // some of it there and then, or had to ask first
  bool decided = false;        // by some leader, once
  uint8_t escalation = 0;      // v1::Escalation::Stage
  bool effect = false;         // it fell, or its answer did not hold

  uint64_t id() const { return insight; }
  // The order of a digest.
  bool RanksBefore(const Glance& other) const {
    return priority_milli != other.priority_milli
               ? priority_milli > other.priority_milli
               : insight < other.insight;
  }
  Trend::Course course() const {
    return lately == nullptr ? Trend::Course::kSteady : lately->trend.course;
  }
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_GLANCE_H_
