#include "router/text/taxonomy.h"

#include <algorithm>

namespace earshot::router {
namespace {

// With it, the confidence is about the share of right answers on rows that
// nobody had written rules on: one half with weight 2, nine tenths with 20.
constexpr uint32_t kDoubt = 2;

}  // namespace

Taxonomy::Taxonomy() = default;
Taxonomy::~Taxonomy() = default;

const TopicDetails* Taxonomy::Find(std::string_view path) const {
  for (const TopicDetails& topic : topics_) {
    if (topic.path == path) return &topic;
  }
  return nullptr;
}

Taxonomy::Match::RuleState& Taxonomy::Match::StateOf(uint32_t number) {
  RuleState& state = states_[number];
  if (state.round != round_) state = {round_, 0, false};
  return state;
}

void Taxonomy::EvaluateRules(Match& match) const {
  if (++match.round_ == 0 || match.states_.size() < rules_.size() ||
      match.clauses_met_.size() < rule_of_clause_.size()) {
    match.states_.assign(std::max(match.states_.size(), rules_.size()), {});
    match.clauses_met_.assign(
        std::max(match.clauses_met_.size(), rule_of_clause_.size()), 0);
    match.round_ = 1;
  }
  match.complete_.clear();
  for (const TermHit& hit : match.hits.all()) {
    for (uint32_t i = meets_ends_[hit.term]; i < meets_ends_[hit.term + 1];
         ++i) {
      const uint32_t clause = meets_[i];
      if (match.clauses_met_[clause] == match.round_) continue;
      match.clauses_met_[clause] = match.round_;
      const uint32_t rule = rule_of_clause_[clause];
      if (++match.StateOf(rule).met == clauses_of_rule_[rule]) {
        match.complete_.push_back(rule);
      }
    }
    for (uint32_t i = forbids_ends_[hit.term]; i < forbids_ends_[hit.term + 1];
         ++i) {
      match.StateOf(forbids_[i]).forbidden = true;
    }
  }
  match.rules.clear();
  for (const uint32_t rule : match.complete_) {
    if (!match.states_[rule].forbidden) match.rules.push_back(rule);
  }
  std::sort(match.rules.begin(), match.rules.end());
}

void Taxonomy::Count(Match& match) const {
  match.weights_.assign(topics_.size(), 0);
  for (const uint32_t rule : match.rules) {
    for (int topic = static_cast<int>(rules_[rule].topic); topic >= 0;
         topic = topics_[static_cast<size_t>(topic)].parent) {
      match.weights_[static_cast<size_t>(topic)] += rules_[rule].weight;
    }
  }
  match.votes.clear();
  for (size_t i = 0; i < match.weights_.size(); ++i) {
    if (match.weights_[i] > 0) {
      match.votes.push_back({static_cast<uint32_t>(i), match.weights_[i]});
    }
  }
}

uint32_t Taxonomy::Deepest(uint32_t topic,
                           const std::vector<TopicVote>& votes) const {
  while (true) {
    const TopicVote* best = nullptr;
    bool tie = false;
    for (const TopicVote& vote : votes) {
      if (topics_[vote.topic].parent != static_cast<int>(topic)) continue;
      tie = best != nullptr && vote.weight == best->weight;
      if (best == nullptr || vote.weight > best->weight) best = &vote;
    }
    if (best == nullptr || tie) return topic;
    topic = best->topic;
  }
}

void Taxonomy::Decide(Match& match) const {
  match.topic = kUntriaged;
  match.rule = {};
  match.confidence_milli = 0;
  match.certain = false;
  bool disagree = false;
  uint32_t root = 0;
  for (const uint32_t rule : match.rules) {
    if (!rules_[rule].certain) continue;
    const uint32_t said = topics_[rules_[rule].topic].root;
    disagree |= match.certain && said != root;
    match.certain = true;
    root = said;
  }
  match.certain &= !disagree;
  uint32_t total = 0;
  uint32_t most = 0;
  bool tie = false;
  for (const TopicVote& vote : match.votes) {
    if (topics_[vote.topic].parent >= 0) continue;
    total += vote.weight;
    tie = vote.weight == most || (tie && vote.weight < most);
    if (vote.weight <= most) continue;
    most = vote.weight;
    if (!match.certain) root = vote.topic;
  }
  if (total == 0 || (tie && !match.certain)) return;
  const uint32_t winner = Deepest(root, match.votes);
  match.topic = topics_[winner].path;
  // The share of the weight, so that a text that speaks of two topics is less
  // sure of one; little weight is weak evidence in any case.
  match.confidence_milli =
      match.certain ? 1000 : 1000 * most / (total + kDoubt);
  uint32_t best = 0;
  for (const uint32_t rule : match.rules) {
    const RuleInfo& info = rules_[rule];
    if (topics_[info.topic].root != root) continue;
    const uint32_t weight = 2 * info.weight + (info.topic == winner ? 1 : 0);
    if (weight <= best) continue;
    best = weight;
    match.rule = info.text;
  }
}

void Taxonomy::Classify(const TokenisedText& text,
                        const std::vector<std::string_view>& tags,
                        Match& match) const {
  match.hits.Clear(terms_.size());
  terms_.FindWords(text, 0, match.hits);
  terms_.FindPatterns(text, match.hits);
  const size_t read = std::min(tags.size(), TaxonomyLimits::kTagsRead);
  for (uint32_t i = 0; i < read; ++i) {
    Tokenise(tags[i], match.tag_);
    terms_.FindTag(match.tag_, i + 1, match.hits);
    terms_.FindWords(match.tag_, i + 1, match.hits);
  }
  EvaluateRules(match);
  Count(match);
  Decide(match);
}

}  // namespace earshot::router
