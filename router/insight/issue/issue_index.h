#ifndef EARSHOT_ROUTER_INSIGHT_ISSUE_ISSUE_INDEX_H_
#define EARSHOT_ROUTER_INSIGHT_ISSUE_ISSUE_INDEX_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "router/insight/issue/issue_text.h"

namespace earshot::router {

// Another issue that may be the same one.
struct IssueMatch {
  uint64_t id = 0;
  double score = 0;    // 0..1
  bool joins = false;  // so alike that no person needs to say so
  std::string why;     // "same topic, both name the scanner"
};

// One text for each issue that was seen lately, and which of them another text
// may be about, in whatever words: README.md. Pure; the same calls in the same
// order give the same answers. One thread at a time. The oldest leave first.
class IssueIndex {
 public:
  struct Options {
    size_t most_issues = 20000;  // about 700 bytes each; 0: suggests nothing
    size_t most_suggested = 3;
  };

  IssueIndex(const Options& options,
             std::shared_ptr<const IssueConcepts> concepts);

  // Best first; ties: the lower id. Never for a shared topic alone: some thing
  // or code has to be named by both, or several rare words. Of two that are
  // suggested to be one issue themselves, the elder counts as much as the
  // younger.
  std::vector<IssueMatch> Find(const IssueText& text);

  // Ids are not given twice.
  void Add(uint64_t id, IssueText text);
  // Forgets one at once; false if it was not remembered.
  bool Remove(uint64_t id);

  size_t size() const { return entries_.size(); }

 private:
  struct Posting {
    std::deque<uint64_t> ids;  // the newest last, at most kMostPosted
    uint32_t issues = 0;       // that have the mark
  };

  double WeightOf(const IssueMark& mark) const;
  double LengthOf(const IssueText& text) const;
  std::vector<uint64_t> Candidates(const IssueText& text) const;
  IssueMatch Compare(const IssueText& text, uint64_t id,
                     const IssueText& other) const;
  void DropOldest();

  const Options options_;
  const std::shared_ptr<const IssueConcepts> concepts_;
  struct Entry {
    IssueText text;
    uint64_t elder = 0;  // the one that it was most like when it came
    bool has_elder = false;
  };

  std::unordered_map<uint64_t, Entry> entries_;
  std::deque<uint64_t> order_;  // ids by age; removed ones may be among them
  std::unordered_map<uint64_t, Posting> postings_;  // by mark
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_ISSUE_ISSUE_INDEX_H_
