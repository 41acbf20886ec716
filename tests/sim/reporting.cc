// What the front line does: reports, imports, the inbox, verdicts.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "agents/importing/importer.h"
#include "earshot/v1/control.pb.h"
#include "earshot/v1/observation.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/ids.h"
#include "tests/checker/verdicts.h"
#include "tests/sim/words.h"
#include "tests/sim/world.h"

namespace earshot::sim {
namespace {

constexpr uint64_t kRowsInFile = 8;
constexpr uid_t kFirstPerson = 1000;
constexpr uid_t kImporter = 999;

checker::Event Happened(checker::What what, checker::Outcome outcome,
                        const std::string& who, const std::string& id,
                        uint32_t lane) {
  checker::Event event;
  event.what = what;
  event.outcome = outcome;
  event.who = who;
  event.id = id;
  event.lane = lane;
  return event;
}

// An error of the disk may come after the commit reached it.
checker::Outcome OutcomeOf(absl::StatusCode code) {
  if (code == absl::StatusCode::kOk) return checker::Outcome::kOk;
  return code == absl::StatusCode::kResourceExhausted ||
                 code == absl::StatusCode::kInvalidArgument
             ? checker::Outcome::kRefused
             : checker::Outcome::kUnknown;
}

int OriginalOf(int machine) {
  return machine >= kFirstAgent + kAgents ? machine - kAgents : machine;
}

}  // namespace

void World::MakeReport(const Step& step) {
  Machine& at = *machines_[static_cast<size_t>(step.machine)];
  Report report;
  report.machine = step.machine;
  report.number = next_report_++;
  report.id = fmt::format("{}/{:04}", MachineName(step.machine), report.number);
  report.lane = step.b >= 5 ? 0 : 1;
  v1::Observation draft;
  draft.set_text(kWords.at(step.a % kTexts));
  if (step.a >= kTexts) {
    report.own_word = OwnWord('q', report.number);
    draft.set_text(draft.text() + " " + report.own_word);
  }
  draft.add_tags(report.id);
  draft.set_severity(static_cast<uint32_t>(step.b));
  v1::ControlRequest request;
  request.set_command("observe");
  if (random_.Below(4) == 0) request.add_arguments("anonymous");
  request.set_body(draft.SerializeAsString());
  const auto person = static_cast<uid_t>(kFirstPerson + next_report_);
  const std::string who = MachineName(step.machine);
  history_.push_back(Happened(checker::What::kReport,
                              checker::Outcome::kInvoked, who, report.id,
                              report.lane));
  const v1::ControlResponse response =
      at.agent->station().Handle(request, person);
  const auto outcome =
      OutcomeOf(static_cast<absl::StatusCode>(response.code()));
  Say(fmt::format("  report {}: {} {}", report.id, response.code(),
                  response.text()));
  if (outcome == checker::Outcome::kOk) {
    const auto body = nlohmann::json::parse(response.body(), nullptr, false);
    report.receipt = body.value("receipt", "");
    const auto plain = contract::NormaliseReceipt(report.receipt);
    if (plain.ok()) {
      const auto found = at.agent->station().inbox().FindReceipt(
          contract::ReceiptHash(*plain));
      if (found.ok()) report.record = found->record.bytes;
    }
    if (!report.record.empty()) id_of_record_[report.record] = report.id;
  }
  report.outcome_at = history_.size();
  history_.push_back(
      Happened(checker::What::kReport, outcome, who, report.id, report.lane));
  reports_[report.id] = report;
}

void World::Import(const Step& step) {
  Machine& at = *machines_[static_cast<size_t>(step.machine)];
  const std::string who = MachineName(step.machine);
  const std::string source =
      fmt::format("{}/file{}", MachineName(OriginalOf(step.machine)), step.a);
  std::vector<agents::ImportRow> rows;
  std::vector<Report> made;
  for (uint64_t line = 0; line < kRowsInFile; ++line) {
    Report report;
    report.machine = step.machine;
    report.id = fmt::format("{}/{}", source, line);
    report.lane = line == 3 ? 0 : 1;
    agents::ImportRow row;
    row.line = line;
    row.id = contract::ImportedRecordId(source, fmt::format("{}", line));
    row.draft.set_text(kWords.at((step.a + line) % kTexts));
    row.draft.add_tags(report.id);
    row.draft.set_severity(report.lane == 0 ? 5 : 2);
    row.draft.mutable_reporter()->set_name(fmt::format("person {}", line));
    report.record = row.id.bytes;
    id_of_record_[report.record] = report.id;
    rows.push_back(std::move(row));
    history_.push_back(Happened(checker::What::kReport,
                                checker::Outcome::kInvoked, who, report.id,
                                report.lane));
    made.push_back(std::move(report));
  }
  const auto done = at.agent->station().Import(rows, kImporter);
  const auto outcome = OutcomeOf(done.status().code());
  Say(fmt::format("  import {}: {}", source, done.status().ToString()));
  for (Report& report : made) {
    report.outcome_at = history_.size();
    history_.push_back(
        Happened(checker::What::kReport, outcome, who, report.id, report.lane));
    // What was recorded before stays recorded then.
    const auto known = reports_.find(report.id);
    if (known == reports_.end() ||
        history_[known->second.outcome_at].outcome != checker::Outcome::kOk) {
      reports_[report.id] = report;
    }
  }
}

// Everyone with a receipt of this machine opens it.
void World::Read(int machine) {
  const Machine& at = *machines_[static_cast<size_t>(machine)];
  if (at.agent == nullptr) return;
  for (const auto& [id, report] : reports_) {
    if (report.machine != machine || report.receipt.empty()) continue;
    v1::ControlRequest request;
    request.set_command("inbox");
    request.add_arguments(report.receipt);
    const v1::ControlResponse response = at.agent->station().Handle(request, 0);
    if (response.code() != 0) continue;
    const auto body = nlohmann::json::parse(response.body(), nullptr, false);
    for (const auto& answer : body["answers"]) {
      checker::Event event;
      event.what = checker::What::kShown;
      event.who = MachineName(machine);
      event.id = id;
      event.answer = answer.value("text", "");
      // Marked as read by a look that a power cut ended: still there to read.
      const bool first = shown_.insert({id, event.answer}).second;
      if (!first && !answer.value("new", false)) continue;
      // An erasure forgot it, and a router that was put back tells everyone
      // anew.
      if (!first && first_since_put_back_ != 0 && to_go_.contains(id)) continue;
      Say(fmt::format("  shown {} for {}", event.answer, id));
      history_.push_back(std::move(event));
    }
  }
}

// Of those that are asked, one after another, by the receipt, as on the command
// line.
void World::GiveVerdict(const Step& step) {
  struct Said {
    const char* word;
    v1::Verdict::Fixed fixed;
  };
  constexpr std::array<Said, 5> kSaid{
      {{"yes", v1::Verdict::YES},
       {"no_because", v1::Verdict::NO},
       {"no_because", v1::Verdict::NO},
       {"no", v1::Verdict::NO},
       {"cannot_tell", v1::Verdict::CANNOT_TELL}}};
  const Said& said = kSaid.at(step.b % kSaid.size());
  agents::Station& station =
      machines_[static_cast<size_t>(step.machine)]->agent->station();
  std::vector<std::pair<Report*, std::string>> asked;
  for (auto& [id, report] : reports_) {
    if (report.machine != step.machine || report.receipt.empty()) continue;
    const auto plain = contract::NormaliseReceipt(report.receipt);
    const auto answers =
        station.inbox().AnswersOf(contract::ReceiptHash(*plain));
    if (!answers.ok()) continue;
    for (const agents::InboxAnswer& answer : *answers) {
      if (!answer.asks || answer.fixed != v1::Verdict::FIXED_UNSPECIFIED)
        continue;
      asked.emplace_back(&report, answer.answer.text());
    }
  }
  if (asked.empty()) return;
  auto& [report, answer] = asked[step.a % asked.size()];
  v1::Verdict verdict;
  verdict.set_fixed(said.fixed);
  if (said.word == checker::kNoBecause) {
    report->own_reason = OwnWord('v', report->number);
    verdict.set_reason("it froze again " + report->own_reason);
  }
  v1::ControlRequest request;
  request.set_command("verdict");
  request.add_arguments(report->receipt);
  request.set_body(verdict.SerializeAsString());
  checker::Event event =
      Happened(checker::What::kVerdict, checker::Outcome::kInvoked,
               MachineName(step.machine), report->id, 1);
  event.answer = answer;
  event.said = said.word;
  history_.push_back(event);
  const v1::ControlResponse response = station.Handle(request, 0);
  event.outcome = OutcomeOf(static_cast<absl::StatusCode>(response.code()));
  Say(fmt::format("  verdict of {} to {}: {}: {} {}", report->id, answer,
                  said.word, response.code(), response.text()));
  history_.push_back(std::move(event));
}

}  // namespace earshot::sim
