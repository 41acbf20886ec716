#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "router/fold/fold.h"
#include "router/fold/keys.h"

// Which insight an observation joins, or that it opens one.
namespace earshot::router {
namespace {

constexpr absl::Duration kRepeatWindow = absl::Hours(24);
constexpr int kMostTold = 24;

}  // namespace

absl::Status Fold::DecideJoin(const LogRow& row, const Prepared& prepared,
                              v1::Reading& reading,
                              v1::PersonalReading& derived, Work& work) {
  const v1::ObservationRecord& observation = prepared.said.observation;
  const v1::PersonalObservation& personal = prepared.said.personal;
  const auto taken_back = views_.HasTombstone(observation.observation());
  if (!taken_back.ok()) return taken_back.status();
  if (*taken_back) {
    reading.set_join(v1::JOIN_WITHDRAWN);
    return absl::OkStatus();
  }
  const auto first = views_.FirstSight(observation.observation(), row.position);
  if (!first.ok()) return first.status();
  if (!*first) {
    const auto seen = views_.FindObservation(observation.observation());
    if (!seen.ok()) return seen.status();
    if (!*seen) return absl::DataLossError("a record is seen, and nowhere");
    reading.set_join(v1::JOIN_REPEAT_ID);
    reading.set_insight((*seen)->insight);
    reading.set_joined((*seen)->position);
    derived.set_evidence_key((*seen)->evidence_key);
    return absl::OkStatus();
  }
  const auto said_same = SaidInsight(observation, work);
  if (!said_same.ok()) return said_same.status();
  absl::StatusOr<Join> join;
  if (*said_same != 0) {
    // Near repeats of its own are told by its words again.
    join = {*said_same, v1::JOIN_SAID, 0, row.position, 1, std::nullopt};
  } else {
    join = FindJoin(prepared.signature, derived.text_key(), row.position);
  }
  if (!join.ok()) return join.status();
  RecentTexts::Issue issue;
  if (join->insight == 0) {
    issue = recent_.FindIssue(observation, personal, reading.topic());
    absl::Status status = JoinIssue(issue, row.position, *join);
    if (!status.ok()) return status;
  }
  const bool opens = join->insight == 0;
  reading.set_insight(opens ? cursors_.next_insight++ : join->insight);
  reading.set_cluster(opens ? row.position : join->cluster);
  auto key = EvidenceKey(personal, row.token, reading.insight(), work);
  if (!key.ok()) return key.status();
  // Read again so late that nobody knows whose it was: as somebody of their
  // own.
  if (key->empty()) {
    *key = Key(router_key_, "forgotten", std::to_string(row.position));
  }
  derived.set_evidence_key(*std::move(key));
  if (opens) {
    recent_.Remember(row.position, reading.cluster(), reading.insight(),
                     prepared.signature);
    reading.set_remembered(true);
    reading.set_join(v1::JOIN_NEW);
    absl::Status status = Suggest(row.position, std::move(issue), derived);
    if (!status.ok()) return status;
    reading.set_new_reporter(true);
    reading.set_new_that_day(true);
    return absl::OkStatus();
  }
  const auto known = views_.ReporterKnown(reading.insight(),
                                          derived.evidence_key(), row.position);
  if (!known.ok()) return known.status();
  absl::StatusOr<bool> said = false;
  if (*known) {
    said = views_.SaidBefore(
        reading.insight(), derived.evidence_key(), derived.text_key(),
        observation.observed_at().seconds(), kRepeatWindow);
    if (!said.ok()) return said.status();
  }
  if (!*said && recent_.WorthRemembering(join->match)) {
    recent_.Remember(row.position, reading.cluster(), reading.insight(),
                     prepared.signature);
    reading.set_remembered(true);
  }
  reading.set_join(*said ? v1::JOIN_REPEAT_TEXT : join->reason);
  reading.set_joined(join->position);
  reading.set_join_score_milli(
      static_cast<uint32_t>(std::lround(join->score * 1000)));
  reading.set_new_reporter(!*known);
  absl::StatusOr<bool> that_day = false;
  if (*known) {
    that_day = views_.ReporterHeardOn(reading.insight(), derived.evidence_key(),
                                      DayOf(observation), row.position);
    if (!that_day.ok()) return that_day.status();
  }
  reading.set_new_that_day(!*that_day);
  return absl::OkStatus();
}

// Where nearly everything agrees.
absl::Status Fold::JoinIssue(const RecentTexts::Issue& issue, uint64_t position,
                             Join& join) {
  if (issue.matches.empty() || !issue.matches.front().joins) {
    return absl::OkStatus();
  }
  const IssueMatch& match = issue.matches.front();
  const auto insight = InsightAt(match.id);
  if (!insight.ok() || *insight == 0) return insight.status();
  // Near repeats of its own are told by its words again.
  join = {*insight, v1::JOIN_ISSUE, match.id,
          position, match.score,    std::nullopt};
  return absl::OkStatus();
}

// For a person to accept.
absl::Status Fold::Suggest(uint64_t position, RecentTexts::Issue issue,
                           v1::PersonalReading& derived) {
  for (const IssueMark& mark : issue.text.marks) {
    if (derived.marks_size() == kMostTold) break;
    derived.add_marks(
        static_cast<uint32_t>(MixBits(mark.hash ^ mark_key_) >> 32));
  }
  derived.set_familiar_milli(
      static_cast<uint32_t>(std::lround(std::min(issue.familiar, 1.0) * 1000)));
  for (const IssueMatch& match : issue.matches) {
    const auto insight = InsightAt(match.id);
    if (!insight.ok()) return insight.status();
    if (*insight == 0) continue;
    v1::SuggestedInsight& suggested = *derived.add_suggested();
    suggested.set_insight(*insight);
    suggested.set_score_milli(
        static_cast<uint32_t>(std::lround(match.score * 1000)));
    suggested.set_why(match.why);
  }
  recent_.OpenIssue(position, std::move(issue));
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Fold::InsightAt(uint64_t position) {
  const uint64_t known = recent_.InsightOf(position);
  if (known != 0 && !regrouped_.contains(known)) return known;
  return views_.InsightAt(position);
}

// The nearest of the last texts, or one long ago with exactly this text.
absl::StatusOr<Fold::Join> Fold::FindJoin(const Signature& signature,
                                          std::string_view text_key,
                                          uint64_t position) {
  if (const auto near = recent_.Find(signature)) {
    const auto insight = InsightAt(near->id);
    if (!insight.ok()) return insight.status();
    if (*insight != 0) {
      return Join{*insight,
                  near->reason == NearReason::kExact ? v1::JOIN_SAME_TEXT
                                                     : v1::JOIN_NEAR,
                  near->id,
                  near->cluster,
                  near->score,
                  near};
    }
  }
  const auto same = views_.FindText(text_key);
  if (!same.ok()) return same.status();
  if (same->insight == 0) {
    if (const auto& other = recent_.ButForNumbers()) {
      const auto insight = InsightAt(other->id);
      if (!insight.ok()) return insight.status();
      if (*insight != 0) {
        // Near repeats of its own are told by their numbers again.
        return Join{*insight, v1::JOIN_NUMBERS, other->id,
                    position, other->score,     std::nullopt};
      }
    }
  }
  return Join{
      same->insight, v1::JOIN_SAME_TEXT, same->position, same->position, 1,
      std::nullopt};
}

}  // namespace earshot::router
