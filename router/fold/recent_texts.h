#ifndef EARSHOT_ROUTER_FOLD_RECENT_TEXTS_H_
#define EARSHOT_ROUTER_FOLD_RECENT_TEXTS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "earshot/v1/log.pb.h"
#include "router/insight/issue/issue_index.h"
#include "router/insight/issue/issue_text.h"
#include "router/insight/near/near_index.h"
#include "router/insight/near/signature.h"
#include "router/log/log.h"
#include "router/text/tokens.h"

namespace earshot::router {

// The texts that the fold read last, by their position in the log: which of
// them a text repeats, and which issues it may be about in other words. In
// memory alone, about 300 bytes a text and 600 an issue: what it holds stands
// in the log and is read back from there. Owned by the fold, its thread.
class RecentTexts {
 public:
  // Texts and issues remembered; the oldest are forgotten first.
  RecentTexts(size_t most_texts, size_t most_issues);

  // Forgets everything, and reads the last texts of the readings up to the
  // position `folded`: about ten microseconds each.
  absl::Status Restore(Log& reader, uint64_t folded);
  // True until Restore was called for; after a step that came to nothing.
  bool stale() const { return stale_; }
  void MakeStale() { stale_ = true; }

  // The remembered text that this one repeats; `id` and `cluster` are
  // positions.
  std::optional<NearMatch> Find(const Signature& signature) {
    return near_->Find(signature);
  }
  // When Find found nothing; see NearIndex.
  const std::optional<NearMatch>& ButForNumbers() const {
    return near_->but_for_numbers();
  }
  bool WorthRemembering(const std::optional<NearMatch>& match) const {
    return near_->WorthAdding(match);
  }
  void Remember(uint64_t position, uint64_t cluster, uint64_t insight,
                const Signature& signature) {
    near_->Add(position, cluster, signature);
    insights_[position % kInsights] = {.position = position,
                                       .insight = insight};
  }
  // Of a remembered text; 0: not known here any more.
  uint64_t InsightOf(uint64_t position) const {
    const Place& place = insights_[position % kInsights];
    return place.position == position ? place.insight : 0;
  }

  struct Issue {
    IssueText text;
    std::vector<IssueMatch> matches;  // ids are positions of first texts
    double familiar = 0;              // see IssueIndex
  };
  // What it is about, and the issues that it may be.
  Issue FindIssue(const v1::ObservationRecord& observation,
                  const v1::PersonalObservation& personal,
                  const std::string& topic);
  // Remembers it as the first of another, under its position.
  void OpenIssue(uint64_t position, Issue issue) {
    issues_->Add(position, std::move(issue.text), issue.matches);
  }

  // As its erasure requires.
  void Forget(uint64_t position);

 private:
  // Of two positions with one place the later keeps it: 1 MiB in all.
  static constexpr size_t kInsights = 1U << 16U;
  struct Place {
    uint64_t position = 0;
    uint64_t insight = 0;
  };

  void Clear();
  absl::Status RestoreOne(Log& reader, const v1::Reading& reading);

  const size_t most_texts_;
  const size_t most_issues_;
  bool stale_ = true;
  std::unique_ptr<NearIndex> near_;
  std::vector<Place> insights_;
  std::unique_ptr<IssueIndex> issues_;
  IssueReader issue_reader_;
  Signer signer_;
  TokenisedText tokens_;
  Signature signature_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_RECENT_TEXTS_H_
