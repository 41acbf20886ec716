// What leaders ask the front line and advise it: checked here as the router
// will, then spooled.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dashboard_feed/digest/results.h"
#include "dashboard_feed/feed.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/messages.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr uint32_t kMessageLane = 1;  // routine
constexpr absl::Duration kOpenFor = absl::Hours(24 * 7);

// Every site that is named must be the leader's.
absl::Status CheckNarrow(const v1::Organisation& organisation,
                         const v1::Leader& leader, const v1::Scope& narrow) {
  const contract::LeaderScope scope(organisation, leader);
  for (const std::string& site : narrow.sites()) {
    if (scope.OfSite(site) != 0) continue;
    return absl::NotFoundError(fmt::format(
        "there is no site '{}' in the scope of '{}'", site, leader.id()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Feed::SpoolMessage(v1::RecordKind kind, std::string body,
                                absl::Time now) {
  spool::NewRecord record;
  record.lane = kMessageLane;
  record.kind = static_cast<uint32_t>(kind);
  record.id = random_.Bytes(wire::kRecordIdBytes);
  record.body = std::move(body);
  return spool_->Append({record}, now).status();
}

std::string Feed::OnItsWay() const {
  return connected_at_ == absl::InfiniteDuration()
             ? "it goes to the router as soon as that is reached"
             : "it goes to the router";
}

absl::StatusOr<std::string> Feed::AskFrontLine(const v1::Leader& leader,
                                               const std::string& body) {
  v1::Question question;
  if (!question.ParseFromString(body)) {
    return absl::InvalidArgumentError(
        "the question cannot be read; use the client of this release");
  }
  const absl::Time now = clock_.Wall();
  question.set_leader(leader.id());
  *question.mutable_at() = contract::ToStamp(now);
  if (!question.has_closes_at()) {
    *question.mutable_closes_at() = contract::ToStamp(now + kOpenFor);
  }
  const size_t removed = contract::Redact(redactor_, question);
  if (const auto refusal = contract::Validate(question)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  if (question.insight() != 0) {
    const auto seen = FindFor(leader, question.insight(), now);
    if (!seen) {
      return absl::NotFoundError(
          fmt::format("there is no insight #{} in the scope of '{}'",
                      question.insight(), leader.id()));
    }
    question.set_insight(seen->insight.id());
    question.set_opened_by(seen->insight.opened_by());
    question.clear_scope();
  } else {
    absl::Status status =
        CheckNarrow(mirror_->model().organisation, leader, question.scope());
    if (!status.ok()) return status;
  }
  absl::Status status =
      SpoolMessage(v1::RECORD_QUESTION, question.SerializeAsString(), now);
  if (!status.ok()) return status;
  log_.Info("question_spooled", {{"leader", leader.id()},
                                 {"insight", question.insight()},
                                 {"redactions", removed}});
  return fmt::format(
      "asked; {}. 'earshot-feed results --as {}' tells what "
      "comes back",
      OnItsWay(), leader.id());
}

absl::StatusOr<std::string> Feed::GuideFrontLine(const v1::Leader& leader,
                                                 const std::string& body) {
  v1::Guidance guidance;
  if (!guidance.ParseFromString(body)) {
    return absl::InvalidArgumentError(
        "the guidance cannot be read; use the client of this release");
  }
  const absl::Time now = clock_.Wall();
  guidance.set_leader(leader.id());
  *guidance.mutable_at() = contract::ToStamp(now);
  const size_t removed = contract::Redact(redactor_, guidance);
  if (const auto refusal = contract::Validate(guidance)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  absl::Status status =
      CheckNarrow(mirror_->model().organisation, leader, guidance.scope());
  if (!status.ok()) return status;
  status = SpoolMessage(v1::RECORD_GUIDANCE, guidance.SerializeAsString(), now);
  if (!status.ok()) return status;
  log_.Info("guidance_spooled",
            {{"leader", leader.id()}, {"redactions", removed}});
  return fmt::format(
      "given; {}. 'earshot-feed results --as {}' tells whom it "
      "reached",
      OnItsWay(), leader.id());
}

// What a leader saw on a visit is an observation like any other, signed.
absl::StatusOr<std::string> Feed::FileVisit(const v1::Leader& leader,
                                            const std::string& body) {
  v1::Observation said;
  if (!said.ParseFromString(body)) {
    return absl::InvalidArgumentError(
        "the observation cannot be read; use the client of this release");
  }
  const absl::Time now = clock_.Wall();
  const v1::Organisation& organisation = mirror_->model().organisation;
  const auto site = std::find_if(
      organisation.sites().begin(), organisation.sites().end(),
      [&](const v1::Site& one) { return one.id() == said.site(); });
  if (site == organisation.sites().end() ||
      contract::LeaderScope(organisation, leader).OfSite(said.site()) == 0) {
    return absl::NotFoundError(
        fmt::format("there is no site '{}' in the scope of '{}'", said.site(),
                    leader.id()));
  }
  if (said.channel().empty()) said.set_channel(site->channel());
  if (said.channel().empty()) said.set_channel("store");
  said.set_source(v1::SOURCE_LEADER_VISIT);
  said.mutable_reporter()->set_name(leader.name().empty() ? leader.id()
                                                          : leader.name());
  said.set_quote(true);
  *said.mutable_observed_at() = contract::ToStamp(now);
  const size_t removed = contract::RedactObservation(redactor_, said);
  said.set_redactions(static_cast<uint32_t>(removed));
  if (const auto refusal = contract::Validate(said)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  absl::Status status =
      SpoolMessage(v1::RECORD_OBSERVATION, said.SerializeAsString(), now);
  if (!status.ok()) return status;
  log_.Info("visit_spooled", {{"leader", leader.id()},
                              {"site", said.site()},
                              {"redactions", removed}});
  return fmt::format("recorded; {}", OnItsWay());
}

absl::StatusOr<std::string> Feed::TakeMessage(const v1::Leader& leader,
                                              uint32_t kind,
                                              const std::string& body) {
  switch (kind) {
    case v1::LEADER_ASK:
      return AskFrontLine(leader, body);
    case v1::LEADER_GUIDE:
      return GuideFrontLine(leader, body);
    default:
      return FileVisit(leader, body);
  }
}

v1::ResultList Feed::ResultsFor(const v1::Leader& leader) const {
  return ResultsOf(mirror_->model(), leader.id());
}

}  // namespace earshot::feed
