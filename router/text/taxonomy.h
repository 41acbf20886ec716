#ifndef EARSHOT_ROUTER_TEXT_TAXONOMY_H_
#define EARSHOT_ROUTER_TEXT_TAXONOMY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "earshot/v1/configuration.pb.h"
#include "router/text/term_index.h"
#include "router/text/tokens.h"

namespace earshot::router {

inline constexpr std::string_view kUntriaged = "untriaged";

// Text format of the taxonomy that ships with the router.
std::string_view DefaultTaxonomyText();

// What a taxonomy may hold at most. Words, phrases and patterns: TermIndex.
struct TaxonomyLimits {
  static constexpr size_t kTopics = 1024;
  static constexpr size_t kDepth = 4;
  static constexpr size_t kRules = 32768;  // every shorthand entry is one
  static constexpr size_t kTermsOfRule = 1024;
  static constexpr size_t kPathBytes = 128;
  static constexpr size_t kTitleBytes = 256;  // title, owner, a rule's name
  static constexpr size_t kDescriptionBytes = 4096;
  static constexpr uint32_t kWeight = 100;
  static constexpr uint32_t kDeadlineHours = 8784;
  static constexpr size_t kTagsRead = 64;  // of one text; others are ignored
};

// A topic, with what it takes from its parents filled in.
struct TopicDetails {
  std::string path;
  std::string title;
  std::string description;
  std::string owner;
  v1::OccurrenceCost cost;               // currency empty: not known
  std::vector<uint32_t> deadline_hours;  // severity 1 first; empty: none
  int parent = -1;                       // place in the list of topics
  uint32_t root = 0;
};

struct TopicVote {
  uint32_t topic = 0;   // place in the list of topics
  uint32_t weight = 0;  // of the rules that matched, its children's too
};

// An organisation's topics and the rules that give them, compiled. Immutable,
// shared by the threads that read.
class Taxonomy {
 public:
  // All mistakes at once, each with the topic's path and what to do about it.
  static absl::StatusOr<std::unique_ptr<Taxonomy>> Compile(
      const v1::Taxonomy& taxonomy);
  ~Taxonomy();

  // What the rules made of one text, and room that is kept from text to text:
  // once it has grown, classifying allocates nothing. One thread's; any
  // taxonomy may use it next.
  class Match {
   public:
    std::string_view topic = kUntriaged;  // lives as long as the taxonomy
    std::string_view rule;  // the weightiest of the topic: "word fridge"
    uint32_t confidence_milli = 0;
    bool certain = false;
    std::vector<TopicVote> votes;  // by topic; first levels and below
    std::vector<uint32_t> rules;   // that matched, ascending
    TermHits hits;                 // the terms that were found, and where

   private:
    friend class Taxonomy;
    struct RuleState {
      uint32_t round = 0;
      uint16_t met = 0;
      bool forbidden = false;
    };
    RuleState& StateOf(uint32_t number);

    uint32_t round_ = 0;
    std::vector<uint32_t> clauses_met_;
    std::vector<RuleState> states_;
    std::vector<uint32_t> complete_;
    std::vector<uint32_t> weights_;
    TokenisedText tag_;
  };

  // The certain rules decide, if those that matched agree on the first level;
  // else the most weight does. `untriaged` when two first levels have as much,
  // or none has any. Below the first level a topic wins when it has more weight
  // than every other under the same parent. The words of tags count too.
  // Linear in the text, whatever it holds.
  void Classify(const TokenisedText& text,
                const std::vector<std::string_view>& tags, Match& match) const;

  const std::vector<TopicDetails>& topics() const { return topics_; }
  // nullptr when there is no such topic.
  const TopicDetails* Find(std::string_view path) const;

  struct RuleInfo {
    std::string text;  // its name, else its terms, at most 200 bytes
    uint32_t topic = 0;
    uint32_t weight = 0;  // of a certain rule kCertainWeight
    bool certain = false;
    std::vector<uint32_t> terms;  // that make it match, not those of `none`
  };
  static constexpr uint32_t kCertainWeight = 20;
  const std::vector<RuleInfo>& rules() const { return rules_; }
  const TermIndex& terms() const { return terms_; }

  // First 8 bytes of the SHA-256 of its canonical form.
  const std::string& hash() const { return hash_; }
  size_t topic_count() const { return topics_.size(); }

 private:
  class Compiler;
  Taxonomy();

  void EvaluateRules(Match& match) const;
  void Count(Match& match) const;
  void Decide(Match& match) const;
  // The child that has more weight than every other; `topic` if there is none.
  uint32_t Deepest(uint32_t topic, const std::vector<TopicVote>& votes) const;

  std::vector<TopicDetails> topics_;
  std::vector<RuleInfo> rules_;
  std::vector<uint16_t> clauses_of_rule_;  // how many must be met
  std::vector<uint32_t> rule_of_clause_;
  // What a term does: the clauses it meets, the rules it forbids. Ends of each
  // term's run.
  std::vector<uint32_t> meets_ends_;
  std::vector<uint32_t> meets_;
  std::vector<uint32_t> forbids_ends_;
  std::vector<uint32_t> forbids_;
  TermIndex terms_;
  std::string hash_;
};

// The one that ships with the router. Compiled once, when it is first asked
// for: that takes a twentieth of a second. Any thread.
absl::StatusOr<std::shared_ptr<const Taxonomy>> DefaultTaxonomy();

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TAXONOMY_H_
