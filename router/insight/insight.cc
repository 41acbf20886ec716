#include "router/insight/insight.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/time/time.h"
#include "proto/contract/times.h"
#include "router/insight/first_heard.h"

namespace earshot::router {
namespace {

v1::Cell* FindCell(v1::Insight& insight, const v1::ObservationRecord& record) {
  for (v1::Cell& cell : *insight.mutable_cells()) {
    if (cell.site() == record.site() && cell.channel() == record.channel() &&
        cell.shift() == record.shift()) {
      return &cell;
    }
  }
  return nullptr;
}

v1::Cell* FindOrAddCell(v1::Insight& insight,
                        const v1::ObservationRecord& record) {
  if (v1::Cell* cell = FindCell(insight, record)) return cell;
  if (insight.cells_size() >= kMostCells) return nullptr;
  v1::Cell* cell = insight.add_cells();
  cell->set_site(record.site());
  cell->set_channel(record.channel());
  cell->set_shift(record.shift());
  return cell;
}

bool IsLate(const v1::ObservationRecord& record) {
  return contract::ToTime(record.received_at()) -
             contract::ToTime(record.observed_at()) >
         absl::Hours(24);
}

v1::PromiseCell* FindPromise(v1::Insight& insight,
                             const v1::ObservationRecord& record) {
  for (v1::PromiseCell& cell : *insight.mutable_promises()) {
    if (cell.promise() == record.promise().promise() &&
        cell.site() == record.site()) {
      return &cell;
    }
  }
  return nullptr;
}

void AddPromise(v1::Insight& insight, const Evidence& evidence) {
  const v1::ObservationRecord& record = evidence.observation;
  if (record.promise().promise().empty()) return;
  v1::PromiseCell* cell = FindPromise(insight, record);
  if (cell == nullptr) {
    if (insight.promises_size() >= kMostPromiseCells) return;
    cell = insight.add_promises();
    cell->set_promise(record.promise().promise());
    cell->set_site(record.site());
  }
  if (record.promise().kept()) {
    cell->set_kept(cell->kept() + 1);
    return;
  }
  cell->set_broken(cell->broken() + 1);
  if (evidence.reading.new_reporter()) {
    cell->set_reporters(cell->reporters() + 1);
  }
}

void RemovePromise(v1::Insight& insight, const v1::ObservationRecord& record,
                   bool last_of_reporter) {
  if (record.promise().promise().empty()) return;
  v1::PromiseCell* cell = FindPromise(insight, record);
  if (cell == nullptr) return;
  if (record.promise().kept()) {
    cell->set_kept(cell->kept() - (cell->kept() > 0 ? 1 : 0));
    return;
  }
  cell->set_broken(cell->broken() - (cell->broken() > 0 ? 1 : 0));
  if (last_of_reporter && cell->reporters() > 0) {
    cell->set_reporters(cell->reporters() - 1);
  }
}

void AddSpent(v1::Insight& insight, const v1::Money& spent) {
  constexpr int kMostCurrencies = 4;
  if (spent.cents() == 0) return;
  for (v1::Money& money : *insight.mutable_spent()) {
    if (money.currency() != spent.currency()) continue;
    money.set_cents(std::max<int64_t>(0, money.cents() + spent.cents()));
    return;
  }
  if (spent.cents() > 0 && insight.spent_size() < kMostCurrencies) {
    *insight.add_spent() = spent;
  }
}

// Says the opposite of what most of its observations say.
bool Dissents(const v1::Insight& insight, const v1::Verbatim& verbatim) {
  const bool mostly_negative = insight.negative() * 2 > insight.observations();
  return verbatim.sentiment() == (mostly_negative ? "positive" : "negative");
}

// Which one makes room: of the least severe the oldest. The first stays, and of
// those that dissent the latest.
int WeakestVerbatim(const v1::Insight& insight) {
  const auto& kept = insight.verbatims();
  int dissent = -1;
  for (int i = 1; i < kept.size(); ++i) {
    if (Dissents(insight, kept[i])) dissent = i;
  }
  int weakest = dissent == 1 ? 2 : 1;
  for (int i = weakest + 1; i < kept.size(); ++i) {
    if (i != dissent && kept[i].severity() < kept[weakest].severity()) {
      weakest = i;
    }
  }
  return weakest;
}

// The first stays, and one that dissents; of the others the most severe and the
// latest.
void AddVerbatim(v1::Insight& insight, const Evidence& evidence) {
  const v1::ObservationRecord& record = evidence.observation;
  if (!record.quote() || evidence.text.empty()) return;
  v1::Verbatim verbatim;
  verbatim.set_observation(record.observation());
  verbatim.set_text(Shorten(evidence.text, kVerbatimBytes));
  verbatim.set_site(record.site());
  verbatim.set_channel(record.channel());
  verbatim.set_shift(record.shift());
  verbatim.set_severity(record.severity());
  *verbatim.mutable_observed_at() = record.observed_at();
  verbatim.set_quote(true);
  verbatim.set_anonymous(record.anonymous());
  verbatim.set_late(IsLate(record));
  verbatim.set_sentiment(evidence.reading.sentiment());
  auto& kept = *insight.mutable_verbatims();
  if (kept.size() >= kMostVerbatims) {
    kept.erase(kept.begin() + WeakestVerbatim(insight));
  }
  *kept.Add() = std::move(verbatim);
}

// Of more the oldest go.
void AddThanked(v1::Insight& insight, const Evidence& evidence) {
  constexpr int kMost = 16;
  if (evidence.thanked.empty()) return;
  auto& thanked = *insight.mutable_thanked();
  if (thanked.size() == kMost) thanked.erase(thanked.begin());
  v1::ThankedPerson& person = *thanked.Add();
  person.set_name(evidence.thanked);
  person.set_site(evidence.observation.site());
  person.set_observation(evidence.observation.observation());
}

}  // namespace

void DropThanked(v1::Insight& insight,
                 const std::function<bool(const std::string&)>& of) {
  auto& thanked = *insight.mutable_thanked();
  thanked.erase(std::remove_if(thanked.begin(), thanked.end(),
                               [&](const v1::ThankedPerson& person) {
                                 return of(person.observation());
                               }),
                thanked.end());
}

bool LackedAuthority(const v1::PersonalObservation& personal,
                     const v1::Reading& reading) {
  constexpr std::string_view kTopic = "policy_knowledge/authority";
  if (reading.topic().compare(0, kTopic.size(), kTopic) == 0) return true;
  return std::any_of(personal.tags().begin(), personal.tags().end(),
                     [](const std::string& tag) {
                       return tag == "authority" || tag == "approval" ||
                              tag == "empowerment";
                     });
}

bool IsRepeat(const v1::Reading& reading) {
  return reading.join() == v1::JOIN_REPEAT_ID ||
         reading.join() == v1::JOIN_REPEAT_TEXT;
}

std::string Shorten(const std::string& utf8, size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80) {
    --end;
  }
  return utf8.substr(0, end) + "…";
}

