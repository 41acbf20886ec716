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
  double words = 0;    // cosine of the marks of both
  std::string why;     // "same topic, both name the scanner"
};

// One text for each issue that was seen lately, and which of them another text
// may be about, in whatever words: README.md. Pure; the same calls in the same
// order give the same answers. One thread at a time. The oldest leave first.
class IssueIndex {
 public:
  struct Options {
    size_t most_issues = 20000;  // about 600 bytes each; 0: suggests nothing
    size_t most_suggested = 3;
  };

  IssueIndex(const Options& options,
             std::shared_ptr<const IssueConcepts> concepts);

  // Best first; ties: the lower id. Never for a shared topic alone: some thing
  // or code has to be named by both, or several rare words. Of two that are
  // suggested to be one issue themselves, the elder counts as much as the
  // younger.
  //
  // `familiar`: the largest cosine of its marks with those of one that came
  // kFamiliarAfter seconds before it or earlier; 0: none has any of them.
  std::vector<IssueMatch> Find(const IssueText& text,
                               double* familiar = nullptr);
  static constexpr int64_t kFamiliarAfter = 5 * 86400;

  // Ids are not given twice. `matches`: what Find said of it.
  void Add(uint64_t id, IssueText text, const std::vector<IssueMatch>& matches);
  // Forgets one at once; false if it was not remembered.
  bool Remove(uint64_t id);

  size_t size() const { return entries_.size(); }

 private:
  struct Posting {
    std::vector<uint64_t> ids;  // the newest last, at most kMostPosted
    uint32_t issues = 0;        // that have the mark
    double log_issues = 0;      // of those and of what counts as seen before

    void Count(int more, IssueMark::Kind kind);
  };
  struct Entry {
    IssueText text;
    std::vector<const Posting*> postings;  // of its marks, in their order
    uint64_t elder = 0;  // the one that it was most like when it came
    bool has_elder = false;
  };
  // What a text's marks weigh among the issues of now.
  struct Weighed {
    const IssueText* text = nullptr;
    std::vector<const Posting*> postings;  // of its marks; nullptr: new
    std::vector<double> weights;
    double length = 0;
  };

  // What two texts have in common.
  struct Shared {
    double weight = 0;  // squared, summed
    std::vector<uint16_t> things;
    std::vector<uint16_t> happenings;
    size_t codes = 0;
    size_t words = 0;
  };

  double WeightOf(IssueMark::Kind kind, const Posting* posting) const;
  Weighed Weigh(const IssueText& text) const;
  double LengthOf(const Entry& entry) const;
  std::vector<uint64_t> Candidates(const Weighed& text) const;
  IssueMatch Compare(const Weighed& text, uint64_t id,
                     const Entry& other) const;
  static Shared SharedBy(const Weighed& text, const IssueText& other);
  std::string Why(const Shared& shared, double topic, bool same_site) const;
  void DropOldest();
  void CountEntries();

  const Options options_;
  const std::shared_ptr<const IssueConcepts> concepts_;
  std::unordered_map<uint64_t, Entry> entries_;
  double log_entries_ = 0;  // of those and of what counts as seen before
  // Ids by age; removed ones may be among them, a little more than the
  // others at most.
  std::deque<uint64_t> order_;
  // By mark. They stay where they are: entries point to them.
  std::unordered_map<uint64_t, Posting> postings_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_ISSUE_ISSUE_INDEX_H_
