#include "router/log/verify.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "base/store/database.h"
#include "earshot/v1/log.pb.h"

namespace earshot::router {
namespace {

constexpr uint64_t kTellEach = 50000;  // records

// What a record says of its personal part; nothing: it has none.
template <typename Record>
std::optional<std::string> HmacIn(const std::string& body) {
  Record record;
  if (!record.ParseFromString(body)) return std::nullopt;
  return record.personal_hmac();
}

std::optional<std::string> HmacOf(v1::LogKind kind, const std::string& body) {
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
      : records_(database.Prepare(
            "SELECT l.position, l.kind, l.body, p.salt, p.body FROM log l "
            "LEFT JOIN personal p USING(position) ORDER BY l.position")),
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
      const auto more = records_.Step();
      if (!more.ok()) return more.status();
      if (*more) Broken(records_.Unsigned(0), "a record of no commit");
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
    for (; next_ <= last; ++next_) {
      const auto row = records_.Step();
      if (!row.ok()) return row.status();
      if (!*row || records_.Unsigned(0) != next_) {
        Broken(next_, "the record is missing");
        return absl::OkStatus();
      }
      const std::string body = records_.Blob(2);
      chained.push_back(static_cast<char>(records_.Int(1)));
      os::AppendU64(chained, body.size());
      chained += body;
      Personal(static_cast<v1::LogKind>(records_.Int(1)), body);
      if (++verdict_.records % kTellEach == 0) progress_(verdict_.records);
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

  void Personal(v1::LogKind kind, const std::string& body) {
    const auto hmac = HmacOf(kind, body);
    if (!hmac) return Broken(next_, "the record cannot be read");
    const bool has = !records_.IsNull(4);
    if (hmac->empty()) {
      if (has) Broken(next_, "a personal part that the record does not know");
      return;
    }
    if (!has) {
      ++verdict_.erased;
    } else if (os::HmacSha256(records_.Blob(3), records_.Blob(4)) == *hmac) {
      ++verdict_.personal;
    } else {
      Broken(next_, "the personal part is not the one that was written");
    }
  }

  store::Statement records_;
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
