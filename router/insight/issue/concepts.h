#ifndef EARSHOT_ROUTER_INSIGHT_ISSUE_CONCEPTS_H_
#define EARSHOT_ROUTER_INSIGHT_ISSUE_CONCEPTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "router/text/term_index.h"
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

  // What Find found, and its room. One thread's.
  struct Found {
    std::vector<uint16_t> concepts;  // by first appearance, each once
    std::vector<bool> covered;       // of each token: whether a form has it
    std::vector<TermHit> hits;       // scratch memory
  };
  // The longest form that begins at a token is taken, and none that overlaps
  // one before it. Time is linear in the number of tokens.
  void Find(const TokenisedText& text, Found& found) const;

  const Concept& At(uint16_t number) const { return concepts_[number]; }
  size_t size() const { return concepts_.size(); }

 private:
  std::vector<Concept> concepts_;
  TermIndex forms_;
  std::vector<uint16_t> of_term_;  // concept, by the number of the form
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_ISSUE_CONCEPTS_H_
