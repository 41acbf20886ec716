#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/os/bytes.h"
#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/question.pb.h"
#include "proto/contract/messages.h"
#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"
#include "router/organisation/organisation.h"

// What leaders ask the front line and advise it, and what comes back.
namespace earshot::router {
namespace {

constexpr uint64_t kKept = 1000;  // questions, and guidance, that feeds know
constexpr int kMostTexts = 20;
constexpr absl::Duration kReachEvery = absl::Seconds(30);
constexpr absl::Duration kReachFor = absl::Hours(24 * 30);
constexpr int64_t kDaySeconds = 86400;
constexpr std::string_view kWho = "=who:";

// A key in the place of the agent that it was made of.
std::string AsLeft(const std::string& who) {
  return std::string(kWho) + os::ToHex(who);
}

std::string KeyLeft(const OwnerToken& token) {
  if (!token.agent.starts_with(kWho)) return std::string();
  return os::FromHex(token.agent.substr(kWho.size())).value_or("");
}

}  // namespace

absl::Status Fold::FoldQuestion(const LogRow& row, Work& work) {
  v1::QuestionRecord record;
  v1::PersonalMessage personal;
  if (!record.ParseFromString(row.body) ||
      !personal.ParseFromString(row.personal)) {
    return absl::DataLossError("a question cannot be read");
  }
  v1::Question& question = *record.mutable_question();
  const auto known = views_.FindQuestion(question.id());
  if (!known.ok()) return known.status();
  if (*known) return absl::OkStatus();
  question.set_text(personal.text());
  if (question.has_choice()) {
    *question.mutable_choice()->mutable_options() = personal.options();
  }
  v1::QuestionResult result;
  if (question.insight() != 0) {
    const auto insight =
        InsightOf(question.insight(), question.opened_by(), work);
    if (!insight.ok()) return insight.status();
    if (*insight == 0) return views_.Park(question.opened_by(), row.position);
    question.set_insight(*insight);
    const auto asked = AskReporters(*insight, question.id(), work);
    if (!asked.ok()) return asked.status();
    result.set_asked(*asked);
  } else {
    const auto asked = AskScope(record, work);
    if (!asked.ok()) return asked.status();
    result.set_asked(*asked);
  }
  const auto number = views_.Number("questions");
  if (!number.ok()) return number.status();
  absl::Status status = views_.PutNumber("questions", *number + 1);
  if (!status.ok()) return status;
  result.set_number(*number);
  result.set_leader_name(LeaderName(organisation_, question.leader()));
  for (size_t i = 0; i < contract::Choices(question); ++i) result.add_counts(0);
  *result.mutable_question() = std::move(question);
  counters_.questions.Add();
  return PutQuestion(result);
}

absl::Status Fold::PutQuestion(const v1::QuestionResult& result) {
  absl::Status status = views_.PutQuestion(result);
  if (!status.ok()) return status;
  return PutItem(fmt::format("question/{}", result.number() % kKept),
                 v1::UPDATE_QUESTION, result.SerializeAsString());
}

// Each reporter once, by one of their reports.
absl::StatusOr<uint32_t> Fold::AskReporters(uint64_t insight,
                                            const std::string& question,
                                            Work& work) {
  constexpr size_t kPage = 1000;
  Views::Place after;
  std::string last;
  uint32_t asked = 0;
  while (true) {
    const auto places = views_.EvidenceAfter(insight, after, kPage);
    if (!places.ok()) return places.status();
    if (places->empty()) return asked;
    after = places->back();
    for (const Views::Place& place : *places) {
      if (place.evidence_key == last) continue;
      const auto token = reader_.FindToken(place.position);
      if (!token.ok()) return token.status();
      if (!*token) continue;
      last = place.evidence_key;
      ++asked;
      work.owed.insert((*token)->agent);
      absl::Status status = views_.OweReply((*token)->agent, v1::REPLY_QUESTION,
                                            question, (*token)->record);
      if (!status.ok()) return status;
    }
  }
}

// Nobody is asked more often than the organisation wants.
absl::StatusOr<uint32_t> Fold::AskScope(const v1::QuestionRecord& record,
                                        Work& work) {
  const int64_t at = record.received_at().seconds();
  const int64_t quiet = kDaySeconds * duty_->rules().pulse_quiet_days();
  uint32_t asked = 0;
  for (const std::string& agent : record.agents()) {
    const auto before = views_.LastPulse(agent);
    if (!before.ok()) return before.status();
    if (*before != 0 && at - *before < quiet) continue;
    absl::Status status = views_.NotePulse(agent, at);
    if (status.ok()) {
      status = views_.OweReply(agent, v1::REPLY_QUESTION,
                               record.question().id(), "");
    }
    if (!status.ok()) return status;
    work.owed.insert(agent);
    ++asked;
  }
  return asked;
}

// Who may answer, as a key; empty: nobody asked them.
absl::StatusOr<std::string> Fold::WhoAnswers(
    const v1::QuestionAnswerRecord& record, const v1::Question& question,
    const OwnerToken& sender) {
  if (!sender.NamesAgent()) return KeyLeft(sender);
  const std::string& agent = sender.agent;
  std::string asked;  // the report that they were asked about
  if (question.insight() != 0) {
    const auto found = views_.FindObservation(record.observation());
    if (!found.ok()) return found.status();
    if (!*found || (*found)->withdrawn) return std::string();
    const auto token = reader_.FindToken((*found)->position);
    if (!token.ok()) return token.status();
    if (!*token || (*token)->agent != agent) return std::string();
    asked = (*token)->record;
  }
  const auto owed = views_.WasOwed(question.id(), asked, agent);
  if (!owed.ok()) return owed.status();
  return *owed ? Key(router_key_, "asked", question.id(), agent + asked)
               : std::string();
}

// Which agent it came from is of no use once it has become a key.
absl::Status Fold::FoldQuestionAnswer(const LogRow& row, Work& work) {
  v1::QuestionAnswerRecord record;
  if (!record.ParseFromString(row.body)) {
    return absl::DataLossError("an answer to a question cannot be read");
  }
  auto result = views_.FindQuestion(record.question());
  if (!result.ok()) return result.status();
  std::string who;
  if (*result) {
    auto found = WhoAnswers(record, (*result)->question(), row.token);
    if (!found.ok()) return found.status();
    who = *std::move(found);
    // Taken without its words, as it came after they were erased.
    if ((*result)->question().has_open_text() &&
        record.personal_hmac().empty()) {
      absl::Status ordered = OrderErased(row, work);
      if (!ordered.ok()) return ordered;
    }
  }
  absl::Status status = *result
                            ? CountAnswer(record, row, who, *std::move(*result))
                            : RefuseMessage("to no question");
  if (!status.ok()) return status;
  return SettleSender(row, who.empty() ? std::string(kOther) : AsLeft(who));
}

absl::Status Fold::CountAnswer(const v1::QuestionAnswerRecord& record,
                               const LogRow& row, const std::string& who,
                               v1::QuestionResult result) {
  v1::PersonalMessage personal;
  if (!personal.ParseFromString(row.personal)) {
    return absl::DataLossError("an answer to a question cannot be read");
  }
  const v1::Question& question = result.question();
  if (contract::ToTime(record.at()) > contract::ToTime(question.closes_at())) {
    return RefuseMessage("after it was closed");
  }
  const size_t choices = contract::Choices(question);
  v1::QuestionAnswer answer;
  if (question.has_scale()) {
    answer.set_point(record.option());
  } else {
    answer.set_option(record.option());
  }
  const auto choice = contract::ChoiceOf(question, answer);
  if (choices > 0 && !choice) return RefuseMessage("that it does not offer");
  if (who.empty()) return RefuseMessage("of somebody who was not asked");
  const auto first = views_.NoteOnce(question.id(), who);
  if (!first.ok()) return first.status();
  if (!*first) return RefuseMessage("a second time");
  result.set_answered(result.answered() + 1);
  if (choice) {
    const auto at = static_cast<int>(*choice);
    result.set_counts(at, result.counts(at) + 1);
  } else if (!personal.text().empty()) {
    auto& texts = *result.mutable_texts();
    auto& positions = *result.mutable_text_positions();
    if (texts.size() == kMostTexts) {
      texts.erase(texts.begin());
      positions.erase(positions.begin());
    }
    *texts.Add() = personal.text();
    positions.Add(row.position);
  }
  counters_.question_answers.Add();
  return PutQuestion(result);
}

absl::Status Fold::RefuseMessage(const char* why) {
  counters_.messages_refused.Add();
  log_.Warn("answer_to_question_refused", {{"why", why}});
  return absl::OkStatus();
}

absl::Status Fold::FoldGuidance(const LogRow& row, Work& work) {
  v1::GuidanceRecord record;
  v1::PersonalMessage personal;
  if (!record.ParseFromString(row.body) ||
      !personal.ParseFromString(row.personal)) {
    return absl::DataLossError("guidance cannot be read");
  }
  v1::Guidance& guidance = *record.mutable_guidance();
  const auto known = views_.FindGuidance(guidance.id());
  if (!known.ok()) return known.status();
  if (*known) return absl::OkStatus();
  guidance.set_text(personal.text());
  if (!guidance.has_at()) *guidance.mutable_at() = record.received_at();
  for (const std::string& agent : record.agents()) {
    work.owed.insert(agent);
    absl::Status status =
        views_.OweReply(agent, v1::REPLY_GUIDANCE, guidance.id(), "");
    if (!status.ok()) return status;
  }
  const auto number = views_.Number("guidance");
  if (!number.ok()) return number.status();
  absl::Status status = views_.PutNumber("guidance", *number + 1);
  if (!status.ok()) return status;
  v1::GuidanceReach reach;
  reach.set_number(*number);
  reach.set_machines(static_cast<uint32_t>(record.agents_size()));
  reach.set_leader_name(LeaderName(organisation_, guidance.leader()));
  *reach.mutable_guidance() = std::move(guidance);
  counters_.guidance.Add();
  return PutGuidance(reach);
}

absl::Status Fold::PutGuidance(const v1::GuidanceReach& reach) {
  absl::Status status = views_.PutGuidance(reach);
  if (!status.ok()) return status;
  return PutItem(fmt::format("guidance/{}", reach.number() % kKept),
                 v1::UPDATE_GUIDANCE, reach.SerializeAsString());
}

// Never more than there can be, whatever agents say: of an answer as many as
// there are reports, of guidance as many as there are machines.
absl::Status Fold::FoldRead(const LogRow& row, Work& work) {
  v1::ReadReceipt receipt;
  if (!receipt.ParseFromString(row.body)) {
    return absl::DataLossError("a read receipt cannot be read");
  }
  return receipt.guidance() ? FoldGuidanceRead(receipt)
                            : FoldAnswerRead(receipt, work);
}

absl::Status Fold::FoldGuidanceRead(const v1::ReadReceipt& receipt) {
  auto reach = views_.FindGuidance(receipt.id());
  if (!reach.ok()) return reach.status();
  if (!*reach || (*reach)->read() >= (*reach)->machines()) {
    return absl::OkStatus();
  }
  const auto first = views_.NoteOnce(receipt.id(), receipt.machine());
  if (!first.ok()) return first.status();
  if (!*first) return absl::OkStatus();
  (*reach)->set_read((*reach)->read() + 1);
  return PutGuidance(**reach);
}

absl::Status Fold::FoldAnswerRead(const v1::ReadReceipt& receipt, Work& work) {
  const auto answer = views_.FindAnswer(receipt.id());
  if (!answer.ok()) return answer.status();
  if (!*answer) return absl::OkStatus();
  const auto holder = MergedInto((*answer)->insight(), work);
  if (!holder.ok()) return holder.status();
  auto insight = Touch(*holder, work);
  if (!insight.ok()) return insight.status();
  if (*insight == nullptr) return absl::OkStatus();
  const uint64_t most = (*insight)->observations() + (*insight)->repeats();
  for (v1::Answer& one : *(*insight)->mutable_answers()) {
    if (one.id() != receipt.id() || one.read() >= most) continue;
    const auto first = views_.NoteOnce(receipt.id(), receipt.record());
    if (!first.ok()) return first.status();
    if (!*first) return absl::OkStatus();
    one.set_read(static_cast<uint32_t>(
        std::min<uint64_t>(most, uint64_t{one.read()} + receipt.count())));
  }
  return absl::OkStatus();
}

absl::Status Fold::PutReach() {
  const absl::Duration now = clock_.Monotonic();
  if (!reach_changed_ || now < reach_due_) return absl::OkStatus();
  reach_changed_ = false;
  reach_due_ = now + kReachEvery;
  const auto recent =
      views_.GuidanceSince(absl::ToUnixSeconds(clock_.Wall() - kReachFor));
  if (!recent.ok()) return recent.status();
  for (v1::GuidanceReach reach : *recent) {
    const auto reached = views_.AgentsReached(reach.guidance().id());
    if (!reached.ok()) return reached.status();
    if (*reached == reach.reached()) continue;
    reach.set_reached(static_cast<uint32_t>(*reached));
    absl::Status status = PutGuidance(reach);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace earshot::router
