#ifndef EARSHOT_BASE_SPOOL_UPLINK_H_
#define EARSHOT_BASE_SPOOL_UPLINK_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/spool/spool.h"
#include "earshot/v1/session.pb.h"

namespace earshot::spool {

struct UplinkCounters {
  uint64_t batches = 0;
  uint64_t records = 0;
  uint64_t refused_batches = 0;  // the hub asked to rewind
  uint64_t nacks = 0;
  uint64_t new_epochs = 0;     // an ack could not be ours: alarm
  uint64_t hub_regressed = 0;  // the hub lost what it had acknowledged
  uint64_t lost_declared = 0;  // records we no longer had
};

// Sends a spool to its hub within credit, and believes an acknowledgement
// only if the rolling hash agrees. No I/O but the spool; one thread. In
// flight are at most the hub's credit and kInFlightRecords a lane.
class Uplink {
 public:
  static constexpr uint64_t kInFlightRecords = 4096;
  // Nothing was acknowledged for so long while something was in flight.
  static constexpr absl::Duration kStalledAfter = absl::Seconds(30);

  explicit Uplink(Spool& spool) : spool_(spool) {}

  absl::Status FillHello(v1::Hello& hello);

  // kRedial: the spool has taken a new epoch; end the session and dial again.
  enum class Outcome { kGoOn, kRedial };
  absl::StatusOr<Outcome> OnWelcome(const v1::Welcome& welcome);
  absl::StatusOr<Outcome> OnAck(const v1::Ack& ack);

  struct Frame {
    v1::Kind kind;
    std::string body;
  };
  // The next BATCH or LOST, urgent lane first; nothing when all is sent or
  // the credit is used up.
  absl::StatusOr<std::optional<Frame>> Next();

  // In this session the hub has said that it has everything spooled.
  absl::StatusOr<bool> Drained();
  // To be called at each turn of the loop. True: a frame was lost on a session
  // that lives; end it, and the next one sends again.
  bool Stalled(absl::Duration now);
  // When Stalled may next be true; infinite: nothing is in flight.
  absl::Duration StallsAt() const;
  // Records sent and not yet acknowledged.
  uint64_t InFlight() const;
  // Last record sent on a lane in this session.
  uint64_t Sent(uint32_t lane) const { return lanes_[lane].sent; }

  const UplinkCounters& counters() const { return counters_; }

 private:
  struct LaneProgress {
    uint64_t durable = 0;  // at the hub, believed
    uint64_t sent = 0;
    uint64_t credit = 0;
    bool lost_pending = false;
  };
  absl::StatusOr<Outcome> Believe(const v1::LaneMark& mark,
                                  const LaneState& state, bool rewind);
  absl::StatusOr<Outcome> TakeNewEpoch();
  absl::StatusOr<std::optional<Frame>> NextLost(const LaneState& state);

  Spool& spool_;
  std::array<LaneProgress, wire::kMaxLanes> lanes_{};
  bool progress_ = true;  // since the last call of Stalled
  absl::Duration progress_at_;
  UplinkCounters counters_;
};

}  // namespace earshot::spool

#endif  // EARSHOT_BASE_SPOOL_UPLINK_H_
