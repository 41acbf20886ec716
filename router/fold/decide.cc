#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/os/sha256.h"
#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"
#include "router/loop/front_line.h"
#include "router/loop/loop.h"
#include "router/organisation/organisation.h"
#include "router/text/reader.h"

// What the fold makes of one record.
namespace earshot::router {
namespace {

std::string_view JoinWord(v1::JoinReason reason) {
  switch (reason) {
    case v1::JOIN_NEW:
      return "new";
    case v1::JOIN_SAME_TEXT:
      return "the same text";
    case v1::JOIN_NEAR:
      return "nearly the same words";
    case v1::JOIN_NUMBERS:
      return "the same words with other numbers";
    case v1::JOIN_ISSUE:
      return "the same things and nearly the same words";
    case v1::JOIN_SAID:
      return "the reporter said that it is the same";
    case v1::JOIN_REPEAT_ID:
      return "the same report again";
    case v1::JOIN_REPEAT_TEXT:
      return "the same reporter said so within 24 hours";
    default:
      return "not joined";
  }
}

bool TaggedSafety(const v1::PersonalObservation& personal) {
  return std::find(personal.tags().begin(), personal.tags().end(), "safety") !=
         personal.tags().end();
}

// By what the reporter said, and was told about before sending; never by what
// a model makes of the words.
bool OpenAlways(const v1::ObservationRecord& observation,
                const v1::PersonalObservation& personal) {
  return observation.severity() == 5 ||
         observation.kind() == v1::OBSERVATION_KIND_RISK ||
         TaggedSafety(personal);
}

}  // namespace

absl::StatusOr<v1::Reading> Fold::Decide(const LogRow& row,
                                         const Prepared& prepared,
                                         const ReadingRules& rules,
                                         v1::PersonalReading& derived,
                                         Work& work) {
  v1::Reading reading;
  reading.set_of(row.position);
  reading.set_reading_version(kReadingVersion);
  reading.set_taxonomy(rules.taxonomy->hash());
  if (row.erased) {
    reading.set_topic(std::string(kUntriaged));
    reading.set_join(v1::JOIN_ERASED);
    return reading;
  }
  const TextReading& text = prepared.text;
  reading.set_topic(text.topic);
  reading.set_rule(text.rule);
  reading.set_kind(text.kind);
  reading.set_language(text.language);
  reading.set_urgency(text.urgency);
  reading.set_confidence_milli(text.confidence_milli);
  reading.set_sentiment(text.sentiment);
  reading.set_valence(text.valence);
  const auto milli = [&](Head head) {
    return text.milli.at(static_cast<size_t>(head));
  };
  reading.set_kind_confidence_milli(milli(Head::kKind));
  reading.set_sentiment_confidence_milli(milli(Head::kSentiment));
  reading.set_valence_confidence_milli(milli(Head::kValence));
  reading.set_urgency_confidence_milli(milli(Head::kUrgency));
  reading.set_language_confidence_milli(milli(Head::kLanguage));
  reading.set_model(text.model);
  reading.set_open_always(
      OpenAlways(prepared.said.observation, prepared.said.personal));
  derived.set_text_key(Key(router_key_, "text", text.topic, text.normalised));
  absl::Status status = DecideJoin(row, prepared, reading, derived, work);
  if (!status.ok()) return status;
  return reading;
}

absl::Status Fold::FoldObservation(const LogRow& row, Prepared prepared,
                                   const ReadingRules& rules, Work& work) {
  if (!prepared.status.ok()) return prepared.status;
  const v1::ObservationRecord& observation = prepared.said.observation;
  // Counted before a crash, or by the other of urgent and routine order.
  const auto counted = views_.HasEvidence(row.position);
  if (!counted.ok()) return counted.status();
  if (*counted) return absl::OkStatus();
  if (!observation.corrects().empty()) {
    absl::Status status =
        TakeOut(observation.corrects(), row.token, work).status();
    if (!status.ok()) return status;
  }
  v1::PersonalReading derived;
  auto reading = Decide(row, prepared, rules, derived, work);
  if (!reading.ok()) return reading.status();
  if (row.lane == 0) reading->set_after(cursors_.main);
  LogEntry entry;
  entry.kind = v1::LOG_READING;
  entry.salt = Key(router_key_, "salt", row.body);
  entry.personal = derived.SerializeAsString();
  reading->set_personal_hmac(os::HmacSha256(entry.salt, entry.personal));
  reading->SerializeToString(&entry.body);
  work.readings.Add(std::move(entry), row.position);
  return Apply(row, std::move(prepared.said), *reading, derived, work);
}

// It goes with what it resembles, should leaders split that off again.
absl::StatusOr<uint64_t> Fold::PartOf(const v1::Reading& reading) {
  if (!regrouped_.contains(reading.insight()) || reading.joined() == 0) {
    return 0;
  }
  const auto joined = views_.EvidenceAt(reading.joined());
  if (!joined.ok()) return joined.status();
  return *joined ? (*joined)->part : 0;
}

absl::Status Fold::Apply(const LogRow& row, Said said,
                         const v1::Reading& reading,
                         const v1::PersonalReading& derived, Work& work) {
  Evidence evidence;
  evidence.observation = std::move(said.observation);
  v1::PersonalObservation& personal = said.personal;
  counters_.read.Add();
  if (reading.join() == v1::JOIN_ERASED ||
      reading.join() == v1::JOIN_WITHDRAWN) {
    if (!row.erased) work.changes.erasures.push_back(row.position);
    const bool wordless = evidence.observation.personal_hmac().empty();
    if (wordless) {
      absl::Status status = OrderErased(row, work);
      if (!status.ok()) return status;
    }
    // Nobody is owed an answer to it.
    if ((wordless || reading.join() == v1::JOIN_WITHDRAWN) &&
        row.token.NamesAgent()) {
      absl::Status status = views_.PutUnsettled({row.position, "", false});
      if (!status.ok()) return status;
    }
    return views_.AddEvidence(
        {row.position, 0, evidence.observation.observation(), "", "",
         evidence.observation.observed_at().seconds(), true, true});
  }
  evidence.text = std::move(*personal.mutable_text());
  evidence.thanked = std::move(*personal.mutable_thanked());
  evidence.reading = reading;
  evidence.lacked_authority = LackedAuthority(personal, reading);
  const bool repeat = IsRepeat(reading);
  auto insight = Touch(reading.insight(), work);
  if (!insight.ok()) return insight.status();
  if (*insight == nullptr) {
    *insight = &work.insights
                    .emplace(reading.insight(),
                             OpenInsight(reading.insight(), evidence))
                    .first->second;
    counters_.insights.Add();
  }
  if (reading.join() == v1::JOIN_NEW) {
    (*insight)->set_opened_by(evidence.observation.observation());
    *(*insight)->mutable_opened_at() = evidence.observation.received_at();
    *(*insight)->mutable_suggested() = derived.suggested();
    *(*insight)->mutable_marks() = derived.marks();
    (*insight)->set_familiar_milli(derived.familiar_milli());
  }
  AddEvidence(**insight, evidence);
  if (reading.new_reporter()) {
    NoteIssue(**insight, evidence.observation.site(), work);
  }
  if (!repeat) {
    WatchEvidence(**insight,
                  contract::ToTime(evidence.observation.observed_at()), true);
    const auto day =
        TouchDay(reading.insight(), DayOf(evidence.observation), work);
    if (!day.ok()) return day.status();
    AddToDay(**day, evidence);
  }
  NoteAlert(evidence, TaggedSafety(personal), work);
  (*insight)->set_join_note(std::string(JoinWord(reading.join())));
  work.sites.insert(evidence.observation.site());
  // To the hour, so that it says nothing of one anonymous report.
  contacts_[evidence.observation.site()] =
      absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Wall()) / 3600 * 3600);
  ++(repeat ? cursors_.repeats : cursors_.observations);
  if (repeat) counters_.repeats.Add();
  if (reading.topic() == kUntriaged) {
    ++cursors_.untriaged;
    counters_.untriaged.Add();
  }
  const auto part = PartOf(reading);
  if (!part.ok()) return part.status();
  absl::Status status = views_.AddEvidence(
      {row.position, reading.insight(), evidence.observation.observation(),
       derived.evidence_key(), derived.text_key(),
       evidence.observation.observed_at().seconds(), repeat, false, *part});
  if (status.ok() && reading.join() == v1::JOIN_NEW) {
    status =
        views_.PutText(derived.text_key(), reading.insight(), row.position);
    if (status.ok() && cursors_.next_insight % 100000 == 0) {
      status = views_.TrimTexts(options_.remembered_texts);
    }
  }
  if (!status.ok()) return status;
  activity_changed_ = true;
  status = NoteReporter(row, evidence, personal.reporter_key());
  if (status.ok() && !repeat) status = OweThanks(**insight, evidence, work);
  if (status.ok()) status = OweStanding(row, **insight, work);
  if (!status.ok()) return status;
  return FoldParked(evidence.observation.observation(), work);
}

