#include "dashboard_feed/outbox/deliveries.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace earshot::feed {
namespace {

constexpr char kColumns[] =
    "SELECT id, subscription, period, channel, leader, seq, state, attempts,"
    " queued_at, next_at, until, changed_at, reason, detail, fallback_of,"
    " format"
    " FROM deliveries ";

// Times are stored as milliseconds since 1970.
int64_t Stored(absl::Time time) { return absl::ToUnixMillis(time); }
int Stored(DeliveryState state) { return static_cast<int>(state); }

// At most `most` bytes, and no half of a character.
std::string_view Cut(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) {
    --most;
  }
  return text.substr(0, most);
}

// What may stand in an HTTP header and in a mail's Message-ID.
void AppendSafe(std::string& key, std::string_view part) {
  for (const char c : part) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                       c == '+';
    if (plain) {
      key += c;
    } else {
      key += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

}  // namespace

std::string_view DeliveryStateName(DeliveryState state) {
  switch (state) {
    case DeliveryState::kQueued:
      return "queued";
    case DeliveryState::kSending:
      return "sending";
    case DeliveryState::kDelivered:
      return "delivered";
    case DeliveryState::kParked:
      return "parked";
  }
  return "unknown";
}

std::string Delivery::IdempotencyKey() const {
  std::string key;
  AppendSafe(key, subscription);
  key += ':';
  AppendSafe(key, period);
  key += ':';
  AppendSafe(key, channel);
  return key;
}

const char* Deliveries::Migration() {
  return "CREATE TABLE deliveries(id INTEGER PRIMARY KEY AUTOINCREMENT,"
         " subscription TEXT NOT NULL, period TEXT NOT NULL,"
         " channel TEXT NOT NULL, leader TEXT NOT NULL, seq INTEGER NOT NULL,"
         " state INTEGER NOT NULL, attempts INTEGER NOT NULL,"
         " queued_at INTEGER NOT NULL, next_at INTEGER NOT NULL,"
         " until INTEGER NOT NULL, changed_at INTEGER NOT NULL,"
         " reason TEXT NOT NULL, detail TEXT NOT NULL,"
         " fallback_of TEXT NOT NULL,"
         " UNIQUE(subscription, period, channel));"
         "CREATE INDEX deliveries_by_time ON"
         " deliveries(state, channel, next_at);"
         "CREATE INDEX deliveries_by_digest ON deliveries(leader, seq);"
         "ALTER TABLE store ADD COLUMN"
         " deliveries_dropped INTEGER NOT NULL DEFAULT 0;";
}

const char* Deliveries::FormatMigration() {
  return "ALTER TABLE deliveries ADD COLUMN format INTEGER NOT NULL DEFAULT 0;";
}

absl::Status Deliveries::Queue(const Delivery& delivery) {
  store::Statement put = database_.Prepare(
      "INSERT OR IGNORE INTO deliveries(subscription, period, channel, leader,"
      " seq, state, attempts, queued_at, next_at, until, changed_at, reason,"
      " detail, fallback_of, format) "
      "VALUES(?1,?2,?3,?4,?5,?6,0,?7,?8,?9,?7,'','',?10,?11)");
  return put.BindText(1, delivery.subscription)
      .BindText(2, delivery.period)
      .BindText(3, delivery.channel)
      .BindText(4, delivery.leader)
      .Bind(5, delivery.seq)
      .Bind(6, Stored(DeliveryState::kQueued))
      .Bind(7, Stored(delivery.queued_at))
      .Bind(8, Stored(delivery.next_at))
      .Bind(9, Stored(delivery.until))
      .BindText(10, delivery.fallback_of)
      .Bind(11, delivery.format)
      .Run();
}

absl::Status Deliveries::Trim(const std::string& leader) {
  store::Statement count = database_.Prepare(
      "UPDATE store SET deliveries_dropped=deliveries_dropped+("
      "SELECT count(*) FROM deliveries d WHERE leader=?1 AND state<>?2"
      " AND NOT EXISTS(SELECT 1 FROM queue q"
      " WHERE q.leader=d.leader AND q.seq=d.seq))");
  absl::Status status = count.BindText(1, leader)
                            .Bind(2, Stored(DeliveryState::kDelivered))
                            .Run();
  if (!status.ok()) return status;
  store::Statement trim = database_.Prepare(
      "DELETE FROM deliveries WHERE leader=?1 AND NOT EXISTS("
      "SELECT 1 FROM queue q WHERE q.leader=deliveries.leader"
      " AND q.seq=deliveries.seq)");
  return trim.BindText(1, leader).Run();
}

absl::StatusOr<std::vector<Delivery>> Deliveries::Read(
    store::Statement& statement) {
  std::vector<Delivery> rows;
  absl::StatusOr<bool> row = false;
  while ((row = statement.Step()).ok() && *row) {
    Delivery one;
    one.id = statement.Unsigned(0);
    one.subscription = statement.Text(1);
    one.period = statement.Text(2);
    one.channel = statement.Text(3);
    one.leader = statement.Text(4);
    one.seq = statement.Unsigned(5);
    one.state = static_cast<DeliveryState>(statement.Int(6));
    one.attempts = static_cast<uint32_t>(statement.Int(7));
    one.queued_at = absl::FromUnixMillis(statement.Int(8));
    one.next_at = absl::FromUnixMillis(statement.Int(9));
    one.until = absl::FromUnixMillis(statement.Int(10));
    one.changed_at = absl::FromUnixMillis(statement.Int(11));
    one.reason = statement.Text(12);
    one.detail = statement.Text(13);
    one.fallback_of = statement.Text(14);
    one.format = static_cast<uint32_t>(statement.Int(15));
    rows.push_back(std::move(one));
  }
  if (!row.ok()) return row.status();
  return rows;
}

absl::StatusOr<std::vector<Delivery>> Deliveries::Due(
    const std::string& channel, absl::Time now, size_t most) {
  store::Statement read = database_.Prepare(
      absl::StrCat(kColumns,
                   "WHERE state=?1 AND channel=?2 AND next_at<=?3"
                   " ORDER BY next_at, id LIMIT ?4"));
  read.Bind(1, Stored(DeliveryState::kQueued))
      .BindText(2, channel)
      .Bind(3, Stored(now))
      .Bind(4, uint64_t{most});
  return Read(read);
}

absl::StatusOr<std::vector<std::string>> Deliveries::QueuedChannels() {
  store::Statement read = database_.Prepare(
      "SELECT DISTINCT channel FROM deliveries WHERE state=?1");
  read.Bind(1, Stored(DeliveryState::kQueued));
  std::vector<std::string> names;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) names.push_back(read.Text(0));
  if (!row.ok()) return row.status();
  return names;
}

