// What was asked to be erased: noted outside the databases, then a record.
#include <algorithm>
#include <utility>

#include "base/os/status_text.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/times.h"
#include "router/log/whose_words.h"
#include "router/router.h"

namespace earshot::router {
namespace {

constexpr size_t kAtOnce = 100;
constexpr int kMostTexts = 500;  // of one record
constexpr size_t kPage = 1000;
constexpr size_t kLettersRead = 1000000;
constexpr absl::Duration kAgainAfter = absl::Seconds(10);

LogAppend AsAppend(v1::ErasureRecord record, absl::Time now) {
  *record.mutable_at() = contract::ToStamp(now);
  LogAppend append;
  append.erasures = {record.positions().begin(), record.positions().end()};
  append.entries.Add(v1::LOG_ERASURE, record.SerializeAsString());
  return append;
}

}  // namespace

void Router::TakeErasures() {
  auto asked = wire_log_->ErasuresAsked(kAtOnce);
  if (!asked.ok()) return;
  if (asked->empty()) erasing_.clear();
  // A commit may fail: what is still asked for after a while is asked again.
  requests_version_ = asked->empty() ? requests_version_ : 0;
  const absl::Duration now = clock_.Monotonic();
  for (v1::ErasureRecord& record : *asked) {
    const auto begun = erasing_.find(record.id());
    if (begun != erasing_.end() && now - begun->second < kAgainAfter) continue;
    absl::Status status = erased_->Add(
        {record.observations().begin(), record.observations().end()});
    if (!status.ok()) {
      log_.Error("erasure_failed",
                 {{"why", os::StatusText(status)},
                  {"next", "tried again; check the disk of the data folder"}});
      return;
    }
    erasing_[record.id()] = now;
    const std::string id = record.id();
    const int texts = record.observations_size();
    LogAppend append = AsAppend(std::move(record), clock_.Wall());
    append.erasures_settled.push_back(id);
    writer_->Submit(0, std::move(append));
    log_.Info("erased", {{"texts", texts}});
  }
}

// Whether a record holds words of somebody whose words were erased.
bool Router::HoldsErased(const LogRow& row, std::string& observation) const {
  if (row.erased || row.personal.empty()) return false;
  observation = WhoseWords(row);
  return erased_->Contains(observation);
}

// Those that the views know, and what stands behind them in the log.
absl::StatusOr<bool> Router::AnyErasedIsBack() {
  for (const std::string& observation : erased_->all()) {
    const auto found = fold_views_->FindObservation(observation);
    if (!found.ok()) return found.status();
    if (!*found) continue;
    const auto row = fold_log_->ReadOne((*found)->position);
    if (!row.ok()) return row.status();
    if (*row && !(*row)->erased) return true;
  }
  const auto main = fold_views_->Number("main");
  if (!main.ok()) return main.status();
  uint64_t after = *main;
  while (true) {
    const auto rows = fold_log_->ReadAfter(after, kPage);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return false;
    for (const LogRow& row : *rows) {
      std::string observation;
      if (HoldsErased(row, observation)) return true;
    }
    after = rows->back().position;
  }
}

// The databases may be an older copy: what was erased since is erased again
// before anybody is served.
absl::Status Router::EraseAgain() {
  if (erased_->all().empty()) return absl::OkStatus();
  absl::Status status = EraseLettersAgain();
  if (!status.ok()) return status;
  const auto back = AnyErasedIsBack();
  if (!back.ok()) return back.status();
  if (!*back) return absl::OkStatus();
  std::vector<v1::ErasureRecord> records;
  for (uint64_t after = 0;;) {
    const auto rows = fold_log_->ReadAfter(after, kPage);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) break;
    after = rows->back().position;
    for (const LogRow& row : *rows) {
      std::string observation;
      if (!HoldsErased(row, observation)) continue;
      if (records.empty() || records.back().positions_size() == kMostTexts) {
        records.emplace_back().set_id(random_.Bytes(16));
        records.back().set_cause(v1::ErasureRecord::ASKED);
      }
      if (row.kind == v1::LOG_OBSERVATION) {
        records.back().add_observations(observation);
      }
      records.back().add_positions(row.position);
    }
  }
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

absl::Status Router::EraseLettersAgain() {
  const auto letters = wire_log_->DeadLetters("", kLettersRead);
  if (!letters.ok()) return letters.status();
  std::vector<uint64_t> gone;
  for (const DeadLetter& letter : *letters) {
    v1::Record record;
    if (record.ParseFromString(letter.record) &&
        erased_->Contains(reader_->ObservationId(record.id()))) {
      gone.push_back(letter.id);
    }
  }
  return gone.empty() ? absl::OkStatus()
                      : Log::AskErasures(settings_.LogFile(), {}, gone);
}

}  // namespace earshot::router