v1::Insight OpenInsight(uint64_t id, const Evidence& evidence) {
  v1::Insight insight;
  insight.set_id(id);
  insight.set_topic(evidence.reading.topic());
  insight.set_kind(evidence.reading.kind());
  insight.set_state(v1::HEARD);
  insight.set_subject(evidence.observation.subject());
  *insight.mutable_first_seen() = evidence.observation.observed_at();
  *insight.mutable_last_seen() = evidence.observation.observed_at();
  return insight;
}

void AddEvidence(v1::Insight& insight, const Evidence& evidence) {
  if (IsRepeat(evidence.reading)) {
    insight.set_repeats(insight.repeats() + 1);
    return;
  }
  const v1::ObservationRecord& record = evidence.observation;
  insight.set_observations(insight.observations() + 1);
  if (evidence.reading.new_reporter()) {
    insight.set_reporters(insight.reporters() + 1);
  }
  const absl::Time at = contract::ToTime(record.observed_at());
  if (!insight.has_first_seen() ||
      at < contract::ToTime(insight.first_seen())) {
    *insight.mutable_first_seen() = record.observed_at();
  }
  if (at > contract::ToTime(insight.last_seen())) {
    *insight.mutable_last_seen() = record.observed_at();
  }
  if (IsLate(record)) insight.set_late(insight.late() + 1);
  if (evidence.reading.sentiment() == "negative") {
    insight.set_negative(insight.negative() + 1);
  }
  AddPromise(insight, evidence);
  AddToSpans(insight, record);
  insight.set_severity_max(std::max(insight.severity_max(), record.severity()));
  insight.set_open_always(insight.open_always() ||
                          evidence.reading.open_always());
  if (insight.kind() == v1::OBSERVATION_KIND_UNSPECIFIED) {
    insight.set_kind(evidence.reading.kind());
  }
  if (record.resolved_on_the_spot()) {
    insight.set_resolved_on_the_spot(insight.resolved_on_the_spot() + 1);
    AddSpent(insight, record.spent());
    if (evidence.reading.new_reporter()) {
      insight.set_on_the_spot_reporters(insight.on_the_spot_reporters() + 1);
    }
  }
  if (evidence.lacked_authority) {
    insight.set_lacked_authority(insight.lacked_authority() + 1);
    if (evidence.reading.new_reporter()) {
      insight.set_lacked_authority_reporters(
          insight.lacked_authority_reporters() + 1);
    }
  }
  if (v1::Cell* cell = FindOrAddCell(insight, record)) {
    cell->set_observations(cell->observations() + 1);
    if (evidence.reading.new_reporter()) {
      cell->set_reporters(cell->reporters() + 1);
    }
    cell->set_severity_max(std::max(cell->severity_max(), record.severity()));
    if (at > contract::ToTime(cell->last_seen())) {
      *cell->mutable_last_seen() = record.observed_at();
    }
  }
  AddVerbatim(insight, evidence);
  AddThanked(insight, evidence);
}