absl::StatusOr<std::optional<absl::Time>> Deliveries::NextDue() {
  store::Statement read =
      database_.Prepare("SELECT min(next_at) FROM deliveries WHERE state=?1");
  read.Bind(1, Stored(DeliveryState::kQueued));
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  if (!*row || read.IsNull(0)) return std::optional<absl::Time>();
  return std::optional<absl::Time>(absl::FromUnixMillis(read.Int(0)));
}

absl::Status Deliveries::MarkSending(uint64_t id, absl::Time now) {
  store::Statement mark = database_.Prepare(
      "UPDATE deliveries SET state=?2, attempts=attempts+1, changed_at=?3"
      " WHERE id=?1 AND state=?4");
  return mark.Bind(1, id)
      .Bind(2, Stored(DeliveryState::kSending))
      .Bind(3, Stored(now))
      .Bind(4, Stored(DeliveryState::kQueued))
      .Run();
}

absl::Status Deliveries::MarkDelivered(uint64_t id, absl::Time now) {
  store::Statement mark = database_.Prepare(
      "UPDATE deliveries SET state=?2, changed_at=?3, reason='', detail=''"
      " WHERE id=?1");
  return mark.Bind(1, id)
      .Bind(2, Stored(DeliveryState::kDelivered))
      .Bind(3, Stored(now))
      .Run();
}

absl::Status Deliveries::QueueAgain(uint64_t id, absl::Time next_at,
                                    const std::string& reason,
                                    const std::string& detail, absl::Time now) {
  store::Statement mark = database_.Prepare(
      "UPDATE deliveries SET state=?2, next_at=?3, changed_at=?4, reason=?5,"
      " detail=?6 WHERE id=?1");
  return mark.Bind(1, id)
      .Bind(2, Stored(DeliveryState::kQueued))
      .Bind(3, Stored(next_at))
      .Bind(4, Stored(now))
      .BindText(5, Cut(reason, kReasonBytes))
      .BindText(6, Cut(detail, kDetailBytes))
      .Run();
}

absl::Status Deliveries::Park(uint64_t id, const std::string& reason,
                              const std::string& detail,
                              const std::string& fallback, absl::Time now) {
  auto transaction = database_.Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement mark = database_.Prepare(
      "UPDATE deliveries SET state=?2, changed_at=?3, reason=?4, detail=?5"
      " WHERE id=?1");
  absl::Status status = mark.Bind(1, id)
                            .Bind(2, Stored(DeliveryState::kParked))
                            .Bind(3, Stored(now))
                            .BindText(4, Cut(reason, kReasonBytes))
                            .BindText(5, Cut(detail, kDetailBytes))
                            .Run();
  if (status.ok() && !fallback.empty()) {
    const auto parked = Find(id);
    if (!parked.ok()) return parked.status();
    if (*parked) {
      Delivery next = **parked;
      next.channel = fallback;
      next.fallback_of = (*parked)->channel;
      next.until = now + ((*parked)->until - (*parked)->queued_at);
      next.queued_at = now;
      next.next_at = now;
      status = Queue(next);
    }
  }
  if (status.ok()) status = transaction->Commit();
  return status;
}

