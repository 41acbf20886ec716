// What leaders decide: checked here as the router will, then spooled.
#include <fmt/format.h>

#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/decisions/decisions.h"
#include "dashboard_feed/digest/mute_preview.h"
#include "dashboard_feed/digest/waiting.h"
#include "dashboard_feed/feed.h"
#include "proto/contract/names.h"
#include "proto/contract/score.h"
#include "proto/contract/times.h"
#include "proto/contract/validate.h"

namespace earshot::feed {
namespace {

constexpr uint32_t kDecisionLane = 1;  // routine

absl::Status AnotherSince(uint64_t insight) {
  return absl::FailedPreconditionError(fmt::format(
      "#{} is another insight since the router was restored from a copy; look "
      "at a new digest, and decide again",
      insight));
}

absl::Status NoSuchInsight(uint64_t insight, const v1::Leader& leader) {
  return absl::NotFoundError(fmt::format(
      "there is no insight #{} in the scope of '{}'; 'earshot-feed digest "
      "--for {}' lists what there is",
      insight, leader.id(), leader.id()));
}

}  // namespace

// In the leader's own scope, or in that of somebody for whom they stand in.
std::optional<Seen> Feed::FindFor(const v1::Leader& leader, uint64_t insight,
                                  absl::Time now) const {
  const Model& model = mirror_->model();
  auto seen = LeaderView(model, leader, now).Find(insight);
  if (seen) return seen;
  for (const std::string& id : ActsFor(model.organisation, leader, now)) {
    const v1::Leader* absent = model.FindLeader(id);
    if (absent == nullptr || id == leader.id()) continue;
    seen = LeaderView(model, *absent, now).Find(insight);
    if (seen) return seen;
  }
  return std::nullopt;
}

absl::StatusOr<Seen> Feed::CheckDecision(const v1::Leader& leader,
                                         absl::Time now, v1::Decision& decision,
                                         size_t& removed) {
  decision.set_leader(leader.id());
  *decision.mutable_at() = contract::ToStamp(now);
  removed = RedactDecision(redactor_, decision);
  auto seen = FindFor(leader, decision.insight(), now);
  if (seen && decision.has_split()) {
    absl::Status status =
        NameObservations(seen->insight, *decision.mutable_split());
    if (!status.ok()) return status;
  }
  if (const auto refusal = contract::Validate(decision)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  if (!seen) return NoSuchInsight(decision.insight(), leader);
  if (decision.has_merge()) {
    const auto into = FindFor(leader, decision.merge().into(), now);
    if (!into) return NoSuchInsight(decision.merge().into(), leader);
    if (into->insight.id() == seen->insight.id()) {
      return absl::FailedPreconditionError(
          fmt::format("#{} is part of #{} already", decision.insight(),
                      into->insight.id()));
    }
    // Checked here alone: what it is may differ while a restored router is
    // refilled, and a decision that was taken must hold then.
    const auto whole = mirror_->Latest(seen->insight.id());
    const auto other = mirror_->Latest(into->insight.id());
    if (whole && other &&
        contract::ShowsEverySite(*whole) != contract::ShowsEverySite(*other)) {
      return absl::FailedPreconditionError(
          "one of them is about risk or safety, whose sites always show; "
          "merged "
          "they would show who reported the other one");
    }
    const std::string& meant = decision.merge().into_opened_by();
    if (!meant.empty() && meant != into->insight.opened_by() &&
        decision.merge().into() == into->insight.id()) {
      return AnotherSince(decision.merge().into());
    }
    decision.mutable_merge()->set_into(into->insight.id());
    decision.mutable_merge()->set_into_opened_by(into->insight.opened_by());
  }
  // It may have been merged since the leader saw it.
  const bool moved = seen->insight.id() != decision.insight();
  decision.set_insight(seen->insight.id());
  if (moved) decision.clear_opened_by();
  const std::string& opened_by = seen->insight.opened_by();
  if (!decision.opened_by().empty() && decision.opened_by() != opened_by) {
    return AnotherSince(decision.insight());
  }
  decision.set_opened_by(opened_by);
  absl::Status status = decision.has_mute() ? CheckMute(seen->insight, decision)
                                            : CheckState(seen->insight.state(),
                                                         decision.verb_case());
  if (!status.ok()) return status;
  return *std::move(seen);
}

absl::StatusOr<std::string> Feed::Preview(const v1::Leader& leader,
                                          v1::Decision decision) {
  if (!decision.has_mute()) {
    return absl::InvalidArgumentError("only a mute has a preview");
  }
  const absl::Time now = clock_.Wall();
  size_t removed = 0;
  const auto seen = CheckDecision(leader, now, decision, removed);
  if (!seen.ok()) return seen.status();
  if (contract::EndsMute(decision)) {
    return fmt::format("#{} would show again in digests. Nothing was sent.",
                       decision.insight());
  }
  return MutePreview(mirror_->model(), leader, *seen,
                     contract::ToTime(decision.mute().until()), now);
}

absl::StatusOr<std::string> Feed::Decide(const v1::Leader& leader,
                                         v1::Decision decision) {
  const absl::Time now = clock_.Wall();
  size_t removed = 0;
  const uint64_t asked = decision.insight();
  absl::Status status = CheckDecision(leader, now, decision, removed).status();
  if (!status.ok()) return status;
  const std::string verb(contract::VerbName(decision.verb_case()));
  spool::NewRecord record;
  record.lane = kDecisionLane;
  record.kind = v1::RECORD_DECISION;
  record.id = random_.Bytes(wire::kRecordIdBytes);
  decision.SerializeToString(&record.body);
  const auto appended = spool_->Append({record}, now);
  if (!appended.ok()) return appended.status();
  status = outbox_->NoteDecision(record.id, leader.id(), decision.insight(),
                                 verb, now);
  if (!status.ok()) {
    log_.Warn("decision_not_listed", {{"why", os::StatusText(status)}});
  }
  log_.Info("decision_spooled", {{"leader", leader.id()},
                                 {"insight", decision.insight()},
                                 {"verb", verb},
                                 {"redactions", removed}});
  std::string text =
      fmt::format("{} for #{} recorded", verb, decision.insight());
  if (asked != decision.insight()) {
    text += fmt::format(", which #{} is part of", asked);
  }
  const bool told =
      decision.has_answer() || decision.has_decline() || decision.has_resolve();
  text += told ? "; it goes to everyone who reported it"
               : "; it goes to the router";
  if (connected_at_ == absl::InfiniteDuration()) {
    text += " as soon as the router is reached";
  }
  if (removed > 0) {
    text += fmt::format(
        ". {} that looked like a personal number or address {} removed from "
        "the text",
        removed == 1 ? "A stretch" : fmt::format("{} stretches", removed),
        removed == 1 ? "was" : "were");
  }
  return text;
}

}  // namespace earshot::feed
