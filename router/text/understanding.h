#ifndef EARSHOT_ROUTER_TEXT_UNDERSTANDING_H_
#define EARSHOT_ROUTER_TEXT_UNDERSTANDING_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/text/classifier.h"
#include "router/text/features.h"
#include "router/text/heads.h"
#include "router/text/model.h"
#include "router/text/taxonomy.h"
#include "router/text/tokens.h"
#include "router/text/topic_votes.h"

namespace earshot::router {

// Of a text without letters.
inline constexpr std::string_view kNoLanguage = "und";

// The model that the program carries with it. Read in place, once; shared by
// all threads. An error if this program was built with one of another format.
absl::StatusOr<std::shared_ptr<const Model>> ShippedModel();

// A model file instead of it. InvalidArgument for one that does not answer
// every head.
absl::StatusOr<std::shared_ptr<const Model>> OpenUnderstandingModel(
    const std::string& path);

// What a report says. The words live as long as the model and the taxonomy.
struct Understood {
  std::string_view topic = kUntriaged;
  std::string_view rule;  // of the taxonomy, if one gave the topic or agreed
  std::string_view kind;
  std::string_view sentiment;
  std::string_view language = kNoLanguage;
  int valence = 0;                          // -4..4
  int urgency = 0;                          // 1..5
  std::array<double, kHeads> confidence{};  // 0..1, by Head

  double ConfidenceOf(Head head) const {
    return confidence.at(static_cast<size_t>(head));
  }
};

// Reads reports in one pass: its words are made once, its features are looked
// up once, and one model answers all heads. One thread's; the model may be
// shared. Allocates nothing once the longest text has been seen.
class Understanding {
 public:
  // The model is of task understanding, as ShippedModel() is.
  explicit Understanding(std::shared_ptr<const Model> model);

  // Certain rules decide the topic; else their votes are added to the model's
  // scores, and a topic that is too unsure is not given. Topics that the model
  // has no label for are the rules' alone. Valid until the next call.
  const Understood& Read(const Taxonomy& taxonomy, std::string_view text,
                         const std::vector<std::string_view>& tags);
  // The same of a text whose words were made before.
  const Understood& Read(const Taxonomy& taxonomy, const TokenisedText& text,
                         const std::vector<std::string_view>& tags);

  const Model& model() const { return *model_; }
  // Of the last text, with its tags.
  const TokenisedText& tokens() const { return tokens_; }
  // Of the last text, by the model alone: what it would have said without rules
  // and however unsure.
  std::string_view LikeliestTopic() const;
  // Scores of a label of a head for tokens, not calibrated: what an
  // explanation compares.
  double ScoreOf(Head head, std::string_view label, const TokenisedText& text);

 private:
  const Understood& ReadTokens(const Taxonomy& taxonomy,
                               const std::vector<std::string_view>& tags);

  struct Part {  // a head's labels
    size_t first = 0;
    size_t count = 0;
  };
  std::span<const double> ScoresOf(Head head) const;
  std::string_view Best(Head head);
  double Mean(Head head) const;
  void DecideTopic(const Taxonomy& taxonomy);
  void DecideKind();
  void DecideValence();

  std::shared_ptr<const Model> model_;
  FeatureReader reader_;
  Scores scores_;
  TokenisedText tokens_;
  TokenisedText tag_;
  Taxonomy::Match match_;
  TopicVotes votes_;
  std::array<Part, kHeads> parts_{};
  std::vector<std::string> labels_;
  std::vector<double> numbers_;  // of the labels that are numbers
  Understood understood_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_UNDERSTANDING_H_
