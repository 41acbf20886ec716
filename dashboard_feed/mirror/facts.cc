#include "dashboard_feed/mirror/facts.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "proto/contract/score.h"

namespace earshot::feed {
namespace {

int64_t SecondsOf(bool has, const google::protobuf::Timestamp& stamp) {
  return has ? stamp.seconds() : kNever;
}

// `number_of` a place; nothing: it is left out.
template <typename NumberOf>
void SetCells(const v1::Insight& insight, const Places& places,
              const NumberOf& number_of, Facts& facts) {
  facts.open = OpenCellsOf(insight);
  facts.open_anywhere = false;
  std::vector<CellFacts> cells;
  cells.reserve(static_cast<size_t>(insight.cells_size()));
  std::unordered_set<uint32_t> sites;
  for (const v1::Cell& cell : insight.cells()) {
    if (cell.observations() == 0) continue;
    const std::optional<uint32_t> place =
        number_of(Place{cell.site(), cell.channel(), cell.shift()});
    if (!place) continue;
    CellFacts& out = cells.emplace_back();
    out.place = *place;
    out.observations = static_cast<uint32_t>(cell.observations());
    out.reporters = cell.reporters();
    out.severity_max = cell.severity_max();
    sites.insert(places.SiteOf(out.place));
    facts.open_anywhere = facts.open_anywhere || facts.IsOpen(out);
  }
  facts.sites = static_cast<uint32_t>(sites.size());
  facts.cells = std::move(cells);
}

// Likewise.
template <typename NumberOf>
void SetQuotable(const v1::Insight& insight, const NumberOf& number_of,
                 Facts& facts) {
  constexpr size_t kLongest = 0xFFFF;
  std::vector<QuotableFacts> quotable;
  QuotableFacts best;
  for (const v1::Verbatim& verbatim : insight.verbatims()) {
    if (!verbatim.quote() || verbatim.text().empty()) continue;
    const std::optional<uint32_t> place =
        number_of(Place{verbatim.site(), verbatim.channel(), verbatim.shift()});
    if (!place) continue;
    const QuotableFacts one{
        *place, static_cast<uint16_t>(verbatim.severity()),
        static_cast<uint16_t>(std::min(verbatim.text().size(), kLongest))};
    quotable.push_back(one);
    if (std::pair(one.severity, one.length) >
        std::pair(best.severity, best.length)) {
      best = one;
    }
  }
  quotable.shrink_to_fit();
  facts.quotable_severity = best.severity;
  facts.quotable_length = best.length;
  facts.quotable = std::move(quotable);
}

void SetNumbers(const v1::Insight& insight, Facts& facts) {
  facts.observations = insight.observations();
  facts.reporters = insight.reporters();
  facts.severity_max = insight.severity_max();
  facts.late = insight.late();
  facts.priority_milli = insight.priority_milli();
  facts.size_milli = 0;
  for (const v1::PriorityPart& part : insight.parts()) {
    if (part.name() == "breadth" || part.name() == "volume") {
      facts.size_milli += part.milli();
    }
  }
  facts.first_seen = SecondsOf(insight.has_first_seen(), insight.first_seen());
}

bool FrontLineClosed(v1::State state) {
  return state == v1::CONFIRMED || state == v1::UNCHALLENGED;
}

void SetTimes(const v1::Insight& insight, Facts& facts) {
  facts.due = SecondsOf(insight.has_due(), insight.due());
  facts.answer_due = SecondsOf(insight.has_answer_due(), insight.answer_due());
  facts.muted_until = SecondsOf(insight.has_muted(), insight.muted().until());
  const int answers = insight.answers_size();
  facts.answered = answers > 0;
  facts.answered_at =
      answers == 0 ? kNever : insight.answers(answers - 1).at().seconds();
  facts.opened_at = SecondsOf(insight.has_opened_at(), insight.opened_at());
  facts.first_decided_at =
      SecondsOf(insight.has_first_decided_at(), insight.first_decided_at());
  facts.first_answered_at =
      SecondsOf(insight.has_first_answered_at(), insight.first_answered_at());
  facts.regressions =
      static_cast<uint16_t>(std::min<uint32_t>(insight.regressions(), 1000));
  facts.closed_at = kNever;
  if (!FrontLineClosed(insight.state())) return;
  for (const v1::InsightEvent& event : insight.history()) {
    if (event.state() == insight.state() && event.not_applied().empty()) {
      facts.closed_at = event.at().seconds();
    }
  }
}

void SetLists(const v1::Insight& insight, Vocabulary& words, Facts& facts) {
  facts.marks.clear();
  facts.marks.reserve(static_cast<size_t>(insight.marks_size()));
  for (const uint32_t mark : insight.marks()) {
    char bytes[sizeof(mark)];
    std::memcpy(bytes, &mark, sizeof(mark));
    facts.marks.push_back(
        words.marks.NumberOf(std::string_view(bytes, sizeof(bytes))));
  }
  // A word counts once, however often it comes.
  std::sort(facts.marks.begin(), facts.marks.end());
  facts.marks.erase(std::unique(facts.marks.begin(), facts.marks.end()),
                    facts.marks.end());
  facts.promises.clear();
  for (const v1::PromiseCell& cell : insight.promises()) {
    facts.promises.push_back({words.promises.NumberOf(cell.promise()),
                              words.places.SiteNumberOf(cell.site()),
                              static_cast<uint32_t>(cell.kept()),
                              static_cast<uint32_t>(cell.broken()),
                              cell.reporters()});
  }
}

}  // namespace

OpenCells OpenCellsOf(const v1::Insight& insight) {
  if (!insight.open_always()) return OpenCells::kNone;
  return contract::ShowsEverySite(insight) ? OpenCells::kAll
                                           : OpenCells::kSevere;
}

void SetFacts(const v1::Insight& insight, absl::Time taken_at,
              Vocabulary& words, Facts& facts) {
  facts.id = insight.id();
  facts.known = true;
  facts.state = insight.state();
  facts.kind = insight.kind();
  facts.subject = static_cast<uint8_t>(insight.subject());
  facts.taken_at = absl::ToUnixMillis(taken_at);
  facts.topic = words.topics.NumberOf(insight.topic());
  facts.familiar_milli =
      static_cast<uint16_t>(std::min<uint32_t>(insight.familiar_milli(), 1000));
  SetNumbers(insight, facts);
  const v1::OccurrenceCost& cost = insight.cost();
  facts.cost = {words.currencies.NumberOf(cost.currency()), cost.typical(),
                cost.low(), cost.high()};
  if (cost.currency().empty()) facts.cost.typical = 0;
  SetTimes(insight, facts);
  facts.on_the_spot = static_cast<uint32_t>(insight.resolved_on_the_spot());
  facts.lacked_authority = static_cast<uint32_t>(insight.lacked_authority());
  facts.on_the_spot_people = insight.on_the_spot_reporters();
  facts.lacked_authority_people = insight.lacked_authority_reporters();
  facts.spent_cents = insight.spent().empty() ? 0 : insight.spent(0).cents();
  facts.spent_currency = words.currencies.NumberOf(
      insight.spent().empty() ? "" : insight.spent(0).currency());
  facts.escalation = static_cast<uint8_t>(insight.escalation().stage());
  facts.escalated_to = words.leaders.NumberOf(insight.escalation().leader());
  const auto number_of = [&](const Place& place) {
    return std::optional(words.places.NumberOf(place));
  };
  SetCells(insight, words.places, number_of, facts);
  SetQuotable(insight, number_of, facts);
  SetLists(insight, words, facts);
}

void SetEvidence(const v1::Insight& insight, const Places& places,
                 Facts& facts) {
  SetNumbers(insight, facts);
  const auto number_of = [&](const Place& place) { return places.Find(place); };
  SetCells(insight, places, number_of, facts);
  SetQuotable(insight, number_of, facts);
}

}  // namespace earshot::feed