// An anonymous reporter is one at this site, and nowhere else. Of what is so
// old that nobody is owed anything it is not known any more which agent that
// was.
absl::Status Fold::NoteReporter(const LogRow& row, const Evidence& evidence,
                                const std::string& reporter_key) {
  const v1::ObservationRecord& observation = evidence.observation;
  if (observation.anonymous() && !row.token.NamesAgent()) {
    return absl::OkStatus();
  }
  const std::string who =
      observation.anonymous()
          ? Key(router_key_, "activity", row.token.agent, observation.site())
          : reporter_key;
  const std::string& site = observation.site();
  const std::string& channel = observation.channel();
  const std::string& topic = evidence.reading.topic();
  const int64_t day = observation.observed_at().seconds() / 86400;
  if (recent_activity_.Note(who, site, channel, topic, day)) {
    return absl::OkStatus();
  }
  return views_.NoteActivity(who, site, channel, topic, day);
}

absl::StatusOr<bool> Fold::TakeOut(std::string_view observation,
                                   const OwnerToken& sender, Work& work) {
  const auto found = views_.FindObservation(observation);
  if (!found.ok()) return found.status();
  // Overtaken by what takes it back: then it is not counted when it comes.
  if (!*found) {
    absl::Status status = views_.PutTombstone(observation);
    if (!status.ok()) return status;
    return true;
  }
  const EvidenceRow& row = **found;
  const auto record = reader_.ReadOne(row.position);
  if (!record.ok()) return record.status();
  if (!*record) return false;
  if (!IsOwn(sender, (*record)->token)) {
    log_.Warn("take_back_refused",
              {{"agent", sender.agent},
               {"why",
                "the report is of another agent, or so old that nobody "
                "knows any more of which"}});
    return false;
  }
  if (row.withdrawn) return true;
  Evidence evidence;
  evidence.observation.ParseFromString((*record)->body);
  evidence.reading.set_join(row.repeat ? v1::JOIN_REPEAT_TEXT : v1::JOIN_NEW);
  v1::PersonalObservation personal;
  personal.ParseFromString((*record)->personal);
  auto insight = Touch(row.insight, work);
  if (!insight.ok()) return insight.status();
  if (*insight != nullptr) {
    v1::Reading about;
    about.set_topic((*insight)->topic());
    evidence.lacked_authority = LackedAuthority(personal, about);
  }
  const auto others =
      views_.ReporterKnown(row.insight, row.evidence_key, row.position);
  if (!others.ok()) return others.status();
  if (*insight != nullptr) {
    RemoveEvidence(**insight, evidence, !*others);
    work.issues.insert(row.insight);
    if (!row.repeat) {
      WatchEvidence(**insight,
                    contract::ToTime(evidence.observation.observed_at()),
                    false);
    }
    if ((*insight)->opened_by() == observation) (*insight)->clear_marks();
    const int32_t on = DayOf(evidence.observation);
    const auto that_day =
        views_.ReporterHeardOn(row.insight, row.evidence_key, on, row.position);
    if (!that_day.ok()) return that_day.status();
    const auto day = TouchDay(row.insight, on, work);
    if (!day.ok()) return day.status();
    RemoveFromDay(**day, evidence, !*that_day);
    if (!row.repeat && cursors_.observations > 0) --cursors_.observations;
  }
  // The same record sent again under another epoch holds the text once more.
  const auto positions = views_.PositionsOf(row);
  if (!positions.ok()) return positions.status();
  for (const uint64_t position : *positions) {
    recent_.Forget(position);
    work.changes.erasures.push_back(position);
    absl::Status status = views_.MarkWithdrawn(position);
    if (!status.ok()) return status;
  }
  return true;
}

