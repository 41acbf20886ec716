// Merges and splits: evidence moves from one insight to another, and both are
// counted anew from the log. Words come from there alone, so that nothing comes
// back that was erased.
#include "router/loop/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"
#include "router/loop/front_line.h"

namespace earshot::router {
namespace {

constexpr int kDeepest = 2 * kMostMerged;  // merges after one another

}  // namespace

absl::StatusOr<uint64_t> Fold::MergedInto(uint64_t insight, Work& work) {
  for (int i = 0; i < kDeepest; ++i) {
    if (!regrouped_.contains(insight)) return insight;
    const auto at = Touch(insight, work);
    if (!at.ok()) return at.status();
    if (*at == nullptr || (*at)->merged_into() == 0) return insight;
    insight = (*at)->merged_into();
  }
  return absl::DataLossError("insights are merged in a circle");
}

// Itself, and all that was merged into it, and into that.
absl::StatusOr<std::set<uint64_t>> Fold::PartsOf(uint64_t insight, Work& work) {
  std::set<uint64_t> parts;
  std::vector<uint64_t> open{insight};
  while (!open.empty()) {
    const uint64_t id = open.back();
    open.pop_back();
    if (!parts.insert(id).second || !regrouped_.contains(id)) continue;
    const auto at = Touch(id, work);
    if (!at.ok()) return at.status();
    if (*at == nullptr) continue;
    for (const v1::MergedPart& part : (*at)->merged()) {
      open.push_back(part.insight());
    }
  }
  return parts;
}

absl::Status Fold::FoldMerge(uint64_t from, const LoggedDecision& decided,
                             Work& work) {
  const v1::Decision& decision = decided.record.decision();
  const v1::Merge& merge = decision.merge();
  const auto into = InsightOf(merge.into(), merge.into_opened_by(), work);
  if (!into.ok()) return into.status();
  if (*into == 0) return views_.Park(merge.into_opened_by(), decided.number);
  auto source = Touch(from, work);
  if (!source.ok()) return source.status();
  if (*into == from) {
    return RefuseDecision(
        *source, decided,
        absl::FailedPreconditionError("it is part of it already"));
  }
  auto target = Touch(*into, work);
  if (!target.ok()) return target.status();
  if (*target == nullptr) {
    return RefuseDecision(
        *source, decided,
        absl::NotFoundError(fmt::format(
            "there is no insight #{} to merge it into", merge.into())));
  }
  const auto parts = PartsOf(from, work);
  if (!parts.ok()) return parts.status();
  const auto others = PartsOf(*into, work);
  if (!others.ok()) return others.status();
  if (parts->size() + others->size() > kMostMerged) {
    return RefuseDecision(*source, decided,
                          absl::ResourceExhaustedError(fmt::format(
                              "an insight holds {} others at most; merge into "
                              "another one",
                              kMostMerged - 1)));
  }
  const auto moving = views_.PositionsIn(from);
  if (!moving.ok()) return moving.status();
  // Of words only what leaders wrote.
  v1::Insight before = WithoutEvidence(**target);
  before.clear_history();
  before.clear_marks();
  absl::Status status = views_.PutBeforeMerge(decided.number, before);
  if (status.ok()) status = Move(*moving, from, *into, /*fresh=*/false, work);
  if (!status.ok()) return status;
  MergeLoops(**target, **source, decided);
  status = CountAnew(from, work);
  if (status.ok()) status = CountAnew(*into, work);
  if (!status.ok()) return status;
  counters_.decisions.Add();
  work.why[from] = work.why[*into] =
      fmt::format("merged by {}", decision.leader());
  return OweStandingToAll(*into, work);
}

// What a split takes out; FailedPrecondition: nothing, InvalidArgument: all of
// it.
absl::StatusOr<std::vector<uint64_t>> Fold::Leaving(uint64_t whole,
                                                    const v1::Split& split,
                                                    Work& work) {
  if (split.merged() == 0) {
    auto leaving = ResemblingIn(whole, split);
    if (!leaving.ok()) return leaving;
    const auto all = views_.PositionsIn(whole);
    if (!all.ok()) return all.status();
    if (leaving->empty()) {
      return absl::FailedPreconditionError(
          "it has no such observation any more");
    }
    if (leaving->size() == all->size()) {
      return absl::InvalidArgumentError(
          "that is all of it: nothing would be left");
    }
    return leaving;
  }
  const auto all = PartsOf(whole, work);
  if (!all.ok()) return all.status();
  if (split.merged() == whole || !all->contains(split.merged())) {
    return absl::FailedPreconditionError("no such part was merged into it");
  }
  const auto parts = PartsOf(split.merged(), work);
  if (!parts.ok()) return parts.status();
  auto leaving = views_.PositionsIn(whole);
  if (!leaving.ok()) return leaving;
  absl::Status status;
  std::erase_if(*leaving, [&](uint64_t position) {
    const auto row = views_.EvidenceAt(position);
    status.Update(row.status());
    return !row.ok() || !*row || !parts->contains((*row)->part);
  });
  if (!status.ok()) return status;
  if (leaving->empty()) {
    return absl::FailedPreconditionError("it holds nothing of that part");
  }
  return leaving;
}

absl::Status Fold::FoldSplit(uint64_t whole, const LoggedDecision& decided,
                             Work& work) {
  const v1::Decision& decision = decided.record.decision();
  const uint64_t merged = decision.split().merged();
  absl::Status status = SettleReadings(work);
  if (!status.ok()) return status;
  const auto leaving = Leaving(whole, decision.split(), work);
  if (absl::IsFailedPrecondition(leaving.status()) ||
      absl::IsInvalidArgument(leaving.status())) {
    const auto insight = Touch(whole, work);
    if (!insight.ok()) return insight.status();
    return RefuseDecision(*insight, decided, leaving.status());
  }
  if (!leaving.ok()) return leaving.status();
  const uint64_t number = merged != 0 ? merged : cursors_.next_insight++;
  if (merged == 0) {
    v1::Insight& fresh = work.insights[number];
    fresh.set_id(number);
    const auto first = views_.EvidenceAt(leaving->front());
    if (!first.ok()) return first.status();
    if (*first) fresh.set_opened_by((*first)->observation);
  }
  const auto part = Touch(number, work);
  if (!part.ok()) return part.status();
  const auto rest = Touch(whole, work);
  if (!rest.ok()) return rest.status();
  if (*part == nullptr || *rest == nullptr) {
    return absl::DataLossError("an insight that was merged is gone");
  }
  std::optional<v1::Insight> before;
  if (merged != 0 && (*part)->last_decision() == (*rest)->last_decision()) {
    auto found = views_.FindBeforeMerge((*rest)->last_decision(), whole);
    if (!found.ok()) return found.status();
    before = *std::move(found);
  }
  status = Move(*leaving, whole, number, /*fresh=*/merged == 0, work);
  if (status.ok()) status = LetGo(number, (*part)->merged_into(), work);
  if (!status.ok()) return status;
  SplitLoops(**rest, **part, before, decided);
  for (const uint64_t id : {whole, number}) {
    status = CountAnew(id, work);
    if (status.ok()) status = OweStandingToAll(id, work);
    if (!status.ok()) return status;
    work.why[id] = fmt::format("split by {}", decision.leader());
  }
  counters_.decisions.Add();
  return absl::OkStatus();
}

// Where it came in with another one, that one holds it no more.
absl::Status Fold::LetGo(uint64_t part, uint64_t holder, Work& work) {
  if (holder == 0) return absl::OkStatus();
  const auto at = Touch(holder, work);
  if (!at.ok()) return at.status();
  if (*at == nullptr) return absl::OkStatus();
  auto& list = *(*at)->mutable_merged();
  list.erase(
      std::remove_if(list.begin(), list.end(),
                     [&](const auto& one) { return one.insight() == part; }),
      list.end());
  return absl::OkStatus();
}

absl::Status Fold::SettleReadings(Work& work) {
  return work.readings.Settle(
      [this](uint64_t of, uint64_t count, uint64_t reading) {
        return NoteReadings(of, count, reading);
      });
}

// The observations that a split names, what nearly repeats their words, and
// what is the same report again.
absl::StatusOr<std::vector<uint64_t>> Fold::ResemblingIn(
    uint64_t whole, const v1::Split& split) {
  const auto positions = views_.PositionsIn(whole);
  if (!positions.ok()) return positions.status();
  std::unordered_set<uint64_t> clusters;
  for (const std::string& observation : split.observations()) {
    const auto found = views_.FindObservation(observation);
    if (!found.ok()) return found.status();
    if (!*found || (*found)->insight != whole) continue;
    const auto reading = ReadingAt((*found)->position);
    if (!reading.ok()) return reading.status();
    clusters.insert(reading->cluster());
  }
  std::unordered_set<uint64_t> moving;
  std::vector<uint64_t> out;
  if (clusters.empty()) return out;
  for (const uint64_t position : *positions) {
    const auto reading = ReadingAt(position);
    if (!reading.ok()) return reading.status();
    const bool again = reading->join() == v1::JOIN_REPEAT_ID;
    if (again ? !moving.contains(reading->joined())
              : !clusters.contains(reading->cluster())) {
      continue;
    }
    moving.insert(position);
    out.push_back(position);
  }
  return out;
}

absl::Status Fold::Move(const std::vector<uint64_t>& positions, uint64_t from,
                        uint64_t to, bool fresh, Work& work) {
  std::set<std::string> answers;
  for (const uint64_t id : {from, to}) {
    const auto insight = Touch(id, work);
    if (!insight.ok()) return insight.status();
    if (*insight != nullptr && !(*insight)->verdicts().answer().empty()) {
      answers.insert((*insight)->verdicts().answer());
    }
    regrouped_.insert(id);
    absl::Status status = views_.NoteRegrouped(id);
    if (!status.ok()) return status;
  }
  for (const uint64_t position : positions) {
    const auto evidence = views_.EvidenceAt(position);
    if (!evidence.ok()) return evidence.status();
    const auto row = reader_.ReadOne(position);
    if (!row.ok()) return row.status();
    if (!*evidence || !*row) {
      return absl::DataLossError("evidence is not in the log");
    }
    EvidenceRow moved = **evidence;
    // What is split off for the first time begins anew.
    moved.part = fresh ? 0 : moved.part != 0 ? moved.part : from;
    absl::Status status = MoveRow(**row, std::move(moved), to, answers, work);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Of what was erased, or is so old that nobody is owed anything, the reporter
// is not known any more; they go on under the key that they had, as somebody of
// their own.
absl::Status Fold::MoveRow(const LogRow& row, EvidenceRow evidence, uint64_t to,
                           const std::set<std::string>& answers, Work& work) {
  const std::string before = evidence.evidence_key;
  v1::PersonalObservation personal;
  if (!row.erased && personal.ParseFromString(row.personal)) {
    auto key = EvidenceKey(personal, row.token, to, work);
    if (!key.ok()) return key.status();
    if (!key->empty()) evidence.evidence_key = *std::move(key);
  }
  evidence.insight = to;
  if (evidence.part == to) evidence.part = 0;
  for (const std::string& answer : answers) {
    absl::Status status =
        views_.CopyVerdict(answer, before, evidence.evidence_key);
    if (!status.ok()) return status;
  }
  return views_.MoveEvidence(evidence);
}

// In the order of the log. The days that are kept no more stay away.
absl::Status Fold::CountAnew(uint64_t insight, Work& work) {
  absl::Status status = SettleReadings(work);
  if (!status.ok()) return status;
  auto at = Touch(insight, work);
  if (!at.ok()) return at.status();
  v1::Insight& counted = **at;
  counted = WithoutEvidence(counted);
  status = ClearDays(insight, work);
  if (!status.ok()) return status;
  const auto positions = views_.PositionsIn(insight);
  if (!positions.ok()) return positions.status();
  std::unordered_set<std::string> reporters;
  std::unordered_set<std::string> that_day;
  for (const uint64_t position : *positions) {
    const auto evidence = views_.EvidenceAt(position);
    if (!evidence.ok()) return evidence.status();
    if (!*evidence || (*evidence)->withdrawn) continue;
    const auto row = reader_.ReadOne(position);
    if (!row.ok()) return row.status();
    const auto reading_at = views_.ReadingOf(position);
    if (!reading_at.ok()) return reading_at.status();
    const auto read = reader_.ReadOne(*reading_at);
    if (!read.ok()) return read.status();
    Evidence one;
    v1::PersonalObservation personal;
    if (!*row || !*read || !one.observation.ParseFromString((*row)->body) ||
        !one.reading.ParseFromString((*read)->body)) {
      return absl::DataLossError("evidence is not in the log");
    }
    if (!(*row)->erased && personal.ParseFromString((*row)->personal)) {
      one.text = std::move(*personal.mutable_text());
      one.thanked = std::move(*personal.mutable_thanked());
    }
    one.lacked_authority = LackedAuthority(personal, one.reading);
    const int32_t day = DayOf(one.observation);
    if (!IsRepeat(one.reading)) {
      const std::string& who = (*evidence)->evidence_key;
      one.reading.set_new_reporter(reporters.insert(who).second);
      one.reading.set_new_that_day(
          that_day.insert(who + std::to_string(day)).second);
    }
    AddEvidence(counted, one);
    if (IsRepeat(one.reading)) continue;
    WatchEvidence(counted, contract::ToTime(one.observation.observed_at()),
                  true);
    if (!KeepsDay(day)) continue;
    const auto counts = TouchDay(insight, day, work);
    if (!counts.ok()) return counts.status();
    AddToDay(**counts, one);
  }
  CountUsual(counted);
  return CountVerdictsAnew(counted);
}

absl::Status Fold::CountVerdictsAnew(v1::Insight& insight) {
  if (insight.verdicts().answer().empty()) return absl::OkStatus();
  v1::Verdicts& verdicts = *insight.mutable_verdicts();
  const auto counts = views_.CountVerdicts(verdicts.answer(), insight.id());
  if (!counts.ok()) return counts.status();
  const auto sites =
      views_.VerdictSites(verdicts.answer(), insight.id(), v1::Verdict::YES);
  if (!sites.ok()) return sites.status();
  verdicts.set_yes(counts->yes);
  verdicts.set_no(counts->no);
  verdicts.set_cannot_tell(counts->cannot_tell);
  verdicts.set_asked(std::max(insight.reporters(),
                              counts->yes + counts->no + counts->cannot_tell));
  verdicts.set_sites(static_cast<uint32_t>(*sites));
  return absl::OkStatus();
}

// Who had it is not told again.
absl::Status Fold::OweStandingToAll(uint64_t insight, Work& work) {
  const auto at = Touch(insight, work);
  if (!at.ok()) return at.status();
  if (*at == nullptr) return absl::OkStatus();
  const v1::Answer* standing = StandingAnswer(**at);
  if (standing == nullptr) return absl::OkStatus();
  return OweEveryone(insight, v1::Answer(*standing), work);
}

}  // namespace earshot::router
