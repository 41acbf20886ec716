#include "router/text/topic_votes.h"

#include <cmath>

namespace earshot::router {
namespace {

// Of ln(1 + weight of the rules) beside a model's score. Chosen on reports that
// were written by another person than the rules.
constexpr double kVoteWeight = 0.45;

}  // namespace

void TopicVotes::Use(const Taxonomy& taxonomy,
                     std::span<const std::string> labels) {
  if (hash_ == taxonomy.hash() && topics_.size() == labels.size()) return;
  hash_ = taxonomy.hash();
  const std::vector<TopicDetails>& topics = taxonomy.topics();
  topics_.assign(labels.size(), kNoTopic);
  candidates_.assign(topics.size(), kNoTopic);
  for (size_t i = 0; i < labels.size(); ++i) {
    const TopicDetails* found = taxonomy.Find(labels[i]);
    if (found == nullptr || found->parent >= 0) continue;
    topics_[i] = static_cast<uint32_t>(found - topics.data());
    candidates_[topics_[i]] = static_cast<uint32_t>(i);
  }
}

std::span<const double> TopicVotes::Add(std::span<const double> of_label,
                                        const Taxonomy::Match& match) {
  scores_.assign(of_label.begin(), of_label.end());
  for (const TopicVote& vote : match.votes) {
    const uint32_t candidate = candidates_[vote.topic];
    if (candidate == kNoTopic) continue;
    scores_[candidate] +=
        kVoteWeight * std::log1p(static_cast<double>(vote.weight));
  }
  return scores_;
}

}  // namespace earshot::router
