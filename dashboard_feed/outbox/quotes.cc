// What digests that were sent have quoted, and is to be erased.
#include <set>
#include <string>
#include <vector>

#include "dashboard_feed/outbox/outbox.h"
#include "dashboard_feed/outbox/scrub.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

absl::Status Outbox::EraseQuotes(const std::set<uint64_t>& insights) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  struct Changed {
    std::string leader;
    uint64_t seq = 0;
    std::string body;
  };
  constexpr size_t kAtOnce = 100;
  std::string leader;
  uint64_t seq = 0;
  while (true) {
    store::Statement read = database_->Prepare(
        "SELECT leader, seq, body FROM queue WHERE (leader, seq)>(?1, ?2)"
        " ORDER BY leader, seq LIMIT ?3");
    read.BindText(1, leader).Bind(2, seq).Bind(3, uint64_t{kAtOnce});
    std::vector<Changed> changed;
    size_t rows = 0;
    absl::StatusOr<bool> row = false;
    for (; (row = read.Step()).ok() && *row; ++rows) {
      leader = read.Text(0);
      seq = read.Unsigned(1);
      v1::Digest digest;
      if (!digest.ParseFromString(read.Blob(2))) continue;
      if (!Scrub(insights, digest)) continue;
      changed.push_back({leader, seq, digest.SerializeAsString()});
    }
    if (!row.ok()) return row.status();
    store::Statement put = database_->Prepare(
        "UPDATE queue SET body=?3 WHERE leader=?1 AND seq=?2");
    for (const Changed& one : changed) {
      absl::Status status = put.BindText(1, one.leader)
                                .Bind(2, one.seq)
                                .BindBlob(3, one.body)
                                .Run();
      if (!status.ok()) return status;
    }
    if (rows < kAtOnce) break;
  }
  absl::Status status = transaction->Commit();
  // What was written lately stands in the WAL as well.
  return status.ok() ? database_->Checkpoint(/*truncate=*/true) : status;
}

}  // namespace earshot::feed
