// What the plan does to the world.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "agents/importing/importer.h"
#include "earshot/v1/control.pb.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/ids.h"
#include "router/log/log.h"
#include "tests/sim/world.h"

namespace earshot::sim {
namespace {

constexpr std::array<const char*, 4> kTexts{
    "the self checkout froze again", "we ran out of bags at the till",
    "a customer slipped on the wet floor", "the card reader is slow today"};
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

void World::Do(const Step& step) {
  Say(ToText(step));
  const Machine& at = *machines_[static_cast<size_t>(step.machine)];
  switch (step.act) {
    case Act::kReport:
      if (at.agent != nullptr) MakeReport(step);
      return;
    case Act::kImport:
      if (at.agent != nullptr) Import(step);
      return;
    case Act::kRead:
      if (at.agent != nullptr) Read(step.machine);
      return;
    case Act::kAnswer:
      Decide(step.a);
      return;
    case Act::kMerge:
      Merge(step.a, step.b);
      return;
    default:
      DoFault(step);
  }
  TurnMachine(step.machine);
}

void World::DoFault(const Step& step) {
  Machine& at = *machines_[static_cast<size_t>(step.machine)];
  const std::string folder = site_.Folder(step.machine);
  const auto span = absl::Milliseconds(static_cast<int64_t>(step.a));
  switch (step.act) {
    case Act::kKill:
      if (Up(step.machine)) Down(step.machine, span, false);
      return;
    case Act::kPowerCut:
      if (!Up(step.machine)) return;
      at.power_cut = true;
      at.back_after = span;
      disk_.FreezeAfter(folder, step.b);
      return;
    case Act::kPart:
      network_.Part(MachineName(step.machine),
                    step.machine == kRouter ? "feed" : "router");
      At(now_ + span, [this] { network_.Heal(); });
      return;
    case Act::kWeather: {
      const auto bad = static_cast<uint32_t>(step.b);
      network_.SetWeather({bad * 30, bad * 30, bad > 1,
                           absl::Milliseconds(int64_t{bad} * bad * 100)});
      At(now_ + span, [this] { network_.SetWeather({}); });
      return;
    }
    case Act::kDiskFull:
    case Act::kDiskErrors: {
      Disk::Faults faults;
      faults.full = step.act == Act::kDiskFull;
      if (!faults.full) {
        faults.write_errors_per_mille = static_cast<uint32_t>(step.b);
        faults.sync_errors_per_mille = static_cast<uint32_t>(step.b);
      }
      disk_.SetFaults(folder, faults);
      At(now_ + span, [this, folder] { disk_.SetFaults(folder, {}); });
      return;
    }
    case Act::kJump:
      at.clock.Jump(absl::Seconds(static_cast<int64_t>(step.a)));
      return;
    case Act::kCopy:
      CopyFolder(step.machine);
      return;
    case Act::kRestore:
      RestoreFolder(step.machine);
      return;
    case Act::kClone:
      Clone(step.machine);
      return;
    case Act::kReimage:
      LoseFolder(step.machine);
      return;
    case Act::kRevoke: {
      (void)Revoke(site_, step.machine);
      const int machine = step.machine;
      At(now_ + span, [this, machine] { (void)EnrolAgain(site_, machine); });
      return;
    }
    default:
      return;
  }
}

void World::MakeReport(const Step& step) {
  Machine& at = *machines_[static_cast<size_t>(step.machine)];
  Report report;
  report.machine = step.machine;
  report.id = fmt::format("{}/{}", MachineName(step.machine), next_report_++);
  report.lane = step.b >= 5 ? 0 : 1;
  v1::Observation draft;
  draft.set_text(kTexts[step.a % kTexts.size()]);
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
    row.draft.set_text(kTexts[(step.a + line) % kTexts.size()]);
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
      Say(fmt::format("  shown {} for {}", event.answer, id));
      history_.push_back(std::move(event));
    }
  }
}