void RemoveEvidence(v1::Insight& insight, const Evidence& evidence,
                    bool last_of_reporter) {
  const v1::ObservationRecord& record = evidence.observation;
  auto& verbatims = *insight.mutable_verbatims();
  const auto gone = std::remove_if(
      verbatims.begin(), verbatims.end(),
      [&](const auto& v) { return v.observation() == record.observation(); });
  verbatims.erase(gone, verbatims.end());
  DropThanked(insight, [&](const std::string& observation) {
    return observation == record.observation();
  });
  if (IsRepeat(evidence.reading)) {
    insight.set_repeats(insight.repeats() - (insight.repeats() > 0 ? 1 : 0));
    return;
  }
  if (insight.observations() > 0) {
    insight.set_observations(insight.observations() - 1);
  }
  if (last_of_reporter && insight.reporters() > 0) {
    insight.set_reporters(insight.reporters() - 1);
  }
  if (IsLate(record) && insight.late() > 0)
    insight.set_late(insight.late() - 1);
  insight.set_negative(std::min(insight.negative(), insight.observations()));
  if (record.resolved_on_the_spot()) {
    if (insight.resolved_on_the_spot() > 0) {
      insight.set_resolved_on_the_spot(insight.resolved_on_the_spot() - 1);
    }
    v1::Money back = record.spent();
    back.set_cents(-back.cents());
    AddSpent(insight, back);
    if (last_of_reporter && insight.on_the_spot_reporters() > 0) {
      insight.set_on_the_spot_reporters(insight.on_the_spot_reporters() - 1);
    }
  }
  if (evidence.lacked_authority && insight.lacked_authority() > 0) {
    insight.set_lacked_authority(insight.lacked_authority() - 1);
    if (last_of_reporter && insight.lacked_authority_reporters() > 0) {
      insight.set_lacked_authority_reporters(
          insight.lacked_authority_reporters() - 1);
    }
  }
  RemovePromise(insight, record, last_of_reporter);
  RemoveFromSpans(insight, record);
  v1::Cell* cell = FindCell(insight, record);
  if (cell == nullptr) return;
  if (cell->observations() > 0)
    cell->set_observations(cell->observations() - 1);
  MoveReporter(*insight.mutable_cells(), *cell, last_of_reporter);
}

bool HoldsExperience(const v1::Insight& insight) {
  return insight.kind() == v1::OBSERVATION_KIND_EMPLOYEE_EXPERIENCE ||
         std::any_of(insight.merged().begin(), insight.merged().end(),
                     [](const v1::MergedPart& part) {
                       return part.holds_experience();
                     });
}

uint32_t SiteCount(const v1::Insight& insight) {
  std::set<std::string> sites;
  for (const v1::Cell& cell : insight.cells()) {
    if (cell.observations() > 0) sites.insert(cell.site());
  }
  return static_cast<uint32_t>(sites.size());
}

}  // namespace earshot::router