absl::Status Fold::FoldChange(const LogRow& row, Work& work) {
  switch (row.kind) {
    case v1::LOG_WITHDRAWAL:
      return FoldWithdrawal(row, work);
    case v1::LOG_DECISION:
      return FoldDecision(row, work);
    case v1::LOG_LEADER_CHANGE:
      return FoldLeaderChange(row);
    case v1::LOG_VERDICT:
      return FoldVerdict(row, work);
    case v1::LOG_TICK:
      return FoldTick(row, work);
    case v1::LOG_ERASURE:
      return FoldErasure(row, work);
    case v1::LOG_QUESTION:
      return FoldQuestion(row, work);
    case v1::LOG_QUESTION_ANSWER:
      return FoldQuestionAnswer(row, work);
    case v1::LOG_GUIDANCE:
      return FoldGuidance(row, work);
    case v1::LOG_READ:
      return FoldRead(row, work);
    default:
      // Readings are folded when they are made; the others are for people.
      return absl::OkStatus();
  }
}

absl::Status Fold::FoldWithdrawal(const LogRow& row, Work& work) {
  v1::WithdrawalRecord withdrawal;
  if (!withdrawal.ParseFromString(row.body)) {
    return absl::DataLossError("a withdrawal cannot be read");
  }
  const auto own = TakeOut(withdrawal.observation(), row.token, work);
  return own.ok() ? SettleSender(row, *own ? kOwn : kOther) : own.status();
}

}  // namespace earshot::router
