#include "dashboard_feed/rehearse/stage.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/wire/delivery.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"
#include "router/organisation/organisation.h"
#include "router/text/taxonomy.h"

namespace earshot::feed {
namespace {

constexpr size_t kPage = 4096;

const char* ReasonWord(v1::JoinReason reason) {
  switch (reason) {
    case v1::JOIN_NEW:
      return "new";
    case v1::JOIN_SAME_TEXT:
      return "same_text";
    case v1::JOIN_NEAR:
      return "near";
    case v1::JOIN_NUMBERS:
      return "numbers";
    case v1::JOIN_ISSUE:
      return "issue";
    case v1::JOIN_REPEAT_ID:
      return "repeat_id";
    case v1::JOIN_REPEAT_TEXT:
      return "repeat_text";
    default:
      return "not_joined";
  }
}

}  // namespace

Stage::Stage(std::string folder)
    : folder_(std::move(folder)),
      log_("rehearse", telemetry::Level::kError, telemetry::LogFormat::kText),
      key_(32, 'r'),
      records_(key_, redactor_, random_) {}

absl::StatusOr<std::unique_ptr<Stage>> Stage::Open(
    const std::string& folder, const v1::Organisation& organisation,
    const v1::Subscriptions& subscriptions) {
  std::unique_ptr<Stage> stage(new Stage(folder));
  absl::Status status = stage->Start(organisation, subscriptions);
  if (!status.ok()) return status;
  return stage;
}

absl::Status Stage::Start(const v1::Organisation& organisation,
                          const v1::Subscriptions& subscriptions) {
  const std::string log_file = folder_ + "/log.db";
  auto log = router::Log::Open(log_file, random_);
  if (!log.ok()) return log.status();
  writer_ = std::make_unique<router::LogWriter>(*std::move(log));
  auto reader = router::Log::OpenForReading(log_file);
  if (!reader.ok()) return reader.status();
  reader_ = *std::move(reader);
  auto views = router::Views::Open(folder_ + "/views.db");
  if (!views.ok()) return views.status();
  views_ = *std::move(views);
  auto mirror = Mirror::Open(folder_ + "/mirror.db");
  if (!mirror.ok()) return mirror.status();
  mirror_ = *std::move(mirror);
  auto taxonomy = router::DefaultTaxonomy();
  if (!taxonomy.ok()) return taxonomy.status();
  fold_ = std::make_unique<router::Fold>(
      router::FoldOptions{.router_key = key_}, *reader_, *writer_, *views_,
      clock_, random_, log_);
  fold_->UseTaxonomy(*std::move(taxonomy));
  fold_->UseOrganisation(organisation, subscriptions);
  return fold_->Recover();
}

absl::StatusOr<uint64_t> Stage::Put(const contract::Row& row) {
  v1::Record record;
  record.set_kind(static_cast<uint32_t>(v1::RECORD_OBSERVATION));
  const uint64_t number = rows_++;
  record.set_id(contract::ImportedRecordId(
                    "rehearse",
                    row.id ? "id:" + *row.id : "row:" + std::to_string(number))
                    .bytes);
  v1::Observation observation = row.observation;
  if (row.reporter) observation.mutable_reporter()->set_name(*row.reporter);
  if (!observation.has_observed_at()) {
    *observation.mutable_observed_at() = contract::ToStamp(clock_.Wall());
  }
  if (observation.severity() == 0) observation.set_severity(3);
  observation.SerializeToString(record.mutable_body());
  router::Enrolled agent;
  agent.name = observation.site();
  // One lane, so that what came first is read first.
  auto entry = records_.Read(agent, 1, record, clock_.Wall());
  if (const auto* refused =
          std::get_if<router::RecordReader::Refused>(&entry)) {
    return absl::InvalidArgumentError(refused->refusal.text);
  }
  pending_.entries.push_back(std::get<router::LogEntry>(std::move(entry)));
  pending_rows_.push_back(number);
  contacts_[observation.site()] = clock_.Wall();
  if (pending_rows_.size() >= kRowsAtOnce) {
    absl::Status status = Append();
    if (status.ok()) status = FoldAll();
    if (!status.ok()) return status;
  }
  return number;
}

absl::Status Stage::Append() {
  if (pending_rows_.empty()) return absl::OkStatus();
  const auto first = writer_->AppendAndWait(std::exchange(pending_, {}));
  if (!first.ok()) return first.status();
  for (size_t i = 0; i < pending_rows_.size(); ++i) {
    row_at_[*first + i] = pending_rows_[i];
  }
  pending_rows_.clear();
  return absl::OkStatus();
}

absl::Status Stage::FoldAll() {
  while (true) {
    const auto more = fold_->Step();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
  }
}

absl::Status Stage::FillMirror() {
  while (true) {
    auto items = views_->ItemsAfter(mirror_->cursor().seq(), kPage,
                                    wire::kDeliveryBytes * 64);
    if (!items.ok()) return items.status();
    if (items->empty()) return absl::OkStatus();
    v1::Delivery delivery;
    delivery.set_generation(writer_->generation());
    delivery.set_reset(mirror_->cursor().generation() != writer_->generation());
    delivery.set_prev_seq(mirror_->cursor().seq());
    for (v1::Item& item : *items) *delivery.add_items() = std::move(item);
    const auto taken = mirror_->Take(delivery, clock_.Wall());
    if (!taken.ok()) return taken.status();
    if (taken->check != wire::DeliveryCheck::kTake) {
      return absl::InternalError("the mirror does not follow the views");
    }
  }
}

absl::StatusOr<std::vector<RowReading>> Stage::TakeReadings() {
  std::vector<RowReading> readings;
  while (true) {
    const auto rows = reader_->ReadReadingsAfter(read_, kPage);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return readings;
    for (const router::LogRow& row : *rows) {
      read_ = row.position;
      v1::Reading reading;
      if (!reading.ParseFromString(row.body)) continue;
      const auto found = row_at_.find(reading.of());
      if (found == row_at_.end()) continue;
      readings.push_back({found->second, reading.insight(), reading.topic(),
                          ReasonWord(reading.join())});
      row_at_.erase(found);
    }
  }
}

absl::StatusOr<std::vector<RowReading>> Stage::Settle() {
  absl::Status status = Append();
  fold_->NoteContacts(std::exchange(contacts_, {}));
  if (status.ok()) status = FoldAll();
  if (status.ok()) status = FillMirror();
  if (!status.ok()) return status;
  return TakeReadings();
}

}  // namespace earshot::feed
