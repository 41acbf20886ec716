// What was asked to be erased: noted outside the databases, then a record.
#include <algorithm>
#include <utility>

#include "base/os/status_text.h"
#include "proto/contract/times.h"
#include "router/router.h"

namespace earshot::router {
namespace {

constexpr size_t kAtOnce = 100;
constexpr int kMostTexts = 500;  // of one record

LogAppend AsAppend(v1::ErasureRecord record, absl::Time now) {
  *record.mutable_at() = contract::ToStamp(now);
  LogAppend append;
  append.erasures = {record.positions().begin(), record.positions().end()};
  LogEntry& entry = append.entries.emplace_back();
  entry.kind = v1::LOG_ERASURE;
  record.SerializeToString(&entry.body);
  return append;
}

}  // namespace

void Router::TakeErasures() {
  auto asked = wire_log_->ErasuresAsked(kAtOnce);
  if (!asked.ok()) return;
  if (asked->empty()) erasing_.clear();
  for (v1::ErasureRecord& record : *asked) {
    if (erasing_.contains(record.id())) continue;
    absl::Status status = erased_->Add(
        {record.observations().begin(), record.observations().end()});
    if (!status.ok()) {
      log_.Error("erasure_failed",
                 {{"why", os::StatusText(status)},
                  {"next", "tried again; check the disk of the data folder"}});
      requests_version_ = 0;
      return;
    }
    erasing_.insert(record.id());
    const std::string id = record.id();
    const int texts = record.observations_size();
    LogAppend append = AsAppend(std::move(record), clock_.Wall());
    append.erasures_settled.push_back(id);
    writer_->Submit(0, std::move(append));
    log_.Info("erased", {{"texts", texts}});
  }
}

// The databases may be an older copy: what was erased since is erased again
// before anybody is served.
absl::Status Router::EraseAgain() {
  std::vector<v1::ErasureRecord> records;
  for (const std::string& observation : erased_->all()) {
    const auto found = fold_views_->FindObservation(observation);
    if (!found.ok()) return found.status();
    if (!*found) continue;
    const auto row = fold_log_->ReadOne((*found)->position);
    if (!row.ok()) return row.status();
    if (!*row || (*row)->erased) continue;
    if (records.empty() || records.back().observations_size() == kMostTexts) {
      records.emplace_back().set_id(random_.Bytes(16));
      records.back().set_cause(v1::ErasureRecord::ASKED);
    }
    records.back().add_observations(observation);
    records.back().add_positions((*found)->position);
  }
  if (records.empty()) return absl::OkStatus();
  for (v1::ErasureRecord& record : records) {
    const auto first =
        writer_->AppendAndWait(AsAppend(std::move(record), clock_.Wall()));
    if (!first.ok()) return first.status();
  }
  log_.Warn("erased_again", {{"why", "the databases are an older copy"}});
  while (true) {
    const auto more = fold_->Step();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
  }
}

}  // namespace earshot::router