// Of those that the feed knows; nothing: it knows none.
std::optional<v1::Insight> World::Choose(uint64_t which) const {
  const Machine& feed = *machines_[kFeed];
  if (feed.feed == nullptr) return std::nullopt;
  std::vector<uint64_t> insights;
  const feed::FactsTable& known = feed.feed->mirror().model().insights;
  for (size_t slot = 0; slot < known.size(); ++slot) {
    if (known[slot].known) insights.push_back(known[slot].id);
  }
  if (insights.empty()) return std::nullopt;
  std::sort(insights.begin(), insights.end());
  return feed.feed->mirror().Latest(insights[which % insights.size()]);
}

void World::Merge(uint64_t which, uint64_t into) {
  const auto insight = Choose(which);
  const auto other = Choose(into);
  if (!insight || !other || insight->id() == other->id()) return;
  const uint64_t number = next_decision_++;
  v1::Decision decision;
  decision.set_insight(insight->id());
  decision.set_opened_by(insight->opened_by());
  decision.mutable_merge()->set_into(other->id());
  decision.mutable_merge()->set_into_opened_by(other->opened_by());
  checker::Event event;
  event.what = checker::What::kMerge;
  event.outcome = checker::Outcome::kInvoked;
  event.who = "amara";
  event.id = fmt::format("merge {}", number);
  opened_by_[event.id] = insight->opened_by();
  merged_into_[event.id] = other->opened_by();
  history_.push_back(std::move(event));
  merges_.insert(number);
  leader_->Decide(number, std::move(decision));
  leader_turn_at_ = now_;
}

void World::Decide(uint64_t which) {
  const auto insight = Choose(which);
  if (!insight) return;
  const uint64_t chosen = insight->id();
  const uint64_t number = next_decision_++;
  v1::Decision decision;
  decision.set_insight(chosen);
  decision.set_opened_by(insight->opened_by());
  decision.mutable_answer()->set_intent(v1::GiveAnswer::WILL_DO);
  decision.mutable_answer()->set_text(fmt::format("answer {}", number));
  checker::Event event;
  event.what = checker::What::kAnswer;
  event.outcome = checker::Outcome::kInvoked;
  event.who = "amara";
  event.id = decision.answer().text();
  event.insight = chosen;
  history_.push_back(event);
  insight_of_decision_[number] = chosen;
  opened_by_[event.id] = insight->opened_by();
  leader_->Decide(number, std::move(decision));
  leader_turn_at_ = now_;
}

void World::OnTold(uint64_t decision, LeaderProgram::Outcome outcome) {
  checker::Event event;
  event.what = checker::What::kAnswer;
  event.outcome = outcome == LeaderProgram::Outcome::kOk ? checker::Outcome::kOk
                  : outcome == LeaderProgram::Outcome::kRefused
                      ? checker::Outcome::kRefused
                      : checker::Outcome::kUnknown;
  event.who = "amara";
  event.id = fmt::format("answer {}", decision);
  if (merges_.contains(decision)) {
    event.what = checker::What::kMerge;
    event.id = fmt::format("merge {}", decision);
  } else {
    event.insight = insight_of_decision_[decision];
  }
  Say(fmt::format("  {}: {}", event.id, static_cast<int>(outcome)));
  history_.push_back(std::move(event));
}

void World::OnDigest(const v1::Digest& digest) {
  checker::Event event;
  event.what = checker::What::kDigest;
  event.who = digest.leader();
  event.id = digest.subscription();
  event.period = digest.period();
  event.repeat = digest.repeated_after_restore();
  history_.push_back(std::move(event));
}

void World::EndFaults() {
  Say("faults end");
  network_.Heal();
  network_.SetWeather({});
  for (int machine = 0; machine < kMachines; ++machine) {
    Machine& at = *machines_[static_cast<size_t>(machine)];
    const std::string folder = site_.Folder(machine);
    disk_.SetFaults(folder, {});
    if (at.power_cut) Down(machine, absl::Seconds(1), true);
    at.clock.Correct();
    if (at.exists && !Up(machine)) at.up_at = now_;
  }
  (void)EnrolAll(site_);
}

}  // namespace earshot::sim
