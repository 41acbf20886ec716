#include "dashboard_feed/mirror/mirror.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "proto/contract/subscription.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr int kCacheKib = 8192;
constexpr int kCheckpointPages = 1000;
constexpr int kMostWalPages = 8000;

const std::vector<std::string>& Migrations() {
  static const std::vector<std::string> kMigrations{
      "CREATE TABLE items(key TEXT PRIMARY KEY, kind INTEGER NOT NULL,"
      " body BLOB NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE versions(insight INTEGER NOT NULL,"
      " taken_at INTEGER NOT NULL, number INTEGER NOT NULL,"
      " body BLOB NOT NULL, PRIMARY KEY(insight, number)) WITHOUT ROWID;"
      "CREATE TABLE cursor(one INTEGER PRIMARY KEY CHECK(one=1),"
      " generation INTEGER NOT NULL, seq INTEGER NOT NULL);"
      "INSERT INTO cursor VALUES(1,0,0);",
      WordIndex::Migration()};
  return kMigrations;
}

// What the item replaces; empty: a kind of a newer router, or unreadable.
std::string KeyOf(const v1::Item& item) {
  switch (item.kind()) {
    case v1::UPDATE_ORGANISATION:
      return "organisation";
    case v1::UPDATE_SUBSCRIPTIONS:
      return "subscriptions";
    case v1::UPDATE_TOTALS:
      return "totals";
    case v1::UPDATE_SITE: {
      v1::SiteActivity site;
      if (!site.ParseFromString(item.body())) return "";
      return "site/" + site.site();
    }
    case v1::UPDATE_SCOPE: {
      v1::ScopeActivity scope;
      if (!scope.ParseFromString(item.body())) return "";
      return "scope/" + scope.leader();
    }
    case v1::UPDATE_DAY: {
      v1::DayCounts day;
      if (!day.ParseFromString(item.body()) || day.insight() == 0) return "";
      return fmt::format("day/{}/{}", day.insight(), day.day());
    }
    case v1::UPDATE_ALERT: {
      v1::Alert alert;
      if (!alert.ParseFromString(item.body()) || alert.slot() >= kMostAlerts) {
        return "";
      }
      return fmt::format("alert/{}", alert.slot());
    }
    case v1::UPDATE_QUESTION: {
      v1::QuestionResult result;
      if (!result.ParseFromString(item.body())) return "";
      return fmt::format("question/{}", result.number() % kMostMessages);
    }
    case v1::UPDATE_GUIDANCE: {
      v1::GuidanceReach reach;
      if (!reach.ParseFromString(item.body())) return "";
      return fmt::format("guidance/{}", reach.number() % kMostMessages);
    }
    case v1::UPDATE_LEADER_CHANGE: {
      v1::LeaderChange change;
      return change.ParseFromString(item.body()) ? contract::KeyOf(change) : "";
    }
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mirror>> Mirror::Open(
    const std::string& path, store::Checkpoints checkpoints) {
  const bool beside = checkpoints == store::Checkpoints::kBeside;
  store::OpenOptions options;
  options.cache_kib = kCacheKib;
  options.full_sync = false;
  options.auto_checkpoint_pages = beside ? 0 : kCheckpointPages;
  auto database = store::Database::Open(path, Migrations(), options);
  if (!database.ok()) return database.status();
  std::unique_ptr<Mirror> mirror(new Mirror(*std::move(database)));
  if (beside) {
    auto second = store::Database::Open(path, Migrations(), options);
    if (!second.ok()) return second.status();
    mirror->checkpointer_ = std::make_unique<store::Checkpointer>(
        *std::move(second),
        store::Checkpointer::Pace{.wake_pages = kCheckpointPages,
                                  .most_pages = kMostWalPages});
  }
  absl::Status status = mirror->words_.Open();
  if (status.ok()) status = mirror->Load();
  if (!status.ok()) return status;
  return mirror;
}

void Mirror::Empty() {
  const uint64_t next_waiting = model_.next_waiting;
  model_ = Model();
  model_.next_waiting = next_waiting;
  model_.whole = this;
}

absl::Status Mirror::Load() {
  Empty();
  store::Statement cursor =
      database_->Prepare("SELECT generation, seq FROM cursor");
  auto row = cursor.Step();
  if (!row.ok()) return row.status();
  cursor_.set_generation(cursor.Unsigned(0));
  cursor_.set_seq(cursor.Unsigned(1));
  store::Statement items = database_->Prepare("SELECT kind, body FROM items");
  while ((row = items.Step()).ok() && *row) {
    Adopt(static_cast<uint32_t>(items.Int(0)), items.Blob(1));
  }
  if (!row.ok()) return row.status();
  // Older ones first: the facts are those of the latest, and the places of all
  // are known.
  store::Statement versions = database_->Prepare(
      "SELECT taken_at, body FROM versions ORDER BY insight, number");
  // A file of an earlier release has no index yet.
  const auto unindexed = words_.Empty();
  if (!unindexed.ok()) return unindexed.status();
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  v1::Insight insight;
  while ((row = versions.Step()).ok() && *row) {
    if (!insight.ParseFromString(versions.Blob(1))) {
      return absl::DataLossError(fmt::format(
          "{}: an insight cannot be read; stop the feed, remove this file and "
          "start it again: it is mirrored anew",
          database_->path()));
    }
    model_.TakeInsight(insight, absl::FromUnixMillis(versions.Int(0)));
    absl::Status status = *unindexed ? words_.Put(insight) : absl::OkStatus();
    if (!status.ok()) return status;
  }
  if (!row.ok()) return row.status();
  absl::Status status = transaction->Commit();
  if (!status.ok()) return status;
  ApplyChanges();
  return absl::OkStatus();
}

// Over the operator's files.
void Mirror::ApplyChanges() {
  model_.subscriptions =
      InForce(model_.subscriptions_file, model_.subscription_changes);
  contract::UseDeputies(model_.own_deputies, model_.deputies_of_file,
                        model_.organisation);
}

std::optional<v1::Insight> Mirror::ReadOne(store::Statement& read) const {
  const auto row = read.Step();
  if (!row.ok()) {
    read_error_.Update(row.status());
    return std::nullopt;
  }
  if (!*row) return std::nullopt;
  v1::Insight insight;
  if (!insight.ParseFromString(read.Blob(0))) {
    read_error_.Update(absl::DataLossError(fmt::format(
        "{}: an insight cannot be read; stop the feed, remove this file and "
        "start it again: it is mirrored anew",
        database_->path())));
    return std::nullopt;
  }
  return insight;
}

std::optional<v1::Insight> Mirror::Latest(uint64_t id) const {
  store::Statement read = database_->Prepare(
      "SELECT body FROM versions WHERE insight=?1 ORDER BY number DESC LIMIT "
      "1");
  read.Bind(1, id);
  return ReadOne(read);
}

std::optional<v1::Insight> Mirror::AsOf(uint64_t id, absl::Time time) const {
  store::Statement read = database_->Prepare(
      "SELECT body FROM versions WHERE insight=?1 AND taken_at<=?2"
      " ORDER BY number DESC LIMIT 1");
  read.Bind(1, id).Bind(2, absl::ToUnixMillis(time));
  return ReadOne(read);
}

absl::Status Mirror::TakeReadError() const {
  return std::exchange(read_error_, absl::OkStatus());
}

absl::StatusOr<Mirror::Taken> Mirror::Take(const v1::Delivery& delivery,
                                           absl::Time now) {
  Taken taken;
  taken.check = wire::CheckDelivery(delivery, cursor_);
  if (taken.check != wire::DeliveryCheck::kTake) return taken;
  const std::string before = model_.organisation_sha256;
  const int64_t today = absl::ToUnixSeconds(now) / 86400;
  model_.ForgetBefore(static_cast<int32_t>(today - History::kDaysKept));
  absl::Status status = Store(delivery, now);
  if (!status.ok()) {
    // What is in memory may be half of it: go back to what is on disk.
    const absl::Status again = Load();
    return again.ok() ? status : again;
  }
  for (const v1::Item& item : delivery.items()) {
    if (item.kind() != v1::UPDATE_SUBSCRIPTIONS &&
        item.kind() != v1::UPDATE_ORGANISATION &&
        item.kind() != v1::UPDATE_LEADER_CHANGE) {
      continue;
    }
    ApplyChanges();
    break;
  }
  taken.organisation_changed = model_.organisation_sha256 != before;
  return taken;
}

absl::Status Mirror::Store(const v1::Delivery& delivery, absl::Time now) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  uint64_t seq = delivery.prev_seq();
  if (delivery.reset()) {
    absl::Status status =
        database_->Execute("DELETE FROM items; DELETE FROM versions;");
    if (status.ok()) status = words_.Clear();
    if (!status.ok()) return status;
    Empty();
  }
  for (const v1::Item& item : delivery.items()) {
    if (item.seq() <= seq) {
      return absl::InvalidArgumentError(
          "a delivery's items do not rise; upgrade the router");
    }
    seq = item.seq();
    absl::Status status = StoreItem(item, now);
    if (!status.ok()) return status;
  }
  store::Statement move =
      database_->Prepare("UPDATE cursor SET generation=?1, seq=?2");
  absl::Status status = move.Bind(1, delivery.generation()).Bind(2, seq).Run();
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  const bool erases = std::any_of(
      delivery.items().begin(), delivery.items().end(),
      [](const v1::Item& item) { return item.kind() == v1::UPDATE_ERASE; });
  // What was written lately stands in the WAL as well. A reader, or the
  // checkpointer, may hold up its end; then it is tried with the next commit.
  // An order may have been lost with a router that was put back, and its words
  // have gone with the reset.
  truncate_due_ = truncate_due_ || erases || delivery.reset();
  AfterCommit();
  cursor_.set_generation(delivery.generation());
  cursor_.set_seq(seq);
  return absl::OkStatus();
}

void Mirror::AfterCommit() {
  if (!truncate_due_) {
    if (checkpointer_ != nullptr) checkpointer_->Committed(*database_);
  } else if (database_->Checkpoint(/*truncate=*/true).ok()) {
    truncate_due_ = false;
  }
}

absl::Status Mirror::Tidy() {
  if (words_.tidy()) return absl::OkStatus();
  const auto done = words_.Tidy();
  if (!done.ok()) return done.status();
  truncate_due_ = truncate_due_ || *done;
  AfterCommit();
  return absl::OkStatus();
}

absl::Status Mirror::StoreItem(const v1::Item& item, absl::Time now) {
  if (item.kind() == v1::UPDATE_INSIGHT) return StoreInsight(item, now);
  if (item.kind() == v1::UPDATE_ERASE) return Erase(item);
  const std::string key = KeyOf(item);
  if (key.empty()) return absl::OkStatus();  // of a newer router
  absl::Status status = Put(key, item);
  if (status.ok()) Adopt(item.kind(), item.body());
  return status;
}

absl::Status Mirror::Put(const std::string& key, const v1::Item& item) {
  store::Statement put = database_->Prepare(
      "INSERT OR REPLACE INTO items(key, kind, body) VALUES(?1,?2,?3)");
  return put.BindText(1, key)
      .Bind(2, item.kind())
      .BindBlob(3, item.body())
      .Run();
}

void Mirror::Adopt(uint32_t kind, const std::string& body) {
  if (kind == v1::UPDATE_ORGANISATION || kind == v1::UPDATE_SUBSCRIPTIONS) {
    v1::Configured file;
    if (!file.ParseFromString(body)) return;
    if (kind == v1::UPDATE_ORGANISATION) {
      model_.organisation.ParseFromString(file.body());
      model_.deputies_of_file = contract::DeputiesIn(model_.organisation);
      model_.organisation_sha256 = file.sha256();
    } else {
      model_.subscriptions_file.ParseFromString(file.body());
      model_.subscriptions_sha256 = file.sha256();
    }
  } else if (kind == v1::UPDATE_SITE) {
    v1::SiteActivity site;
    if (site.ParseFromString(body)) model_.sites[site.site()] = site;
  } else if (kind == v1::UPDATE_SCOPE) {
    v1::ScopeActivity scope;
    if (scope.ParseFromString(body)) model_.scopes[scope.leader()] = scope;
  } else if (kind == v1::UPDATE_DAY) {
    v1::DayCounts day;
    if (day.ParseFromString(body)) model_.TakeDay(day);
  } else if (kind == v1::UPDATE_ALERT) {
    v1::Alert alert;
    if (alert.ParseFromString(body)) model_.alerts[alert.slot()] = alert;
  } else if (kind == v1::UPDATE_QUESTION) {
    v1::QuestionResult result;
    if (result.ParseFromString(body)) {
      model_.questions[result.number() % kMostMessages] = result;
    }
  } else if (kind == v1::UPDATE_GUIDANCE) {
    v1::GuidanceReach reach;
    if (reach.ParseFromString(body)) {
      model_.guidance[reach.number() % kMostMessages] = reach;
    }
  } else if (kind == v1::UPDATE_LEADER_CHANGE) {
    v1::LeaderChange change;
    if (!change.ParseFromString(body)) return;
    if (change.has_deputies()) {
      model_.own_deputies[change.leader()] = change.deputies();
      model_.deputies_changed_at[change.leader()] =
          contract::ToTime(change.at());
    } else {
      model_.subscription_changes[contract::SubscriptionOf(change)] = change;
    }
  } else if (kind == v1::UPDATE_TOTALS) {
    model_.totals.ParseFromString(body);
  }
}

}  // namespace earshot::feed
