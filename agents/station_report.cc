// What a station tells: status and inbox, as JSON for whoever shows them.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "agents/question_code.h"
#include "agents/station.h"
#include "base/os/bytes.h"
#include "base/os/status_text.h"
#include "proto/contract/ids.h"
#include "proto/contract/languages.h"
#include "proto/contract/names.h"
#include "proto/contract/redact.h"
#include "proto/contract/times.h"
#include "proto/contract/validate.h"

namespace earshot::agents {
namespace {

using nlohmann::json;

json AsJson(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

// Empty: the reporter has not said yet.
std::string FixedWord(v1::Verdict::Fixed fixed) {
  switch (fixed) {
    case v1::Verdict::YES:
      return "yes";
    case v1::Verdict::NO:
      return "no";
    case v1::Verdict::CANNOT_TELL:
      return "cannot-tell";
    default:
      return "";
  }
}

json AsJson(const InboxAnswer& item, const std::string& language) {
  const v1::Answer& answer = item.answer;
  return {{"insight", answer.insight()},
          {"state", std::string(contract::StateName(answer.state()))},
          {"leader", answer.leader()},
          {"text", contract::WordsIn(answer, language)},
          {"at", AsJson(contract::ToTime(answer.at()))},
          {"asks_verdict", item.asks},
          {"receipt", item.receipt_hint},
          {"reports", item.reports},
          {"fixed", FixedWord(item.fixed)},
          {"new", item.fresh}};
}

json AsJson(const std::vector<InboxAnswer>& items,
            const std::string& language) {
  json list = json::array();
  for (const InboxAnswer& item : items) list.push_back(AsJson(item, language));
  return list;
}

json AsJson(const std::vector<AskedQuestion>& questions) {
  json list = json::array();
  for (const AskedQuestion& one : questions) {
    const v1::Question& question = one.question;
    json item{{"code", QuestionCode(question.id())},
              {"leader", question.leader()},
              {"text", question.text()},
              {"insight", question.insight()},
              {"closes_at", AsJson(contract::ToTime(question.closes_at()))},
              {"about_a_report", !one.record.empty()}};
    if (question.has_choice()) item["options"] = question.choice().options();
    if (question.has_scale()) {
      item["low"] = question.scale().low();
      item["high"] = question.scale().high();
    }
    list.push_back(std::move(item));
  }
  return list;
}

json AsJson(const std::vector<GuidanceItem>& items) {
  json list = json::array();
  for (const GuidanceItem& one : items) {
    list.push_back({{"leader", one.guidance.leader()},
                    {"roles", one.guidance.roles()},
                    {"text", one.guidance.text()},
                    {"at", AsJson(contract::ToTime(one.guidance.at()))},
                    {"new", one.fresh}});
  }
  return list;
}

json AsJson(const std::vector<v1::SiteIssue>& issues) {
  json list = json::array();
  for (const v1::SiteIssue& one : issues) {
    json item{{"id", os::ToHex(one.id())},
              {"insight", one.insight()},
              {"title", one.title()},
              {"state", std::string(contract::StateName(one.state()))},
              {"kind", std::string(contract::KindName(one.kind()))},
              {"owner", one.owner()},
              {"due", nullptr},
              {"at", AsJson(contract::ToTime(one.at()))}};
    if (one.has_due()) item["due"] = AsJson(contract::ToTime(one.due()));
    list.push_back(std::move(item));
  }
  return list;
}

v1::ControlResponse WithBody(const json& body) {
  v1::ControlResponse response;
  response.set_body(body.dump(-1, ' ', false, json::error_handler_t::replace));
  return response;
}

}  // namespace

v1::ControlResponse Station::Handle(const v1::ControlRequest& request,
                                    Person person) {
  auto response = Answer(request, person);
  if (response.ok()) return *std::move(response);
  v1::ControlResponse failed;
  failed.set_code(static_cast<uint32_t>(response.status().code()));
  failed.set_text(os::StatusText(response.status()));
  return failed;
}

absl::StatusOr<v1::ControlResponse> Station::Answer(
    const v1::ControlRequest& request, Person person) {
  const std::string& command = request.command();
  if (command == "observe") return Observe(request, person);
  if (command == "preview") return Preview(request);
  if (command == "withdraw") return Withdraw(request);
  if (command == "correct") return Correct(request, person);
  if (command == "verdict") return GiveVerdict(request);
  if (command == "reply") return Reply(request, person);
  if (command == "import_batch") return ImportBatch(request, person);
  if (command == "status") return Status();
  if (command == "issues") return KnownIssues();
  if (command == "inbox") return ShowInbox(request, person);
  if (command == "wake") return v1::ControlResponse();
  if (command == "phones") {
    return absl::FailedPreconditionError(
        "phones are served by the daemon, which does not run: earshot-agent "
        "run");
  }
  return absl::UnimplementedError(fmt::format(
      "the daemon does not know '{}'; it is of another release: restart it",
      command));
}

absl::StatusOr<v1::ControlResponse> Station::Status() {
  const auto spool = spool_->Status();
  if (!spool.ok()) return spool.status();
  const auto refused = spool_->Refused(100);
  if (!refused.ok()) return refused.status();
  json body{{"running", link_.running},
            {"session_open", link_.open},
            {"problem", link_.problem},
            {"router", settings_.router},
            {"data_dir", settings_.data_dir},
            {"site", Site()},
            {"channel", settings_.channel},
            {"peer", contact_.peer},
            {"sites", contact_.sites},
            {"epoch", fmt::format("{:016x}", spool->epoch)},
            {"spool_bytes", spool->bytes},
            {"spool_cap_bytes", spool->cap_bytes},
            {"alarms", spool->alarms},
            {"last_contact", nullptr},
            {"oldest_unacked", nullptr},
            {"lanes", json::array()},
            {"refused", json::array()}};
  if (contact_.last_contact) {
    body["last_contact"] = AsJson(*contact_.last_contact);
  }
  if (spool->oldest_unacked) {
    body["oldest_unacked"] = AsJson(*spool->oldest_unacked);
  }
  for (const spool::LaneState& lane : spool->lanes) {
    const uint64_t sent =
        lane.lane < link_.sent.size() ? link_.sent[lane.lane] : 0;
    body["lanes"].push_back(
        {{"lane", lane.lane == kUrgentLane ? "urgent" : "routine"},
         {"spooled", lane.spooled},
         {"sent", std::max(sent, lane.acked)},
         {"acked", lane.acked}});
  }
  for (const spool::Spool::RefusedRecord& record : *refused) {
    body["refused"].push_back({{"lane", record.lane},
                               {"seq", record.seq},
                               {"record", os::ToHex(record.id)},
                               {"code", record.code},
                               {"text", record.text}});
  }
  return WithBody(body);
}

uint64_t Station::Waiting() {
  const auto lanes = spool_->Lanes();
  uint64_t waiting = 0;
  if (!lanes.ok()) return waiting;
  for (const spool::LaneState& lane : *lanes) {
    waiting += lane.spooled - std::min(lane.spooled, lane.acked);
  }
  return waiting;
}

absl::StatusOr<v1::ControlResponse> Station::KnownIssues() {
  const auto issues = inbox_->Issues(Site());
  if (!issues.ok()) return issues.status();
  return WithBody({{"issues", AsJson(*issues)}});
}

absl::StatusOr<v1::ControlResponse> Station::Preview(
    const v1::ControlRequest& request) const {
  v1::Observation draft;
  if (!draft.ParseFromString(request.body())) {
    return absl::InvalidArgumentError("the text is not UTF-8");
  }
  const std::string& text = draft.text();
  const contract::Redaction redaction = settings_.redactor.Redact(text);
  json parts = json::array();
  size_t at = 0;
  const auto keep = [&](size_t end) {
    if (end > at) {
      parts.push_back({{"text", text.substr(at, end - at)}, {"removed", ""}});
    }
  };
  for (const contract::RedactedSpan& span : redaction.spans) {
    keep(span.byte_start);
    parts.push_back(
        {{"text", ""},
         {"removed", std::string(contract::PersonalKindName(span.kind))}});
    at = span.byte_end;
  }
  keep(text.size());
  size_t removed = redaction.spans.size();
  removed += settings_.redactor.Redact(draft.reporter().name()).spans.size();
  return WithBody({{"parts", parts},
                   {"text", redaction.text},
                   {"removed", removed},
                   {"open_always", contract::OpenAlways(draft)}});
}

absl::StatusOr<v1::ControlResponse> Station::ShowInbox(
    const v1::ControlRequest& request, Person person) {
  if (request.arguments_size() == 1) {
    const auto plain = contract::NormaliseReceipt(request.arguments(0));
    if (!plain.ok()) return plain.status();
    const auto receipt = inbox_->FindReceipt(contract::ReceiptHash(*plain));
    if (!receipt.ok()) return receipt.status();
    const auto answers = inbox_->AnswersOf(receipt->hash);
    if (!answers.ok()) return answers.status();
    const auto asked = inbox_->QuestionsTo(receipt->hash, clock_.Wall());
    if (!asked.ok()) return asked.status();
    absl::Status status = inbox_->MarkShown(*answers);
    if (!status.ok()) return status;
    // A full spool keeps nobody from reading: then nobody is told that it was.
    TellRead(*answers).IgnoreError();
    return WithBody({{"answers", AsJson(*answers, request.language())},
                     {"questions", AsJson(*asked)},
                     {"state", receipt->state}});
  }
  // Who is not named has no answers: they open by their receipts.
  absl::StatusOr<std::vector<InboxAnswer>> own;
  absl::StatusOr<std::vector<InboxAnswer>> imported;
  own = imported = std::vector<InboxAnswer>();
  if (person) {
    own = inbox_->AnswersOf(*person);
    if (!own.ok()) return own.status();
    imported = inbox_->AnswersToImports(*person);
    if (!imported.ok()) return imported.status();
  }
  const auto news = inbox_->News();
  if (!news.ok()) return news.status();
  const auto asked = inbox_->QuestionsTo(person, clock_.Wall());
  if (!asked.ok()) return asked.status();
  const auto guidance = inbox_->Guidance();
  if (!guidance.ok()) return guidance.status();
  const auto issues = inbox_->Issues(Site());
  if (!issues.ok()) return issues.status();
  for (const auto* answers : {&*own, &*imported}) {
    absl::Status status = inbox_->MarkShown(*answers);
    if (!status.ok()) return status;
    TellRead(*answers).IgnoreError();
  }
  TellRead(*guidance).IgnoreError();
  json body{{"answers", AsJson(*own, request.language())},
            {"imported", AsJson(*imported, request.language())},
            {"questions", AsJson(*asked)},
            {"guidance", AsJson(*guidance)},
            {"issues", AsJson(*issues)},
            {"news", json::array()}};
  // What is answered to somebody in person is no news to them.
  std::set<uint64_t> told;
  for (const auto* answers : {&*own, &*imported}) {
    for (const InboxAnswer& one : *answers) told.insert(one.answer.insight());
  }
  for (const SiteNewsItem& item : *news) {
    if (told.contains(item.insight)) continue;
    body["news"].push_back({{"insight", item.insight},
                            {"site", item.site},
                            {"text", item.text},
                            {"at", AsJson(item.at)}});
  }
  return WithBody(body);
}

}  // namespace earshot::agents
