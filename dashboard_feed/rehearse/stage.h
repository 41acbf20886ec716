#ifndef EARSHOT_DASHBOARD_FEED_REHEARSE_STAGE_H_
#define EARSHOT_DASHBOARD_FEED_REHEARSE_STAGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/telemetry/log.h"
#include "dashboard_feed/mirror/mirror.h"
#include "earshot/v1/configuration.pb.h"
#include "proto/contract/redact.h"
#include "proto/contract/rows.h"
#include "router/fold/fold.h"
#include "router/intake/record_reader.h"
#include "router/log/log.h"
#include "router/log/log_writer.h"
#include "router/views/views.h"

namespace earshot::feed {

// A clock that stands where it was put.
class StageClock final : public os::Clock {
 public:
  absl::Time Wall() const override { return now_; }
  absl::Duration Monotonic() const override { return now_ - absl::UnixEpoch(); }
  void Set(absl::Time now) { now_ = now; }

 private:
  absl::Time now_;
};

// What understanding said of one row.
struct RowReading {
  uint64_t row = 0;  // the number that Put gave
  uint64_t insight = 0;
  std::string topic;
  std::string reason;
};

// A router and a feed without the network between them: intake's reader, log,
// fold and views, and the feed's mirror, all in one folder, on a clock that
// the caller moves. One agent a site. One thread; the log's writer has its
// own.
class Stage {
 public:
  static absl::StatusOr<std::unique_ptr<Stage>> Open(
      const std::string& folder, const v1::Organisation& organisation,
      const v1::Subscriptions& subscriptions);

  // Takes a row in at the clock's time. InvalidArgument: it is refused, with
  // the reason, and nothing happened. It is folded by the next Settle.
  absl::StatusOr<uint64_t> Put(const contract::Row& row);
  // Folds what was put and brings the feed's mirror up to it; what was read.
  absl::StatusOr<std::vector<RowReading>> Settle();

  StageClock& clock() { return clock_; }
  const Model& model() const { return mirror_->model(); }

 private:
  static constexpr size_t kRowsAtOnce = 4096;

  explicit Stage(std::string folder);
  absl::Status Start(const v1::Organisation& organisation,
                     const v1::Subscriptions& subscriptions);
  absl::Status Append();
  absl::Status FoldAll();
  absl::Status FillMirror();
  absl::StatusOr<std::vector<RowReading>> TakeReadings();

  const std::string folder_;
  StageClock clock_;
  os::SystemRandom random_;
  telemetry::Log log_;
  contract::Redactor redactor_;
  const std::string key_;
  router::RecordReader records_;
  std::unique_ptr<router::LogWriter> writer_;
  std::unique_ptr<router::Log> reader_;
  std::unique_ptr<router::Views> views_;
  std::unique_ptr<router::Fold> fold_;
  std::unique_ptr<Mirror> mirror_;
  router::LogAppend pending_;
  std::vector<uint64_t> pending_rows_;
  std::map<std::string, absl::Time> contacts_;
  std::map<uint64_t, uint64_t> row_at_;  // by position, until it is read
  uint64_t rows_ = 0;
  uint64_t read_ = 0;  // position of the last reading taken
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_REHEARSE_STAGE_H_
