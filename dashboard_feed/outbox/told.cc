// What a subscription's digests have told so far: the next one begins there.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "dashboard_feed/outbox/outbox.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// What a digest left out keeps what an earlier one showed.
absl::Status Outbox::StoreShown(const Entry& entry) {
  const auto before = Shown(entry.subscription);
  if (!before.ok()) return before.status();
  ShownCounts all;
  all.reserve(before->size() + entry.shown.size());
  // Of two of one insight the first is taken, which is the new one.
  std::set_union(
      entry.shown.begin(), entry.shown.end(), before->begin(), before->end(),
      std::back_inserter(all),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  v1::ShownCounts packed;
  uint64_t last = 0;
  for (const auto& [insight, observations] : all) {
    packed.add_insights(insight - std::exchange(last, insight));
    packed.add_observations(observations);
  }
  store::Statement put = database_->Prepare(
      "INSERT OR REPLACE INTO shown_counts(subscription, body) VALUES(?1,?2)");
  return put.BindText(1, entry.subscription)
      .BindBlob(2, packed.SerializeAsString())
      .Run();
}

absl::StatusOr<ShownCounts> Outbox::Shown(const std::string& subscription) {
  store::Statement read =
      database_->Prepare("SELECT body FROM shown_counts WHERE subscription=?1");
  const auto row = read.BindText(1, subscription).Step();
  if (!row.ok()) return row.status();
  ShownCounts shown;
  if (!*row) return shown;
  v1::ShownCounts packed;
  if (!packed.ParseFromString(read.Blob(0)) ||
      packed.insights_size() != packed.observations_size()) {
    return absl::DataLossError(
        database_->path() +
        " does not tell what was shown; put it back from a copy");
  }
  uint64_t insight = 0;
  shown.reserve(static_cast<size_t>(packed.insights_size()));
  for (int i = 0; i < packed.insights_size(); ++i) {
    insight += packed.insights(i);
    shown.emplace_back(insight, packed.observations(i));
  }
  return shown;
}

absl::Status Outbox::StoreNumbers(const Entry& entry) {
  store::Statement clear =
      database_->Prepare("DELETE FROM numbers WHERE subscription=?1");
  absl::Status status = clear.BindText(1, entry.subscription).Run();
  if (!status.ok()) return status;
  store::Statement put = database_->Prepare(
      "INSERT INTO numbers(subscription, name, value) VALUES(?1,?2,?3)");
  for (const auto& [name, value] : entry.numbers) {
    status = put.BindText(1, entry.subscription)
                 .BindText(2, name)
                 .Bind(3, value)
                 .Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, int64_t>> Outbox::Numbers(
    const std::string& subscription) {
  store::Statement read = database_->Prepare(
      "SELECT name, value FROM numbers WHERE subscription=?1");
  read.BindText(1, subscription);
  std::map<std::string, int64_t> numbers;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) numbers[read.Text(0)] = read.Int(1);
  if (!row.ok()) return row.status();
  return numbers;
}

absl::Status Outbox::StoreNotApplied(const Entry& entry) {
  if (entry.not_applied.empty()) return absl::OkStatus();
  for (const std::string& key : entry.not_applied) {
    store::Statement put = database_->Prepare(
        "INSERT OR IGNORE INTO not_applied_told(subscription, key)"
        " VALUES(?1,?2)");
    absl::Status status =
        put.BindText(1, entry.subscription).BindText(2, key).Run();
    if (!status.ok()) return status;
  }
  store::Statement trim = database_->Prepare(
      "DELETE FROM not_applied_told WHERE subscription=?1 AND id<=("
      "SELECT id FROM not_applied_told WHERE subscription=?1"
      " ORDER BY id DESC LIMIT 1 OFFSET ?2)");
  return trim.BindText(1, entry.subscription).Bind(2, kNotAppliedKept).Run();
}

absl::StatusOr<std::set<std::string>> Outbox::ToldNotApplied(
    const std::string& subscription) {
  store::Statement read = database_->Prepare(
      "SELECT key FROM not_applied_told WHERE subscription=?1");
  read.BindText(1, subscription);
  std::set<std::string> keys;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) keys.insert(read.Text(0));
  if (!row.ok()) return row.status();
  return keys;
}

}  // namespace earshot::feed
