#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_FACTS_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_FACTS_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/places.h"
#include "earshot/v1/insight.pb.h"

// What ranking needs to know of an insight, without its words: a digest goes
// through all of a leader's, and shows a few. Times are seconds since 1970;
// names are numbers of the Vocabulary.
namespace earshot::feed {

// Never, for a time of Facts.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

// Names that insights share. Only grows; one thread.
struct Vocabulary {
  Places places;
  Names topics;
  Names leaders;
  Names promises;
  Names currencies;
  Names marks;  // 4 bytes each
};

// 16 bytes.
struct CellFacts {
  uint32_t place = 0;
  uint32_t observations = 0;
  uint32_t reporters = 0;
  uint32_t severity_max = 0;
};

inline constexpr int64_t kQuarterSeconds = 6 * 3600;  // of a day

// Counts of six hours at one place. 20 bytes.
struct QuarterCount {
  int32_t quarter = 0;  // since 1970-01-01 00:00 UTC
  uint32_t place = 0;
  uint32_t observations = 0;  // repeats left out
  uint32_t reporters = 0;     // first heard in the insight that day there
  uint32_t severe = 0;        // of severity 5
};

struct AkinFacts {
  uint32_t slot = 0;  // of the other insight
  uint32_t score_milli = 0;
};

struct PromiseFacts {
  uint32_t promise = 0;
  uint32_t site = 0;  // a number of Places::sites()
  uint32_t kept = 0;
  uint32_t broken = 0;
  uint32_t reporters = 0;
};

// A verbatim that may be quoted.
struct QuotableFacts {
  uint32_t place = 0;
  uint16_t severity = 0;
  uint16_t length = 0;  // bytes
};

struct CostFacts {
  uint32_t currency = 0;  // no typical cost: not known
  uint32_t typical = 0;
  uint32_t low = 0;
  uint32_t high = 0;
};

// Which of its cells are always open: shown with site and moment.
enum class OpenCells : uint8_t { kNone, kSevere, kAll };

// What every pass asks for stands first: it is read for all insights at once.
struct Facts {
  bool known = false;          // false: only days were told of it
  bool open_anywhere = false;  // a cell with observations is open
  bool answered = false;
  OpenCells open = OpenCells::kNone;
  uint32_t topic = 0;
  uint64_t id = 0;
  std::vector<QuarterCount> counts;  // of the days that are kept; rising
  std::vector<CellFacts> cells;      // those with observations
  uint64_t observations = 0;
  int64_t priority_milli = 0;
  uint32_t reporters = 0;
  uint32_t sites = 0;
  uint32_t severity_max = 0;
  uint16_t quotable_severity = 0;  // the most severe that may be quoted,
  uint16_t quotable_length = 0;    // and the longest of these; 0: none
  v1::State state = v1::STATE_UNSPECIFIED;
  v1::ObservationKind kind = v1::OBSERVATION_KIND_UNSPECIFIED;
  int64_t due = kNever;
  int64_t answer_due = kNever;
  int64_t answered_at = kNever;  // the last answer
  int64_t closed_at = kNever;    // when the front line confirmed it, or did not
                                 // challenge it in time
  int64_t muted_until = kNever;
  int64_t first_seen = kNever;
  int64_t taken_at = kNever;  // milliseconds: when the feed heard of it so
  int64_t size_milli = 0;     // of the priority for breadth and volume
  uint64_t late = 0;
  int64_t opened_at = kNever;          // when what opened it came in
  int64_t first_decided_at = kNever;   // by any leader, ...
  int64_t first_answered_at = kNever;  // ... with an answer
  int64_t spent_cents = 0;             // on the spot, in its first currency
  uint32_t spent_currency = 0;         // of Vocabulary::currencies
  uint32_t on_the_spot = 0;            // settled there and then
  uint32_t lacked_authority = 0;       // had to ask first
  uint32_t on_the_spot_people = 0;
  uint32_t lacked_authority_people = 0;
  uint32_t escalated_to = 0;  // the leader, of Vocabulary::leaders
  uint16_t regressions = 0;
  uint8_t escalation = 0;  // v1::Escalation::Stage
  uint8_t subject = 0;     // v1::Subject
  CostFacts cost;
  uint32_t slot = 0;            // where FactsTable has it
  uint16_t familiar_milli = 0;  // as in Insight
  std::vector<uint32_t> marks;
  std::vector<AkinFacts> akin;  // suggested when it was opened
  std::vector<PromiseFacts> promises;
  std::vector<QuotableFacts> quotable;

  bool IsOpen(const CellFacts& cell) const {
    return open == OpenCells::kAll ||
           (open == OpenCells::kSevere && cell.severity_max >= 5);
  }
};

// Everything but slot, akin and counts, which stay as they were.
void SetFacts(const v1::Insight& insight, absl::Time taken_at,
              Vocabulary& words, Facts& facts);

// Only its evidence, as an earlier version had it: numbers and cells.
void SetEvidence(const v1::Insight& insight, const Places& places,
                 Facts& facts);

// What of an insight is always open. The router tells so for the insight alone;
// severity 5 can be told by cell, kind and tag cannot.
OpenCells OpenCellsOf(const v1::Insight& insight);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_FACTS_H_
