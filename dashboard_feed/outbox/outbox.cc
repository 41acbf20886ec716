#include "dashboard_feed/outbox/outbox.h"

#include <utility>

namespace earshot::feed {
namespace {

constexpr char kNumbers[] =
    "CREATE TABLE numbers(subscription TEXT NOT NULL, name TEXT NOT NULL,"
    " value INTEGER NOT NULL, PRIMARY KEY(subscription, name)) WITHOUT ROWID;";
// One row a subscription, not one for each insight it ever showed.
constexpr char kShownCounts[] =
    "DROP TABLE shown;"
    "CREATE TABLE shown_counts(subscription TEXT PRIMARY KEY,"
    " body BLOB NOT NULL) WITHOUT ROWID;";
constexpr char kNotAppliedTold[] =
    "CREATE TABLE not_applied_told(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " subscription TEXT NOT NULL, key TEXT NOT NULL,"
    " UNIQUE(subscription, key));"
    "CREATE INDEX not_applied_told_by_subscription ON"
    " not_applied_told(subscription, id);";

const std::vector<std::string>& Migrations() {
  static const std::vector<std::string> kMigrations{
      "CREATE TABLE store(one INTEGER PRIMARY KEY CHECK(one=1),"
      " generation INTEGER NOT NULL);"
      "CREATE TABLE periods(subscription TEXT NOT NULL, key TEXT NOT NULL,"
      " until INTEGER NOT NULL, sent INTEGER NOT NULL,"
      " PRIMARY KEY(subscription, key)) WITHOUT ROWID;"
      "CREATE INDEX periods_by_time ON periods(subscription, until);"
      "CREATE TABLE leaders(leader TEXT PRIMARY KEY, last INTEGER NOT NULL,"
      " delivered INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE queue(leader TEXT NOT NULL, seq INTEGER NOT NULL,"
      " kind INTEGER NOT NULL, body BLOB NOT NULL,"
      " PRIMARY KEY(leader, seq)) WITHOUT ROWID;"
      "CREATE TABLE shown(subscription TEXT NOT NULL, insight INTEGER NOT NULL,"
      " observations INTEGER NOT NULL, PRIMARY KEY(subscription, insight))"
      " WITHOUT ROWID;"
      "CREATE TABLE decisions(id BLOB PRIMARY KEY, leader TEXT NOT NULL,"
      " insight INTEGER NOT NULL, verb TEXT NOT NULL, at INTEGER NOT NULL)"
      " WITHOUT ROWID;",
      Deliveries::Migration(),
      kNumbers,
      kShownCounts,
      Alerts::Migration(),
      Deliveries::FormatMigration(),
      UsedLinks::Migration(),
      kNotAppliedTold,
      EscalationsMigration()};
  return kMigrations;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Outbox>> Outbox::Open(const std::string& path,
                                                     uint32_t kept_digests,
                                                     os::Random& random) {
  auto database = store::Database::Open(path, Migrations());
  if (!database.ok()) return database.status();
  std::unique_ptr<Outbox> outbox(
      new Outbox(*std::move(database), kept_digests));
  absl::Status status = outbox->LoadGeneration(random);
  if (!status.ok()) return status;
  // The machine may have lost power after words went, and the log of writes be
  // back with them. What fails here is tried with the next start or erasure.
  static_cast<void>(outbox->database_->Checkpoint(/*truncate=*/true));
  return outbox;
}

absl::Status Outbox::LoadGeneration(os::Random& random) {
  store::Statement fresh = database_->Prepare(
      "INSERT OR IGNORE INTO store(one, generation) VALUES(1,?1)");
  absl::Status status = fresh.Bind(1, random.NonZero()).Run();
  if (!status.ok()) return status;
  store::Statement read = database_->Prepare("SELECT generation FROM store");
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  generation_ = read.Unsigned(0);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Outbox::Reached>> Outbox::LastPeriod(
    const std::string& subscription) {
  store::Statement read = database_->Prepare(
      "SELECT key, until, sent FROM periods WHERE subscription=?1"
      " ORDER BY until DESC LIMIT 1");
  read.BindText(1, subscription);
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<Reached>();
  return std::optional<Reached>(Reached{
      read.Text(0), absl::FromUnixMillis(read.Int(1)), read.Int(2) != 0});
}

absl::StatusOr<bool> Outbox::HasPeriod(const std::string& subscription,
                                       const std::string& key) {
  store::Statement read = database_->Prepare(
      "SELECT 1 FROM periods WHERE subscription=?1 AND key=?2");
  read.BindText(1, subscription).BindText(2, key);
  return read.Step();
}

absl::Status Outbox::FollowClock(const std::string& subscription,
                                 absl::Time now) {
  store::Statement move = database_->Prepare(
      "UPDATE periods SET until=?2 WHERE subscription=?1 AND until>?2");
  return move.BindText(1, subscription).Bind(2, absl::ToUnixMillis(now)).Run();
}

absl::Status Outbox::Begin(const std::string& subscription,
                           const std::string& key, absl::Time to) {
  store::Statement put = database_->Prepare(
      "INSERT OR IGNORE INTO periods(subscription, key, until, sent)"
      " VALUES(?1,?2,?3,0)");
  return put.BindText(1, subscription)
      .BindText(2, key)
      .Bind(3, absl::ToUnixMillis(to))
      .Run();
}

absl::StatusOr<std::optional<uint64_t>> Outbox::Add(const Entry& entry) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement period = database_->Prepare(
      "INSERT OR IGNORE INTO periods(subscription, key, until, sent)"
      " VALUES(?1,?2,?3,1)");
  absl::Status status = period.BindText(1, entry.subscription)
                            .BindText(2, entry.key)
                            .Bind(3, absl::ToUnixMillis(entry.to))
                            .Run();
  if (!status.ok()) return status;
  if (database_->Changes() == 0) return std::optional<uint64_t>();
  const auto seq = Enqueue(entry);
  if (!seq.ok()) return seq.status();
  status = StoreShown(entry);
  if (status.ok()) status = StoreNumbers(entry);
  if (status.ok()) status = StoreNotApplied(entry);
  if (status.ok()) status = QueueDeliveries(entry, *seq);
  if (!status.ok()) return status;
  store::Statement trim = database_->Prepare(
      "DELETE FROM periods WHERE subscription=?1 AND until<("
      "SELECT until FROM periods WHERE subscription=?1"
      " ORDER BY until DESC LIMIT 1 OFFSET ?2)");
  status = trim.BindText(1, entry.subscription).Bind(2, kPeriodsKept).Run();
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  return std::optional<uint64_t>(*seq);
}

absl::StatusOr<uint64_t> Outbox::Enqueue(const Entry& entry) {
  store::Statement next = database_->Prepare(
      "INSERT INTO leaders(leader, last, delivered) VALUES(?1,1,0)"
      " ON CONFLICT(leader) DO UPDATE SET last=last+1 RETURNING last");
  next.BindText(1, entry.leader);
  const auto row = next.Step();
  if (!row.ok()) return row.status();
  const uint64_t seq = next.Unsigned(0);
  next.Reset();
  store::Statement put = database_->Prepare(
      "INSERT INTO queue(leader, seq, kind, body) VALUES(?1,?2,?3,?4)");
  absl::Status status = put.BindText(1, entry.leader)
                            .Bind(2, seq)
                            .Bind(3, entry.kind)
                            .BindBlob(4, entry.body)
                            .Run();
  if (!status.ok()) return status;
  if (seq <= kept_digests_) return seq;
  store::Statement trim = database_->Prepare(
      "DELETE FROM queue WHERE leader=?1 AND kind=?2 AND seq<=("
      "SELECT seq FROM queue WHERE leader=?1 AND kind=?2"
      " ORDER BY seq DESC LIMIT 1 OFFSET ?3)");
  status = trim.BindText(1, entry.leader)
               .Bind(2, entry.kind)
               .Bind(3, uint64_t{kept_digests_})
               .Run();
  if (status.ok() && database_->Changes() > 0) {
    status = deliveries_.Trim(entry.leader);
  }
  if (!status.ok()) return status;
  return seq;
}

absl::StatusOr<uint64_t> Outbox::Tell(HeldBack& of, const Telling& telling) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  absl::Status status =
      telling.mark ? alerts_.PutMark(*telling.mark) : absl::OkStatus();
  for (const Entry& entry : telling.entries) {
    if (!status.ok()) return status;
    const auto seq = Enqueue(entry);
    if (!seq.ok()) return seq.status();
    status = QueueDeliveries(entry, *seq);
  }
  for (const std::string& what : telling.told) {
    if (status.ok()) status = of.PutTold(what);
  }
  uint64_t gone = 0;
  for (const HeldBack::Held& held : telling.held) {
    if (!status.ok()) return status;
    const auto made_room = of.Hold(held);
    if (!made_room.ok()) return made_room.status();
    gone += *made_room;
  }
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  return gone;
}

absl::StatusOr<uint64_t> Outbox::LetGo(HeldBack& of, const Entry& entry,
                                       uint64_t up_to) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  auto seq = Enqueue(entry);
  if (!seq.ok()) return seq.status();
  absl::Status status = QueueDeliveries(entry, *seq);
  if (status.ok()) status = of.LetGo(entry.subscription, up_to);
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  return seq;
}

absl::Status Outbox::QueueDeliveries(const Entry& entry, uint64_t seq) {
  Delivery delivery;
  delivery.period = entry.key;
  delivery.leader = entry.leader;
  delivery.seq = seq;
  delivery.queued_at = entry.to;
  delivery.next_at = entry.to;
  for (const Entry::Over& over : entry.channels) {
    delivery.subscription =
        over.subscription.empty() ? entry.subscription : over.subscription;
    delivery.channel = over.channel;
    delivery.format = over.format;
    delivery.until = over.until;
    absl::Status status = deliveries_.Queue(delivery);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Item>> Outbox::ItemsAfter(
    const std::string& leader, uint64_t seq, size_t most, size_t bytes) {
  store::Statement read = database_->Prepare(
      "SELECT seq, kind, body FROM queue WHERE leader=?1 AND seq>?2"
      " ORDER BY seq LIMIT ?3");
  read.BindText(1, leader).Bind(2, seq).Bind(3, uint64_t{most});
  std::vector<v1::Item> items;
  size_t total = 0;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) {
    v1::Item item;
    item.set_seq(read.Unsigned(0));
    item.set_kind(static_cast<uint32_t>(read.Int(1)));
    item.set_body(read.Blob(2));
    total += item.body().size();
    if (!items.empty() && total > bytes) return items;
    items.push_back(std::move(item));
  }
  if (!row.ok()) return row.status();
  return items;
}

absl::StatusOr<uint64_t> Outbox::LastSeq(const std::string& leader) {
  store::Statement read =
      database_->Prepare("SELECT last FROM leaders WHERE leader=?1");
  read.BindText(1, leader);
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  return *row ? read.Unsigned(0) : 0;
}

absl::Status Outbox::MarkDelivered(const std::string& leader, uint64_t seq) {
  store::Statement mark = database_->Prepare(
      "UPDATE leaders SET delivered=min(?2, last)"
      " WHERE leader=?1 AND delivered<?2");
  return mark.BindText(1, leader).Bind(2, seq).Run();
}

absl::Status Outbox::NoteDecision(const std::string& id,
                                  const std::string& leader, uint64_t insight,
                                  const std::string& verb, absl::Time at) {
  store::Statement put = database_->Prepare(
      "INSERT OR IGNORE INTO decisions(id, leader, insight, verb, at)"
      " VALUES(?1,?2,?3,?4,?5)");
  return put.BindBlob(1, id)
      .BindText(2, leader)
      .Bind(3, insight)
      .BindText(4, verb)
      .Bind(5, absl::ToUnixMillis(at))
      .Run();
}

absl::StatusOr<Outbox::Totals> Outbox::Count() {
  store::Statement read = database_->Prepare(
      "SELECT coalesce(sum(last),0), coalesce(sum(delivered),0),"
      " (SELECT count(*) FROM decisions) FROM leaders");
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  return Totals{read.Unsigned(0), read.Unsigned(1), read.Unsigned(2)};
}

}  // namespace earshot::feed
