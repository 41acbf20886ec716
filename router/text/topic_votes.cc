#include "router/text/topic_votes.h"

#include <algorithm>
#include <cmath>

namespace earshot::router {
namespace {

// Of ln(1 + weight of the rules) beside a model's score. Chosen on reports that
// were written by another person than the rules.
constexpr double kVoteWeight = 0.45;
// Lower than any score of a linear model comes to.
constexpr double kImpossible = -1000;

}  // namespace

void TopicVotes::Use(const Taxonomy& taxonomy,
                     std::span<const std::string> labels) {
  if (hash_ == taxonomy.hash() && topics_.size() >= labels.size()) return;
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
  for (size_t topic = 0; topic < topics.size(); ++topic) {
    if (topics[topic].parent >= 0 || candidates_[topic] != kNoTopic) continue;
    candidates_[topic] = static_cast<uint32_t>(topics_.size());
    topics_.push_back(static_cast<uint32_t>(topic));
  }
}

std::span<const double> TopicVotes::Add(std::span<const double> of_label,
                                        const Taxonomy::Match& match) {
  double lowest = 0;
  for (const double score : of_label) lowest = std::min(lowest, score);
  scores_.assign(topics_.size(), lowest);
  for (size_t i = 0; i < of_label.size(); ++i) {
    scores_[i] = topics_[i] == kNoTopic ? kImpossible : of_label[i];
  }
  for (const TopicVote& vote : match.votes) {
    const uint32_t candidate = candidates_[vote.topic];
    if (candidate == kNoTopic) continue;  // below the first level
    scores_[candidate] +=
        kVoteWeight * std::log1p(static_cast<double>(vote.weight));
  }
  return scores_;
}

}  // namespace earshot::router
