#ifndef EARSHOT_BASE_SPOOL_SPOOL_H_
#define EARSHOT_BASE_SPOOL_SPOOL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/store/database.h"
#include "base/wire/limits.h"

// A peer's durable queue of records for its hub: what Append returned OK for
// survives a power cut and is sent, in order, until the hub has it.
namespace earshot::spool {

struct SpoolOptions {
  uint64_t cap_bytes = 512ULL << 20;  // of record bodies; then refuse-new
  absl::Duration retain = absl::Hours(24 * 7);  // acknowledged records
};

struct NewRecord {
  uint32_t lane = 0;
  uint32_t kind = 0;
  std::string id;  // 16 bytes
  std::string body;
};

struct StoredRecord {
  uint64_t seq = 0;
  uint32_t kind = 0;
  std::string id;
  std::string body;
};

struct LaneState {
  uint32_t lane = 0;
  uint64_t spooled = 0;  // last seq written
  uint64_t acked = 0;    // last seq known to be durable at the hub
  uint64_t first = 0;    // oldest seq still held; 0: none
};

struct SpoolStatus {
  uint64_t epoch = 0;
  std::vector<LaneState> lanes;
  uint64_t bytes = 0;
  uint64_t cap_bytes = 0;
  std::optional<absl::Time> oldest_unacked;
  uint64_t alarms = 0;  // times this spool had to take a new epoch
};

enum class AppendResult { kAppended, kAlreadyThere };

// On SQLite, one file. Several processes may append at once (the command line
// beside the daemon); only the daemon acknowledges. One thread each object.
class Spool {
 public:
  static absl::StatusOr<std::unique_ptr<Spool>> Open(
      const std::string& path, const SpoolOptions& options, os::Random& random);

  // Durable when it returns OK, all or nothing. A record whose id the spool
  // still remembers is kAlreadyThere. ResourceExhausted when the cap is
  // reached even after the oldest acknowledged records went: nothing was
  // written; unacknowledged ones are never deleted.
  absl::StatusOr<std::vector<AppendResult>> Append(
      const std::vector<NewRecord>& records, absl::Time now);

  // From `seq` on, at most `most` records and about `bytes` of bodies.
  absl::StatusOr<std::vector<StoredRecord>> Read(uint32_t lane, uint64_t seq,
                                                 size_t most, size_t bytes);
  // h(seq) of a lane in the current epoch; NotFound when it is not held.
  absl::StatusOr<std::string> HashAt(uint32_t lane, uint64_t seq);

  absl::Status MarkAcked(uint32_t lane, uint64_t seq);
  // The hub refused this record for good.
  absl::Status MarkRefused(uint32_t lane, uint64_t seq, const std::string& code,
                           const std::string& text);
  // Starts a new epoch: the records after `believed` of each lane (indexed by
  // lane) are numbered again from 1; what is before them is forgotten. Counts
  // as an alarm.
  absl::Status NewEpoch(const std::vector<uint64_t>& believed);

  // Drops acknowledged records older than `retain`. At most 10,000 a call.
  absl::Status Expire(absl::Time now);

  // Empties the bodies of these records wherever they still stand; numbers
  // and hashes stay. How many had a body.
  absl::StatusOr<uint64_t> EraseBodies(const std::vector<std::string>& ids);

  absl::StatusOr<SpoolStatus> Status();

  // What the hub refused for good, the latest first.
  struct RefusedRecord {
    uint32_t lane = 0;
    uint64_t seq = 0;
    std::string id;
    std::string code;
    std::string text;
  };
  absl::StatusOr<std::vector<RefusedRecord>> Refused(size_t most);

  // For a configuration that was read again.
  void SetOptions(const SpoolOptions& options) { options_ = options; }

  // The lane and seq of a record, if it is still held.
  struct Place {
    uint32_t lane = 0;
    uint64_t seq = 0;
    bool acked = false;
  };
  absl::StatusOr<std::optional<Place>> Find(std::string_view id);

  uint64_t epoch() const { return epoch_; }
  // Rereads what another process may have appended or renumbered.
  absl::StatusOr<std::vector<LaneState>> Lanes();

  store::Database& database() { return *database_; }

 private:
  Spool(std::unique_ptr<store::Database> database, SpoolOptions options,
        os::Random& random);
  absl::Status EnsureEpoch();
  absl::Status MakeRoom(uint64_t bytes);
  absl::StatusOr<uint64_t> Bytes();
  absl::StatusOr<LaneState> Lane(uint32_t lane);

  std::unique_ptr<store::Database> database_;
  SpoolOptions options_;
  os::Random& random_;
  uint64_t epoch_ = 0;
  store::Statement insert_;
  store::Statement known_;
  store::Statement lane_;
  store::Statement advance_;
  store::Statement read_;
  store::Statement hash_;
};

}  // namespace earshot::spool

#endif  // EARSHOT_BASE_SPOOL_SPOOL_H_