absl::StatusOr<int64_t> Deliveries::ResumeInterrupted(absl::Time now) {
  store::Statement mark = database_.Prepare(
      "UPDATE deliveries SET state=?1, next_at=?2, changed_at=?2,"
      " reason='the feed ended during the attempt', detail=''"
      " WHERE state=?3");
  absl::Status status = mark.Bind(1, Stored(DeliveryState::kQueued))
                            .Bind(2, Stored(now))
                            .Bind(3, Stored(DeliveryState::kSending))
                            .Run();
  if (!status.ok()) return status;
  return database_.Changes();
}

absl::StatusOr<int64_t> Deliveries::FollowClock(absl::Time now) {
  // A minute of grace: a clock that is slewed needs nothing.
  store::Statement mark = database_.Prepare(
      "UPDATE deliveries SET next_at=next_at-(changed_at-?1),"
      " until=until-(changed_at-?1), queued_at=queued_at-(changed_at-?1),"
      " changed_at=?1 WHERE state IN (?2,?3) AND changed_at>?1+60000");
  absl::Status status = mark.Bind(1, Stored(now))
                            .Bind(2, Stored(DeliveryState::kQueued))
                            .Bind(3, Stored(DeliveryState::kSending))
                            .Run();
  if (!status.ok()) return status;
  return database_.Changes();
}

absl::Status Deliveries::Retry(uint64_t id, absl::Time now) {
  const auto found = Find(id);
  if (!found.ok()) return found.status();
  if (!*found) {
    return absl::NotFoundError(fmt::format(
        "there is no delivery {}; 'earshot-feed deliveries list' shows what "
        "there is",
        id));
  }
  if ((*found)->state != DeliveryState::kParked) {
    return absl::FailedPreconditionError(
        fmt::format("delivery {} is {}; only a parked one can be sent again",
                    id, DeliveryStateName((*found)->state)));
  }
  store::Statement mark = database_.Prepare(
      "UPDATE deliveries SET state=?2, attempts=0, next_at=?3,"
      " until=?3+(until-queued_at), queued_at=?3, changed_at=?3 WHERE id=?1");
  return mark.Bind(1, id)
      .Bind(2, Stored(DeliveryState::kQueued))
      .Bind(3, Stored(now))
      .Run();
}

absl::StatusOr<std::vector<Delivery>> Deliveries::List(const Filter& filter,
                                                       size_t most) {
  store::Statement read = database_.Prepare(
      absl::StrCat(kColumns,
                   "WHERE (?1=0 OR state=?1) AND (?2='' OR channel=?2)"
                   " AND (?3='' OR leader=?3) AND (?4='' OR subscription=?4)"
                   " AND (?5='' OR period=?5) ORDER BY id DESC LIMIT ?6"));
  read.Bind(1, filter.state ? Stored(*filter.state) : 0)
      .BindText(2, filter.channel)
      .BindText(3, filter.leader)
      .BindText(4, filter.subscription)
      .BindText(5, filter.period)
      .Bind(6, uint64_t{most});
  return Read(read);
}

absl::StatusOr<std::optional<Delivery>> Deliveries::Find(uint64_t id) {
  store::Statement read =
      database_.Prepare(absl::StrCat(kColumns, "WHERE id=?1"));
  read.Bind(1, id);
  auto rows = Read(read);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Delivery>();
  return std::optional<Delivery>(std::move(rows->front()));
}

absl::StatusOr<std::optional<std::string>> Deliveries::Body(
    const Delivery& delivery) {
  store::Statement read =
      database_.Prepare("SELECT body FROM queue WHERE leader=?1 AND seq=?2");
  read.BindText(1, delivery.leader).Bind(2, delivery.seq);
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<std::string>();
  return std::optional<std::string>(read.Blob(0));
}

absl::StatusOr<Deliveries::Totals> Deliveries::Count() {
  Totals totals;
  store::Statement read = database_.Prepare(
      "SELECT channel, state, count(*) FROM deliveries GROUP BY channel, "
      "state");
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) {
    totals.by_channel[read.Text(0)][static_cast<DeliveryState>(read.Int(1))] =
        read.Unsigned(2);
  }
  if (!row.ok()) return row.status();
  store::Statement dropped =
      database_.Prepare("SELECT deliveries_dropped FROM store");
  row = dropped.Step();
  if (!row.ok()) return row.status();
  if (*row) totals.dropped = dropped.Unsigned(0);
  return totals;
}

}  // namespace earshot::feed
