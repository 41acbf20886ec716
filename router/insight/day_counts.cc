#include <algorithm>
#include <cstdint>

#include "absl/time/civil_time.h"
#include "router/insight/first_heard.h"
#include "router/insight/insight.h"

// How an insight's observations lie in time.
namespace earshot::router {
namespace {

constexpr int64_t kDay = 86400;
constexpr int64_t kQuarter = kDay / 4;

uint32_t QuarterOf(const v1::ObservationRecord& observation) {
  const int64_t second = observation.observed_at().seconds() % kDay;
  return static_cast<uint32_t>((second + kDay) % kDay / kQuarter);
}

v1::DayCell* Find(v1::DayCounts& day, const std::string& site,
                  const std::string& channel, const std::string& shift,
                  uint32_t quarter) {
  for (v1::DayCell& cell : *day.mutable_cells()) {
    if (cell.quarter() == quarter && cell.site() == site &&
        cell.shift() == shift && cell.channel() == channel) {
      return &cell;
    }
  }
  return nullptr;
}

v1::DayCell* Find(v1::DayCounts& day,
                  const v1::ObservationRecord& observation) {
  const uint32_t quarter = QuarterOf(observation);
  v1::DayCell* cell = Find(day, observation.site(), observation.channel(),
                           observation.shift(), quarter);
  return cell != nullptr ? cell : Find(day, "", "", "", quarter);
}

v1::DayCell& FindOrAdd(v1::DayCounts& day,
                       const v1::ObservationRecord& observation) {
  const uint32_t quarter = QuarterOf(observation);
  if (v1::DayCell* cell = Find(day, observation.site(), observation.channel(),
                               observation.shift(), quarter)) {
    return *cell;
  }
  const bool full = day.cells_size() >= kMostDayCells;
  if (full) {
    if (v1::DayCell* rest = Find(day, "", "", "", quarter)) return *rest;
  }
  v1::DayCell& cell = *day.add_cells();
  cell.set_quarter(quarter);
  if (full) return cell;
  cell.set_site(observation.site());
  cell.set_channel(observation.channel());
  cell.set_shift(observation.shift());
  return cell;
}

uint32_t Less(uint32_t count) { return count > 0 ? count - 1 : 0; }

constexpr absl::CivilDay kEpoch(1970, 1, 1);

int32_t NumberOf(absl::CivilDay day) {
  return static_cast<int32_t>(day - kEpoch);
}

int32_t WeekOf(int32_t day) {
  const absl::CivilDay on = kEpoch + day;
  return NumberOf(absl::PrevWeekday(on + 1, absl::Weekday::monday));
}

int32_t MonthOf(int32_t day) {
  return NumberOf(absl::CivilDay(absl::CivilMonth(kEpoch + day)));
}

using Spans = google::protobuf::RepeatedPtrField<v1::SpanCount>;

v1::SpanCount* Find(Spans& spans, int32_t first_day) {
  const auto found = std::find_if(
      spans.rbegin(), spans.rend(),
      [&](const auto& span) { return span.first_day() == first_day; });
  return found == spans.rend() ? nullptr : &*found;
}

void Count(Spans& spans, int32_t first_day, bool severe, int most) {
  v1::SpanCount* span = Find(spans, first_day);
  if (span == nullptr) {
    if (spans.size() >= most && first_day < spans[0].first_day()) return;
    spans.Add()->set_first_day(first_day);
    int at = spans.size() - 1;
    for (; at > 0 && spans[at - 1].first_day() > first_day; --at) {
      spans.SwapElements(at, at - 1);
    }
    if (spans.size() > most) spans.erase(spans.begin());
    span = Find(spans, first_day);
  }
  span->set_observations(span->observations() + 1);
  if (severe) span->set_severe(span->severe() + 1);
}

void Uncount(Spans& spans, int32_t first_day, bool severe) {
  v1::SpanCount* const span = Find(spans, first_day);
  if (span == nullptr) return;
  if (span->observations() > 0)
    span->set_observations(span->observations() - 1);
  if (severe && span->severe() > 0) span->set_severe(span->severe() - 1);
}

}  // namespace

int32_t DayOf(const v1::ObservationRecord& observation) {
  const int64_t seconds = observation.observed_at().seconds();
  return static_cast<int32_t>((seconds - (seconds < 0 ? kDay - 1 : 0)) / kDay);
}

void AddToSpans(v1::Insight& insight,
                const v1::ObservationRecord& observation) {
  const int32_t day = DayOf(observation);
  const bool severe = observation.severity() >= 5;
  Count(*insight.mutable_weeks(), WeekOf(day), severe, kMostWeeks);
  Count(*insight.mutable_months(), MonthOf(day), severe, kMostMonths);
}

void RemoveFromSpans(v1::Insight& insight,
                     const v1::ObservationRecord& observation) {
  const int32_t day = DayOf(observation);
  const bool severe = observation.severity() >= 5;
  Uncount(*insight.mutable_weeks(), WeekOf(day), severe);
  Uncount(*insight.mutable_months(), MonthOf(day), severe);
}

void AddToDay(v1::DayCounts& day, const Evidence& evidence) {
  if (IsRepeat(evidence.reading)) return;
  const v1::ObservationRecord& observation = evidence.observation;
  v1::DayCell& cell = FindOrAdd(day, observation);
  cell.set_observations(cell.observations() + 1);
  if (evidence.reading.new_that_day()) cell.set_reporters(cell.reporters() + 1);
  if (observation.severity() >= 5) cell.set_severe(cell.severe() + 1);
}

void RemoveFromDay(v1::DayCounts& day, const Evidence& evidence,
                   bool last_of_reporter) {
  if (IsRepeat(evidence.reading)) return;
  v1::DayCell* cell = Find(day, evidence.observation);
  if (cell == nullptr) return;
  cell->set_observations(Less(cell->observations()));
  if (evidence.observation.severity() >= 5)
    cell->set_severe(Less(cell->severe()));
  MoveReporter(*day.mutable_cells(), *cell, last_of_reporter);
}

}  // namespace earshot::router
