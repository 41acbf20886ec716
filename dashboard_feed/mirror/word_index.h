#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_WORD_INDEX_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_WORD_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/store/database.h"
#include "earshot/v1/insight.pb.h"

namespace earshot::feed {

// Which insights have which words, by SQLite's FTS5: case and accents do not
// matter, and the last word need only begin so. It stands in the mirror's
// database, which outlives it, and what it holds is text of reports: who shows
// anything by it looks at what the leader may see (Among). One thread.
// Bounded by the verbatims that the mirror has.
class WordIndex {
 public:
  static constexpr size_t kMostWords = 16;  // of a search; more are passed over
  static const char* Migration();

  explicit WordIndex(store::Database& database) : database_(database) {}

  // Before anything else.
  absl::Status Open();
  absl::StatusOr<bool> Empty();

  // In the caller's transaction. Writes nothing where the words are the same.
  absl::Status Put(const v1::Insight& insight);
  absl::Status Clear();

  // The newest first, at most so many. None: there is no word in `words`.
  absl::StatusOr<std::vector<uint64_t>> Find(const std::string& words,
                                             size_t most);
  // Which of these texts have the words, rising.
  absl::StatusOr<std::vector<size_t>> Among(
      const std::vector<std::string>& texts, const std::string& words);

  // FTS5 keeps what was replaced until its parts are merged. After an erasure,
  // and at the start, Tidy does a part of that, some ten milliseconds; true:
  // nothing is left to do.
  void NoteErased() { tidy_ = Tidying::kDue; }
  bool tidy() const { return tidy_ == Tidying::kNone; }
  absl::StatusOr<bool> Tidy();

 private:
  enum class Tidying { kNone, kDue, kGoesOn };

  store::Database& database_;
  Tidying tidy_ = Tidying::kDue;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_WORD_INDEX_H_
