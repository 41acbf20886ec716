#ifndef EARSHOT_ROUTER_INSIGHT_INSIGHT_H_
#define EARSHOT_ROUTER_INSIGHT_INSIGHT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "earshot/v1/insight.pb.h"
#include "earshot/v1/log.pb.h"

// What happens to an insight when evidence comes or goes. Pure: same insight
// and evidence, same result. Bounds are those of insight.proto.
namespace earshot::router {

inline constexpr int kMostCells = 512;
inline constexpr int kMostVerbatims = 8;
inline constexpr int kMostAnswers = 8;
inline constexpr int kMostEvents = 16;
inline constexpr int kMostNotApplied = 4;  // of these
inline constexpr int kMostWeeks = 26;
inline constexpr int kMostMonths = 60;
inline constexpr int kMostDayCells = 2048;
inline constexpr int kMostPromiseCells = 128;
inline constexpr size_t kVerbatimBytes = 600;  // longer ones are shortened

// One observation as an insight counts it.
struct Evidence {
  v1::ObservationRecord observation;
  std::string text;  // empty: erased
  v1::Reading reading;
  bool lacked_authority = false;  // somebody had to ask first
  std::string thanked;  // of praise, whom it names; empty: nobody, or erased
};

// Who is named by the observations that `of` tells is not named any more.
void DropThanked(v1::Insight& insight,
                 const std::function<bool(const std::string&)>& of);

// By what the reporter tagged it with, or what it is about.
bool LackedAuthority(const v1::PersonalObservation& personal,
                     const v1::Reading& reading);

// Shown as such, and not counted.
bool IsRepeat(const v1::Reading& reading);

// An insight of which `evidence` is the first.
v1::Insight OpenInsight(uint64_t id, const Evidence& evidence);

// Counts it, unless it is a repeat, which is only shown as such.
void AddEvidence(v1::Insight& insight, const Evidence& evidence);

// Takes a withdrawn or corrected observation back out; `last_of_reporter`:
// this reporter has no other evidence in here. First and last seen stay: they
// say when the issue was seen, not who said so.
void RemoveEvidence(v1::Insight& insight, const Evidence& evidence,
                    bool last_of_reporter);

// What employees live through themselves is among what it holds, or was before
// leaders merged it.
bool HoldsExperience(const v1::Insight& insight);

// The day since 1970-01-01 (UTC) on which it was observed.
int32_t DayOf(const v1::ObservationRecord& observation);

// Counts it on its day, unless it is a repeat; and takes it back out.
void AddToDay(v1::DayCounts& day, const Evidence& evidence);
void RemoveFromDay(v1::DayCounts& day, const Evidence& evidence,
                   bool last_of_reporter);

// The same in its weeks and months. What is older than those that are kept is
// in none.
void AddToSpans(v1::Insight& insight, const v1::ObservationRecord& observation);
void RemoveFromSpans(v1::Insight& insight,
                     const v1::ObservationRecord& observation);

// Distinct sites among its cells.
uint32_t SiteCount(const v1::Insight& insight);

// At most `bytes`, cut between code points, with an ellipsis when cut.
std::string Shorten(const std::string& utf8, size_t bytes);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_INSIGHT_H_
