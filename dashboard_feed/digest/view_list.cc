// All that one leader may see, by the facts alone.
#include <algorithm>
#include <utility>

#include "dashboard_feed/digest/view.h"

namespace earshot::feed {
namespace {

// What a subscription's scope chooses, by topic and by place.
std::vector<bool> TopicsIn(const Names& topics, const v1::Scope& narrow) {
  std::vector<bool> in;
  for (uint32_t i = 0; i < topics.size(); ++i) {
    in.push_back(contract::TopicInScope(narrow, topics[i]));
  }
  return in;
}

std::vector<bool> PlacesIn(const Model& model, const v1::Scope& narrow) {
  v1::Leader whoever;
  *whoever.mutable_scope() = narrow;
  whoever.mutable_scope()->clear_topics();
  const contract::LeaderScope scope(model.organisation, whoever);
  std::vector<bool> in;
  for (const Place& place : model.words.places.all()) {
    in.push_back(scope.OfPlace(place.site, place.channel, place.shift) != 0);
  }
  return in;
}

}  // namespace

// By what they are sorted by alone: a glance is large.
std::vector<uint32_t> HighestOf(std::span<const Glance> glances, size_t most) {
  struct Key {
    int64_t priority_milli;
    uint64_t id;
    uint32_t at;
  };
  std::vector<Key> keys;
  keys.reserve(glances.size());
  for (const Glance& glance : glances) {
    keys.push_back({glance.priority_milli, glance.id(),
                    static_cast<uint32_t>(keys.size())});
  }
  most = std::min(most, keys.size());
  const auto end = keys.begin() + static_cast<ptrdiff_t>(most);
  const auto before = [](const Key& a, const Key& b) {
    return a.priority_milli != b.priority_milli
               ? a.priority_milli > b.priority_milli
               : a.id < b.id;
  };
  // Of all of them sort is quicker.
  if (end == keys.end()) {
    std::sort(keys.begin(), end, before);
  } else {
    std::partial_sort(keys.begin(), end, keys.end(), before);
  }
  std::vector<uint32_t> highest;
  highest.reserve(most);
  for (auto at = keys.begin(); at != end; ++at) highest.push_back(at->at);
  return highest;
}

void SortByPriority(std::span<Glance> glances) {
  std::vector<Glance> sorted;
  sorted.reserve(glances.size());
  for (const uint32_t at : HighestOf(glances, glances.size())) {
    sorted.push_back(glances[at]);
  }
  std::copy(sorted.begin(), sorted.end(), glances.begin());
}

// As Count does with words. False: nothing of it is in the scope.
bool LeaderView::CountFacts(const Facts& facts, Glance& glance) const {
  glance.facts = &facts;
  glance.insight = facts.id;
  glance.timed = facts.due != kNever || facts.answer_due != kNever ||
                 facts.answered || facts.muted_until != kNever;
  glance.topic = facts.topic;
  glance.state = facts.state;
  glance.kind = facts.kind;
  glance.quotable_severity = facts.quotable_severity;
  glance.quotable_length = facts.quotable_length;
  glance.answered = facts.answered;
  glance.settled_there = facts.on_the_spot > 0 || facts.lacked_authority > 0;
  glance.decided = facts.first_decided_at != kNever;
  glance.escalation = facts.escalation;
  glance.priority_milli = facts.priority_milli;
  if (coverage_.HasEveryPlace(facts.topic)) {
    glance.observations = facts.observations;
    glance.reporters = facts.reporters;
    glance.sites = facts.sites;
    glance.severity_max = static_cast<uint8_t>(facts.severity_max);
    glance.open = facts.open_anywhere;
    glance.partial = false;
  } else {
    counted_sites_.resize(model_.words.places.sites().size());
    ++counting_;
    uint64_t observations = 0;
    uint64_t reporters = 0;
    glance.open = false;
    glance.severity_max = 0;
    glance.sites = 0;
    EachCell(glance, [&](const CellFacts& cell) {
      observations += cell.observations;
      reporters += cell.reporters;
      glance.severity_max = std::max(glance.severity_max,
                                     static_cast<uint8_t>(cell.severity_max));
      glance.open = glance.open || facts.IsOpen(cell);
      uint32_t& counted =
          counted_sites_[model_.words.places.SiteOf(cell.place)];
      if (counted != counting_) ++glance.sites;
      counted = counting_;
    });
    glance.observations = observations;
    glance.partial = observations < facts.observations;
    glance.reporters =
        static_cast<uint32_t>(std::min<uint64_t>(reporters, facts.reporters));
  }
  glance.hidden = glance.reporters < rules_.numbers;
  return glance.observations > 0;
}

LeaderView::Sight LeaderView::Glimpse(const Facts& latest,
                                      std::deque<Facts>& held,
                                      Glance& glance) const {
  glance.scopes = coverage_.OfTopic(latest.topic);
  if (glance.scopes == 0 || !CountFacts(latest, glance)) {
    return Sight::kOutside;
  }
  if (!slice_ || !glance.hidden || glance.open) return Sight::kSeen;
  if (latest.taken_at <= absl::ToUnixMillis(last_shift_end_)) {
    return Sight::kSeen;
  }
  // Below k in a slice: the evidence is that of the last shift end.
  const auto settled = model_.whole->AsOf(latest.id, last_shift_end_);
  if (!settled) return Sight::kHeld;
  Facts& facts = held.emplace_back(latest);
  SetEvidence(*settled, model_.words.places, facts);
  if (!CountFacts(facts, glance)) {
    held.pop_back();
    return Sight::kHeld;
  }
  glance.hidden = true;
  return Sight::kSeen;
}

// Whether a filter may choose this insight: that it does tells that somebody
// in it reported, so it needs k people of its own, or to be open.
LeaderView::Sight LeaderView::Narrow(const std::vector<bool>& narrow_topics,
                                     const std::vector<bool>* narrow_places,
                                     const Glance& glance) const {
  if (!narrow_topics[glance.facts->topic]) return Sight::kOutside;
  if (narrow_places == nullptr) return Sight::kSeen;
  uint64_t observations = 0;
  uint64_t reporters = 0;
  bool any_open = false;
  EachCell(glance, [&](const CellFacts& cell) {
    if (!(*narrow_places)[cell.place]) return;
    observations += cell.observations;
    reporters += cell.reporters;
    any_open = any_open || glance.facts->IsOpen(cell);
  });
  if (observations == 0) return Sight::kOutside;
  if (reporters < rules_.numbers && !any_open) return Sight::kHeld;
  return Sight::kSeen;
}

std::optional<Glance> LeaderView::One(uint64_t insight, const v1::Scope* narrow,
                                      std::deque<Facts>& held) const {
  const Facts* facts = model_.insights.Find(insight);
  Glance glance;
  if (facts == nullptr || Glimpse(*facts, held, glance) != Sight::kSeen) {
    return std::nullopt;
  }
  if (narrow == nullptr) return glance;
  const std::vector<bool> topics = TopicsIn(model_.words.topics, *narrow);
  std::vector<bool> places;
  const bool by_place = contract::LimitsPlaces(*narrow);
  if (by_place) places = PlacesIn(model_, *narrow);
  if (Narrow(topics, by_place ? &places : nullptr, glance) != Sight::kSeen) {
    return std::nullopt;
  }
  return glance;
}

LeaderView::Listing LeaderView::List(const v1::Scope* narrow) const {
  Listing listing;
  std::vector<bool> topics;
  std::vector<bool> places;
  const bool by_place = narrow != nullptr && contract::LimitsPlaces(*narrow);
  if (narrow != nullptr) topics = TopicsIn(model_.words.topics, *narrow);
  if (by_place) places = PlacesIn(model_, *narrow);
  listing.seen.reserve(coverage_.candidates());
  coverage_.EachCandidate([&](const Facts& facts) {
    Glance glance;
    Sight sight = Glimpse(facts, listing.held, glance);
    if (sight == Sight::kSeen && narrow != nullptr) {
      sight = Narrow(topics, by_place ? &places : nullptr, glance);
    }
    if (sight == Sight::kHeld) ++listing.hidden;
    if (sight == Sight::kSeen) listing.seen.push_back(glance);
  });
  return listing;
}

}  // namespace earshot::feed
