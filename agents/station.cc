#include "agents/station.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/os/files.h"
#include "base/os/sha256.h"
#include "base/os/status_text.h"
#include "base/wire/limits.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"
#include "proto/contract/validate.h"

namespace earshot::agents {
namespace {

constexpr size_t kPseudonymKeyBytes = 32;
constexpr size_t kReceiptRandomBytes = 8;

bool Has(const v1::ControlRequest& request, std::string_view argument) {
  return std::find(request.arguments().begin(), request.arguments().end(),
                   argument) != request.arguments().end();
}

absl::StatusOr<std::string> LoadOrMakeKey(const std::string& path,
                                          os::Random& random) {
  auto bytes = os::ReadFile(path, kPseudonymKeyBytes);
  if (bytes.ok() && bytes->size() == kPseudonymKeyBytes) return bytes;
  if (bytes.ok() || !absl::IsNotFound(bytes.status())) {
    return absl::FailedPreconditionError(
        bytes.ok() ? path + " is not 32 bytes; put the saved key back"
                   : os::StatusText(bytes.status()));
  }
  std::string fresh = random.Bytes(kPseudonymKeyBytes);
  absl::Status status = os::WriteFileAtomically(path, fresh, 0600);
  if (!status.ok()) return status;
  return fresh;
}

v1::ControlResponse WithBody(const nlohmann::json& body) {
  v1::ControlResponse response;
  response.set_body(
      body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return response;
}

std::string DerivedId(const std::string& what, const std::string& of) {
  return os::Sha256(what + of).substr(0, contract::kIdBytes);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Station>> Station::Open(Settings settings,
                                                       const os::Clock& clock,
                                                       os::Random& random) {
  std::unique_ptr<Station> station(
      new Station(std::move(settings), clock, random));
  absl::Status status = station->OpenFiles();
  if (!status.ok()) return status;
  return station;
}

absl::Status Station::OpenFiles() {
  // Files are for the owner alone; the folder lets others reach the socket.
  absl::Status status = os::MakeFolder(settings_.data_dir, 0755);
  if (!status.ok()) return status;
  auto spool =
      spool::Spool::Open(settings_.File("spool.db"), settings_.spool, random_);
  if (!spool.ok()) return spool.status();
  spool_ = *std::move(spool);
  // After the spool, whose file lock keeps two starters apart.
  auto key = LoadOrMakeKey(settings_.File("pseudonym.key"), random_);
  if (!key.ok()) return key.status();
  pseudonym_key_ = *std::move(key);
  auto inbox = Inbox::Open(settings_.File("inbox.db"));
  if (!inbox.ok()) return inbox.status();
  inbox_ = *std::move(inbox);
  auto contact = inbox_->LastContact();
  if (!contact.ok()) return contact.status();
  contact_ = *std::move(contact);
  return absl::OkStatus();
}

void Station::Reload(Settings settings) {
  settings.data_dir = settings_.data_dir;
  settings.socket = settings_.socket;
  settings.router = settings_.router;
  settings.drop_folder = settings_.drop_folder;
  settings.page_listen = settings_.page_listen;
  settings.phone_page = settings_.phone_page;
  settings_ = std::move(settings);
  spool_->SetOptions(settings_.spool);
}

absl::Status Station::NoteContact(const Contact& contact) {
  contact_ = contact;
  return inbox_->NoteContact(contact);
}

std::string Station::Site() const {
  if (!settings_.site.empty()) return settings_.site;
  if (!contact_.sites.empty()) return contact_.sites.front();
  return std::string(contract::kUnassignedSite);
}

absl::StatusOr<Captured> Station::CaptureNow(v1::Observation draft) {
  const Surroundings here{settings_.redactor, settings_.shifts, Site(),
                          settings_.channel};
  return Capture(here, std::move(draft), clock_.Wall());
}

absl::Status Station::SetReporter(const v1::ControlRequest& request,
                                  Person person, v1::Observation& draft) const {
  v1::Reporter& reporter = *draft.mutable_reporter();
  if (Has(request, "anonymous")) {
    draft.clear_reporter();
  } else if (reporter.name().empty() && person) {
    reporter.set_pseudonym(
        Pseudonym(pseudonym_key_, fmt::format("uid:{}", *person)));
  } else if (reporter.name().empty()) {
    return absl::InvalidArgumentError("give a name, or report anonymously");
  }
  return absl::OkStatus();
}

absl::Status Station::Append(uint32_t lane, v1::RecordKind kind,
                             const std::string& id, const std::string& body) {
  return spool_
      ->Append({{lane, static_cast<uint32_t>(kind), id, body}}, clock_.Wall())
      .status();
}

std::string Station::WhatHappensNext() const {
  if (link_.open) return "on its way to the router";
  if (link_.running) {
    return fmt::format("queued; goes out when the router ({}) is reachable",
                       settings_.router);
  }
  return "queued; goes out once the daemon runs (earshot-agent run)";
}

absl::StatusOr<v1::ControlResponse> Station::Observe(
    const v1::ControlRequest& request, Person person) {
  v1::Observation draft;
  if (!draft.ParseFromString(request.body())) {
    return absl::InvalidArgumentError("the text is not UTF-8");
  }
  draft.clear_corrects();
  draft.clear_imported();
  absl::Status reporter = SetReporter(request, person, draft);
  if (!reporter.ok()) return reporter;
  draft.set_quote(Has(request, "quote") ||
                  (draft.has_reporter() && !Has(request, "no-quote")));
  const bool anonymous = !draft.has_reporter();
  auto captured = CaptureNow(std::move(draft));
  if (!captured.ok()) return captured.status();

  const std::string code =
      contract::FormatReceipt(random_.Bytes(kReceiptRandomBytes));
  const auto plain = contract::NormaliseReceipt(code);
  if (!plain.ok()) return plain.status();
  Receipt receipt;
  receipt.hash = contract::ReceiptHash(*plain);
  receipt.record.bytes = random_.Bytes(contract::kIdBytes);
  receipt.lane = captured->lane;
  receipt.recorded_at = clock_.Wall();
  receipt.hint = code.substr(0, 4);
  if (!anonymous) receipt.person = person;
  absl::Status status =
      Append(captured->lane, v1::RECORD_OBSERVATION, receipt.record.bytes,
             captured->observation.SerializeAsString());
  if (!status.ok()) return status;
  if (captured->lane == kUrgentLane && on_urgent_) on_urgent_();
  status = inbox_->AddReceipt(receipt);
  const nlohmann::json body{{"receipt", status.ok() ? code : ""},
                            {"site", captured->observation.site()},
                            {"shift", captured->observation.shift()},
                            {"redactions", captured->observation.redactions()},
                            {"urgent", captured->lane == kUrgentLane},
                            {"next", WhatHappensNext()}};
  return WithBody(body);
}

absl::StatusOr<v1::ControlResponse> Station::Withdraw(
    const v1::ControlRequest& request) {
  const auto plain = contract::NormaliseReceipt(
      request.arguments().empty() ? "" : request.arguments(0));
  if (!plain.ok()) return plain.status();
  const auto receipt = inbox_->FindReceipt(contract::ReceiptHash(*plain));
  if (!receipt.ok()) return receipt.status();
  v1::Withdrawal withdrawal;
  withdrawal.set_id(receipt->record.bytes);
  const absl::Time now = clock_.Wall();
  *withdrawal.mutable_at() =
      contract::ToStamp(receipt->person ? now : settings_.shifts.At(now).start);
  absl::Status status = Append(receipt->lane, v1::RECORD_WITHDRAWAL,
                               DerivedId("withdraw", receipt->record.bytes),
                               withdrawal.SerializeAsString());
  if (status.ok()) status = inbox_->SetState(receipt->hash, "withdrawn");
  if (!status.ok()) return status;
  return WithBody({{"next", WhatHappensNext()}});
}

// The report as it was recorded, or, when the spool no longer has it, one
// with the same reporter and nothing else.
absl::StatusOr<v1::Observation> Station::Held(const Receipt& receipt,
                                              Person person) {
  v1::Observation held;
  if (receipt.person && receipt.person == person) {
    held.mutable_reporter()->set_pseudonym(
        Pseudonym(pseudonym_key_, fmt::format("uid:{}", *person)));
    held.set_quote(true);
  }
  const auto place = spool_->Find(receipt.record.bytes);
  if (!place.ok()) return place.status();
  if (!*place) return held;
  const auto records =
      spool_->Read((*place)->lane, (*place)->seq, 1, wire::kMaxRecordBytes);
  if (!records.ok()) return records.status();
  v1::Observation found;
  if (!records->empty() && !records->front().body.empty() &&
      found.ParseFromString(records->front().body)) {
    return found;
  }
  return held;
}

absl::StatusOr<v1::ControlResponse> Station::Correct(
    const v1::ControlRequest& request, Person person) {
  const auto plain = contract::NormaliseReceipt(
      request.arguments().empty() ? "" : request.arguments(0));
  if (!plain.ok()) return plain.status();
  const auto receipt = inbox_->FindReceipt(contract::ReceiptHash(*plain));
  if (!receipt.ok()) return receipt.status();
  if (receipt->state == "withdrawn" || receipt->state == "erased") {
    return absl::FailedPreconditionError(fmt::format(
        "this report was {}; record a new one with 'observe'", receipt->state));
  }
  v1::Observation changes;
  if (!changes.ParseFromString(request.body())) {
    return absl::InvalidArgumentError("the text is not UTF-8");
  }
  auto draft = Held(*receipt, person);
  if (!draft.ok()) return draft.status();
  if (changes.tags_size() > 0) draft->clear_tags();
  changes.clear_reporter();
  changes.clear_imported();
  draft->MergeFrom(changes);
  draft->set_corrects(receipt->record.bytes);
  if (Has(request, "quote")) draft->set_quote(true);
  if (Has(request, "no-quote")) draft->set_quote(false);
  auto captured = CaptureNow(*std::move(draft));
  if (!captured.ok()) return captured.status();
  const contract::RecordId next{random_.Bytes(contract::kIdBytes)};
  absl::Status status =
      Append(captured->lane, v1::RECORD_OBSERVATION, next.bytes,
             captured->observation.SerializeAsString());
  if (status.ok()) {
    status = inbox_->Correct(receipt->hash, next, captured->lane);
  }
  if (!status.ok()) return status;
  return WithBody({{"next", WhatHappensNext()}});
}

absl::StatusOr<ImportOutcome> Station::Import(
    const std::vector<ImportRow>& rows, uid_t person) {
  ImportOutcome outcome;
  std::vector<spool::NewRecord> records;
  for (const ImportRow& row : rows) {
    v1::Observation draft = row.draft;
    draft.set_imported(true);
    draft.clear_corrects();
    const std::string reporter = draft.reporter().name();
    draft.clear_reporter();
    if (!reporter.empty()) {
      draft.mutable_reporter()->set_pseudonym(
          Pseudonym(pseudonym_key_, reporter));
    }
    auto captured = CaptureNow(std::move(draft));
    if (!captured.ok()) {
      outcome.refused.push_back({row.line, os::StatusText(captured.status())});
      continue;
    }
    records.push_back({captured->lane, v1::RECORD_OBSERVATION, row.id.bytes,
                       captured->observation.SerializeAsString()});
  }
  const auto results = spool_->Append(records, clock_.Wall());
  if (!results.ok()) return results.status();
  for (const spool::AppendResult result : *results) {
    ++(result == spool::AppendResult::kAppended ? outcome.recorded
                                                : outcome.already_known);
  }
  if (importers_.insert(person).second) {
    absl::Status status = inbox_->NoteImporter(person);
    if (!status.ok()) return status;
  }
  return outcome;
}

absl::StatusOr<v1::ControlResponse> Station::ImportBatch(
    const v1::ControlRequest& request, Person person) {
  if (!person) {
    return absl::PermissionDeniedError(
        "files are imported by a user of this machine: earshot-agent import");
  }
  v1::Batch batch;
  if (!batch.ParseFromString(request.body())) {
    return absl::InvalidArgumentError("the batch cannot be read");
  }
  // Lines are the client's: here rows are counted from 0.
  std::vector<ImportRow> rows;
  nlohmann::json refused = nlohmann::json::array();
  for (const v1::Record& record : batch.records()) {
    ImportRow row;
    row.id.bytes = record.id();
    row.line = rows.size() + refused.size();
    if (record.id().size() != contract::kIdBytes ||
        !row.draft.ParseFromString(record.body())) {
      refused.push_back({row.line, "the row cannot be read"});
      continue;
    }
    rows.push_back(std::move(row));
  }
  const auto outcome = Import(rows, *person);
  if (!outcome.ok()) return outcome.status();
  for (const BadRow& bad : outcome->refused) {
    refused.push_back({bad.line, bad.reason});
  }
  v1::ControlResponse response;
  response.set_body(nlohmann::json{
      {"recorded", outcome->recorded},
      {"already_known", outcome->already_known},
      {"refused",
       refused}}.dump());
  return response;
}

absl::Status Station::ApplyErasures() {
  // The machine may have lost power after words went, and the log of writes be
  // back with them.
  if (!begun_) begun_ = spool_->EraseBodies({}).ok();
  const auto orders = inbox_->PendingErasures();
  if (!orders.ok()) return orders.status();
  for (const v1::EraseOrder& order : *orders) {
    const auto erased = spool_->EraseBodies(
        {order.observations().begin(), order.observations().end()});
    if (!erased.ok()) return erased.status();
    v1::EraseDone done;
    done.set_order(order.id());
    done.set_erased(static_cast<uint32_t>(*erased));
    *done.mutable_at() = contract::ToStamp(clock_.Wall());
    absl::Status status =
        Append(kRoutineLane, v1::RECORD_ERASE_DONE,
               DerivedId("erase_done", order.id()), done.SerializeAsString());
    if (status.ok()) status = inbox_->ErasureDone(order.id());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace earshot::agents
