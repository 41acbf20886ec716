#ifndef EARSHOT_ROUTER_TEXT_TOPIC_VOTES_H_
#define EARSHOT_ROUTER_TEXT_TOPIC_VOTES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "router/text/taxonomy.h"

namespace earshot::router {

// Adds what a taxonomy's rules say of the first-level topics to what a model
// says of its labels. One thread's.
class TopicVotes {
 public:
  // Candidates are the model's labels in their order, also those that are no
  // topic of the taxonomy. Kept from call to call: only another taxonomy costs
  // something.
  void Use(const Taxonomy& taxonomy, std::span<const std::string> labels);

  // Scores of the candidates. `of_label` are the model's.
  std::span<const double> Add(std::span<const double> of_label,
                              const Taxonomy::Match& match);

  static constexpr uint32_t kNoTopic = 0xFFFFFFFFU;
  // First-level topic of a candidate, a place in taxonomy.topics(); kNoTopic
  // if it is none.
  uint32_t TopicOf(uint32_t candidate) const { return topics_[candidate]; }
  // Whether a label of the model names this first-level topic.
  bool Knows(uint32_t topic) const { return candidates_[topic] != kNoTopic; }

 private:
  std::string hash_;                  // of the taxonomy in use
  std::vector<uint32_t> topics_;      // of the candidates
  std::vector<uint32_t> candidates_;  // of the topics, first levels only
  std::vector<double> scores_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TOPIC_VOTES_H_
