#ifndef EARSHOT_DASHBOARD_FEED_LISTING_LISTING_H_
#define EARSHOT_DASHBOARD_FEED_LISTING_LISTING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dashboard_feed/digest/daily.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/listing/filter.h"
#include "earshot/v1/digest.pb.h"

// A leader's insights, a page at a time, by falling priority. Pure.
namespace earshot::feed {

// How words are looked up; the mirror's index does it.
struct WordSearch {
  // Insights that may have them, the newest first, at most so many.
  std::function<absl::StatusOr<std::vector<uint64_t>>(size_t most)> find;
  // Which of these texts have them.
  std::function<absl::StatusOr<std::vector<size_t>>(
      const std::vector<std::string>& texts)>
      among;
};

struct Listed {
  v1::DigestItem item;         // in full, without a rank
  std::optional<Daily> daily;  // nothing: small groups hide it
};

struct List {
  std::vector<Listed> items;
  uint64_t found = 0;       // in all; with words, those that were found so far
  bool more_found = false;  // there are, or may be, more than that
  uint32_t hidden = 0;      // that a place of the filter may not choose
  bool more = false;        // after these
};

// A search looks at so many insights that may have the words; of them the most
// recent alone.
inline constexpr size_t kMostLookedAt = 1000;

// `passed` of those that are chosen, then `most`. Words are looked for in what
// the leader may read of an insight, never in more. `search` is asked only of a
// filter with words.
absl::StatusOr<List> ListInsights(const LeaderView& view, const Filter& filter,
                                  uint64_t passed, size_t most, absl::Time now,
                                  const WordSearch& search);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LISTING_LISTING_H_
