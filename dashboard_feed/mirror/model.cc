#include "dashboard_feed/mirror/model.h"

#include <algorithm>
#include <utility>

#include "proto/contract/times.h"

namespace earshot::feed {

Facts& FactsTable::At(uint64_t id) {
  const auto [found, added] =
      slots_.try_emplace(id, static_cast<uint32_t>(slots_.size()));
  const uint32_t slot = found->second;
  if (added) {
    if (slot / kChunk == chunks_.size()) {
      chunks_.push_back(std::make_unique<Facts[]>(kChunk));
    }
    (*this)[slot].id = id;
    (*this)[slot].slot = slot;
  }
  return (*this)[slot];
}

const Facts* FactsTable::Find(uint64_t id) const {
  const auto found = slots_.find(id);
  if (found == slots_.end() || !(*this)[found->second].known) return nullptr;
  return &(*this)[found->second];
}

void FactsTable::Take(const v1::Insight& insight, absl::Time taken_at,
                      Vocabulary& words) {
  Facts& facts = At(insight.id());
  const bool was_known = std::exchange(facts.known, true);
  if (!was_known) ++known_;
  const uint32_t topic = facts.topic;
  const std::vector<CellFacts> cells = std::move(facts.cells);
  for (const uint32_t mark : facts.marks) --having_[mark];
  SetFacts(insight, taken_at, words, facts);
  having_.resize(words.marks.size());
  for (const uint32_t mark : facts.marks) ++having_[mark];
  facts.akin.clear();
  facts.akin.reserve(static_cast<size_t>(insight.suggested_size()));
  for (const v1::SuggestedInsight& other : insight.suggested()) {
    facts.akin.push_back({At(other.insight()).slot, other.score_milli()});
  }
  of_topic_.resize(words.topics.size());
  if (was_known && facts.topic != topic)
    std::erase(of_topic_[topic], facts.slot);
  if (!was_known || facts.topic != topic) {
    of_topic_[facts.topic].push_back(facts.slot);
  }
  NoteSites(facts, cells, words.places);
}

// A site that it was not heard of at before gets it once.
void FactsTable::NoteSites(const Facts& facts,
                           const std::vector<CellFacts>& before,
                           const Places& places) {
  of_site_.resize(places.sites().size());
  at_site_.resize(places.sites().size());
  for (const CellFacts& cell : before)
    at_site_[places.SiteOf(cell.place)] = true;
  for (const CellFacts& cell : facts.cells) {
    const uint32_t site = places.SiteOf(cell.place);
    if (at_site_[site]) continue;
    at_site_[site] = true;
    Slots& slots = of_site_[site];
    // It may have gone from here and come again.
    if (before.empty() ||
        std::find(slots.begin(), slots.end(), facts.slot) == slots.end()) {
      slots.push_back(facts.slot);
    }
  }
  for (const CellFacts& cell : before) {
    at_site_[places.SiteOf(cell.place)] = false;
  }
  for (const CellFacts& cell : facts.cells) {
    at_site_[places.SiteOf(cell.place)] = false;
  }
}

void Model::TakeInsight(const v1::Insight& insight, absl::Time taken_at) {
  insights.Take(insight, taken_at, words);
  if (insight.merged_into() != 0) {
    merged_into[insight.id()] = insight.merged_into();
  } else {
    merged_into.erase(insight.id());
  }
  NoteWaiting(insight);
  for (const v1::InsightEvent& event : insight.history()) {
    if (event.not_applied().empty()) continue;
    not_applied[{contract::ToTime(event.at()), event.decision()}] = {
        insight.id(), event.leader_id(), event.stands_of()};
    if (not_applied.size() > kMostNotApplied) {
      not_applied.erase(not_applied.begin());
    }
  }
}

void Model::NoteWaiting(const v1::Insight& insight) {
  const v1::Escalation& told = insight.escalation();
  const bool waits = told.stage() != v1::Escalation::STAGE_UNSPECIFIED &&
                     insight.merged_into() == 0;
  const auto found = waiting.find(insight.id());
  if (found != waiting.end()) {
    const v1::Escalation& before = found->second.told;
    if (waits && before.stage() == told.stage() &&
        before.leader() == told.leader() &&
        before.at().seconds() == told.at().seconds()) {
      return;
    }
    waiting_by_number.erase(found->second.number);
    waiting.erase(found);
  }
  if (!waits) return;
  waiting[insight.id()] = {told, next_waiting};
  waiting_by_number[next_waiting++] = insight.id();
}

uint64_t Model::Holder(uint64_t insight) const {
  for (size_t i = 0; i < merged_into.size(); ++i) {
    const auto found = merged_into.find(insight);
    if (found == merged_into.end()) break;
    insight = found->second;
  }
  return insight;
}

void Model::TakeDay(const v1::DayCounts& day) {
  history.Take(day, words.places, insights.At(day.insight()));
}

void Model::ForgetBefore(int32_t day) {
  if (!history.ForgetBefore(day)) return;
  for (size_t slot = 0; slot < insights.size(); ++slot) {
    history.Trim(insights[slot]);
  }
}

}  // namespace earshot::feed
