#ifndef EARSHOT_ROUTER_INSIGHT_ISSUE_CONCEPTS_H_
#define EARSHOT_ROUTER_INSIGHT_ISSUE_CONCEPTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "router/text/tokens.h"

namespace earshot::router {

// The dictionary that ships with the router; see concepts.tsv for its form.
std::string_view IssueConceptsText();

// What people name and what happens to it, whatever they call it. Immutable;
// any thread.
class IssueConcepts {
 public:
  struct Concept {
    std::string name;    // self_checkout
    bool thing = false;  // else a happening
  };

  // InvalidArgument with every bad line of the dictionary.
  static absl::StatusOr<std::shared_ptr<const IssueConcepts>> Parse(
      std::string_view dictionary);
  // The shipped one, parsed once.
  static const std::shared_ptr<const IssueConcepts>& Shipped();

  // IssueConcepts of the text in order of first appearance, each once;
  // `covered` gets one entry for each token: whether a concept's form has it.
  // The longest form that begins at a token is taken. Time is linear in the
  // number of tokens.
  void Find(const TokenisedText& text, std::vector<uint16_t>& found,
            std::vector<bool>& covered) const;

  const Concept& At(uint16_t number) const { return concepts_[number]; }
  size_t size() const { return concepts_.size(); }

 private:
  static constexpr size_t kMostWords = 4;  // of one form
  static constexpr size_t kShortestStem = 3;

  struct Form {
    std::vector<std::string> words;
    bool open = false;  // the last word may go on
    uint16_t number = 0;
  };

  size_t Match(const Form& form, const TokenisedText& text, size_t at) const;

  std::vector<Concept> concepts_;
  // By first word; a single open word by its letters before the star.
  std::unordered_map<std::string_view, std::vector<Form>> forms_;
  std::unordered_map<std::string_view, std::vector<Form>> stems_;
  std::vector<std::unique_ptr<std::string>> keys_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_ISSUE_CONCEPTS_H_
