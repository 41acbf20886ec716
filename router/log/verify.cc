#include "router/log/verify.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "base/store/database.h"
#include "earshot/v1/log.pb.h"
#include "router/log/block.h"

namespace earshot::router {
namespace {

constexpr uint64_t kTellEach = 50000;  // records

// What a record says of its personal part; nothing: it has none.
template <typename Record>
std::optional<std::string> HmacIn(std::string_view body) {
  Record record;
  if (!record.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return std::nullopt;
  }
  return record.personal_hmac();
}

std::optional<std::string> HmacOf(v1::LogKind kind, std::string_view body) {
  switch (kind) {
    case v1::LOG_OBSERVATION:
      return HmacIn<v1::ObservationRecord>(body);
    case v1::LOG_READING:
      return HmacIn<v1::Reading>(body);
    case v1::LOG_DECISION:
      return HmacIn<v1::DecisionRecord>(body);
    case v1::LOG_VERDICT:
      return HmacIn<v1::VerdictRecord>(body);
    default:
      return std::string();
  }
}

class Verifier {
 public:
  Verifier(store::Database& database, const std::string& head,
           const std::function<void(uint64_t)>& progress)
      : blocks_(database.Prepare(
            "SELECT first, last, kind, bodies, parts FROM log_blocks "
            "ORDER BY last")),
        commits_(database.Prepare(
            "SELECT first, last, hash FROM commit_groups ORDER BY last")),
        head_(head),
        progress_(progress) {
    verdict_.head = std::string(32, '\0');  // before the first commit
  }

  absl::StatusOr<LogVerdict> Run() {
    while (verdict_.broken_at == 0) {
      const auto commit = commits_.Step();
      if (!commit.ok()) return commit.status();
      if (!*commit) break;
      absl::Status status =
          Commit(commits_.Unsigned(0), commits_.Unsigned(1), commits_.Blob(2));
      if (!status.ok()) return status;
    }
    if (verdict_.broken_at == 0) {
      const auto more = blocks_.Step();
      if (!more.ok()) return more.status();
      if (*more) Broken(blocks_.Unsigned(0), "a record of no commit");
    }
    return std::move(verdict_);
  }

 private:
  void Broken(uint64_t position, std::string what) {
    if (verdict_.broken_at != 0) return;
    verdict_.broken_at = position;
    verdict_.what = std::move(what);
  }

  absl::Status Commit(uint64_t first, uint64_t last, const std::string& hash) {
    if (first != next_ || last < first) {
      Broken(next_, fmt::format("a commit begins at {} instead", first));
      return absl::OkStatus();
    }
    std::string chained = verdict_.head;
    while (next_ <= last) {
      const auto row = blocks_.Step();
      if (!row.ok()) return row.status();
      if (!*row || blocks_.Unsigned(0) != next_) {
        Broken(next_, "the record is missing");
        return absl::OkStatus();
      }
      chained += blocks_.View(3);
      if (!Block(last)) return absl::OkStatus();
    }
    ++verdict_.commits;
    verdict_.head = os::Sha256(chained);
    if (verdict_.head != hash) {
      Broken(first, fmt::format("records {} to {} are not what was committed",
                                first, last));
    }
    if (!head_.empty() &&
        os::ToHex(verdict_.head).compare(0, head_.size(), head_) == 0) {
      verdict_.found = true;
    }
    return absl::OkStatus();
  }

  // False: it is not one that was written.
  bool Block(uint64_t last_of_commit) {
    BlockReader entry(next_, blocks_.View(3), blocks_.View(4));
    while (entry.Next()) {
      if (static_cast<int>(entry.kind()) != blocks_.Int(2)) {
        Broken(next_, "the record is of another kind than its block");
      }
      Personal(entry);
      ++next_;
      if (++verdict_.records % kTellEach == 0) progress_(verdict_.records);
    }
    if (entry.damaged()) {
      Broken(next_, "the record cannot be read");
    } else if (next_ != blocks_.Unsigned(1) + 1 || next_ > last_of_commit + 1) {
      Broken(next_,
             "a block does not end with the records that it should have");
    }
    return verdict_.broken_at == 0;
  }

  void Personal(const BlockReader& entry) {
    const auto hmac = HmacOf(entry.kind(), entry.body());
    if (!hmac) return Broken(next_, "the record cannot be read");
    const EntryParts& parts = entry.parts();
    if (hmac->empty()) {
      if (parts.personal) {
        Broken(next_, "a personal part that the record does not know");
      }
      return;
    }
    if (!parts.personal) {
      ++verdict_.erased;
    } else if (os::HmacSha256(parts.salt, *parts.personal) == *hmac) {
      ++verdict_.personal;
    } else {
      Broken(next_, "the personal part is not the one that was written");
    }
  }

  store::Statement blocks_;
  store::Statement commits_;
  const std::string head_;
  const std::function<void(uint64_t)>& progress_;
  LogVerdict verdict_;
  uint64_t next_ = 1;
};

}  // namespace

absl::StatusOr<LogVerdict> VerifyLog(
    const std::string& path, const std::string& head,
    const std::function<void(uint64_t)>& progress) {
  store::OpenOptions options;
  options.read_only = true;
  auto database = store::Database::Open(path, {}, options);
  if (!database.ok()) return database.status();
  // Both reads are of one moment, whatever is committed meanwhile.
  absl::Status moment = (*database)->Prepare("BEGIN").Run();
  if (!moment.ok()) return moment;
  return Verifier(**database, head, progress).Run();
}

}  // namespace earshot::router
