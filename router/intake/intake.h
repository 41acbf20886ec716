#ifndef EARSHOT_ROUTER_INTAKE_INTAKE_H_
#define EARSHOT_ROUTER_INTAKE_INTAKE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/telemetry/metrics.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/redact.h"
#include "router/access/access.h"
#include "router/intake/record_reader.h"
#include "router/log/log.h"

namespace earshot::router {

struct IntakeCounters {
  telemetry::Counter records;
  telemetry::Counter repeats;  // sent again below the watermark
  telemetry::Counter refused_batches;
  telemetry::Counter dead_letters;
  telemetry::Counter lost;  // declared by agents
  telemetry::Counter batches_malformed;
  telemetry::Counter redactor_hits;  // what an agent should have removed
};

// What one batch came to, for the log line of its commit group.
struct BatchNote {
  std::string agent;
  uint64_t epoch = 0;
  uint32_t lane = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t count = 0;
  uint64_t repeats = 0;
  std::vector<std::string> refusals;  // codes, one a dead letter
};

struct IntakeOptions {
  uint64_t credit_records = 4096;
  uint32_t retain_s = 7 * 24 * 3600;
};

// Takes batches in: the watermark and rolling hash of each lane, gaps, LOST,
// credit, and what is refused. Decides only; the caller writes the append and
// reports the outcome by its ticket, and only then is there an ACK. One
// thread. Memory: one row for each (agent, epoch, lane) it took something from
// (kEpochsPerPeer), and what is in flight.
class Intake {
 public:
  static constexpr size_t kEpochsPerPeer = 256;

  Intake(const IntakeOptions& options, RecordReader& reader,
         const std::vector<Watermark>& durable);

  // Whether a peer may open this epoch: one it has, or one more of at most
  // kEpochsPerPeer.
  bool MayUseEpoch(const std::string& agent, uint64_t epoch) const;

  // Something was taken from this peer, but nothing of this epoch yet.
  bool StartsAnew(const std::string& agent, uint64_t epoch) const;
  // Less is durable here than the peer was told: this log is an older copy.
  bool IsBehind(const std::string& agent, const v1::Hello& hello) const;

  // What HELLO is answered with: marks and credit of this epoch.
  v1::Welcome MakeWelcome(const Enrolled& peer, const v1::Hello& hello) const;

  struct Taken {
    uint64_t ticket = 0;  // 0: nothing to write
    LogAppend append;
    std::optional<v1::Ack> ack;  // at once: refused, or all known
    BatchNote note;
    bool malformed = false;               // not a batch at all
    std::vector<std::string> unparsable;  // for the quarantine
  };
  // `epoch` is that of the session's HELLO: a batch of another is malformed.
  Taken TakeBatch(const Enrolled& peer, uint64_t epoch, const std::string& body,
                  absl::Time now);
  Taken TakeLost(const Enrolled& peer, uint64_t epoch, const std::string& body,
                 absl::Time now);
  // A dead letter once more; nothing to write when it is still refused.
  Taken TakeReplay(const Enrolled& peer, const DeadLetter& letter,
                   absl::Time now);

  struct Done {
    v1::Ack ack;
    BatchNote note;
  };
  // Nothing for a replay.
  std::optional<Done> OnCommitted(uint64_t ticket);
  // Nothing was written: the lane goes back to what is durable.
  std::optional<Done> OnFailed(uint64_t ticket);

  // Stops or gives credit to everyone; takes effect with the next ACK.
  void SetPaused(bool paused) { paused_ = paused; }
  // An ACK for each lane of an epoch, to tell its peer of new credit.
  std::vector<v1::Ack> CreditOf(const std::string& agent, uint64_t epoch) const;
  const IntakeCounters& counters() const { return counters_; }

 private:
  struct Mark {
    uint64_t seq = 0;
    std::string hash;
  };
  struct Lane {
    Mark accepted;  // submitted to the log
    Mark durable;
  };
  struct Key {
    std::string agent;
    uint64_t epoch = 0;
    uint32_t lane = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct InFlight {
    Key key;
    Mark mark;
    std::vector<v1::Nack> nacks;
    BatchNote note;
    bool replay = false;
  };
  Lane Find(const Key& key) const;  // a fresh one if there is none
  v1::Ack MakeAck(const Key& key, const Lane& lane, bool refused) const;
  uint64_t Credit(const Lane& lane) const;
  void TakeRecords(const Enrolled& peer, const v1::Batch& batch, Mark& mark,
                   uint64_t skip, absl::Time now, Taken& taken,
                   InFlight& flight);

  const IntakeOptions options_;
  RecordReader& reader_;
  std::map<Key, Lane> lanes_;
  std::unordered_map<uint64_t, InFlight> in_flight_;
  uint64_t next_ticket_ = 1;
  bool paused_ = false;
  IntakeCounters counters_;
  v1::Batch batch_;  // reused: parsing into it allocates little
  LogEntry entry_;   // likewise
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INTAKE_INTAKE_H_
