#include "dashboard_feed/listing/listing.h"

#include <algorithm>
#include <deque>
#include <unordered_set>
#include <utility>

#include "dashboard_feed/explain/in_full.h"

namespace earshot::feed {
namespace {

constexpr size_t kTogether = 64;  // insights whose words are compared at once

// By falling priority; a glance is large, so its place is what moves.
std::vector<const Glance*> InOrder(const std::vector<Glance>& glances,
                                   size_t most) {
  struct Key {
    int64_t priority_milli;
    uint64_t id;
    const Glance* glance;
    bool operator<(const Key& other) const {
      return priority_milli != other.priority_milli
                 ? priority_milli > other.priority_milli
                 : id < other.id;
    }
  };
  std::vector<Key> keys;
  keys.reserve(glances.size());
  for (const Glance& glance : glances) {
    keys.push_back({glance.priority_milli, glance.id(), &glance});
  }
  const auto end = static_cast<ptrdiff_t>(std::min(most, keys.size()));
  std::partial_sort(keys.begin(), keys.begin() + end, keys.end());
  std::vector<const Glance*> sorted;
  sorted.reserve(static_cast<size_t>(end));
  for (auto at = keys.begin(); at != keys.begin() + end; ++at) {
    sorted.push_back(at->glance);
  }
  return sorted;
}

std::string ReadableText(const v1::DigestItem& item) {
  std::string text = item.title();
  for (const v1::Verbatim& verbatim : item.verbatims()) {
    text += "\n" + verbatim.text();
  }
  return text;
}

class Lister {
 public:
  Lister(const LeaderView& view, const Filter& filter, uint64_t passed,
         size_t most, absl::Time now)
      : view_(view), filter_(filter), passed_(passed), most_(most), now_(now) {}

  absl::StatusOr<List> All() {
    const LeaderView::Listing listing = Chosen();
    list_.found = listing.seen.size();
    list_.more = list_.found > passed_ + most_;
    const auto sorted =
        InOrder(listing.seen, static_cast<size_t>(passed_) + most_);
    for (size_t i = static_cast<size_t>(passed_); i < sorted.size(); ++i) {
      if (auto listed = InFull(*sorted[i])) {
        list_.items.push_back(*std::move(listed));
      }
    }
    return std::move(list_);
  }

  absl::StatusOr<List> WithWords(const WordSearch& search) {
    const auto ids = search.find(kMostLookedAt + 1);
    if (!ids.ok()) return ids.status();
    const std::unordered_set<uint64_t> may(ids->begin(), ids->end());
    LeaderView::Listing listing = Chosen();
    std::erase_if(listing.seen, [&](const Glance& glance) {
      return !may.contains(glance.id());
    });
    const auto sorted = InOrder(listing.seen, kMostLookedAt);
    list_.more_found = ids->size() > kMostLookedAt;
    for (size_t at = 0; at < sorted.size() && !list_.more; at += kTogether) {
      const absl::Status status =
          Compare({sorted.data() + at, std::min(kTogether, sorted.size() - at)},
                  search);
      if (!status.ok()) return status;
    }
    list_.more_found = list_.more_found || list_.more;
    return std::move(list_);
  }

 private:
  LeaderView::Listing Chosen() {
    const v1::Scope scope = ScopeOf(filter_);
    const bool whole = scope.ByteSizeLong() == 0;
    LeaderView::Listing listing = view_.List(whole ? nullptr : &scope);
    std::erase_if(listing.seen, [&](const Glance& glance) {
      return !Chooses(filter_, view_, glance, now_);
    });
    list_.hidden = listing.hidden;
    return listing;
  }

  std::optional<Listed> InFull(const Glance& glance) const {
    const auto seen = view_.Find(glance.id());
    if (!seen) return std::nullopt;
    Listed listed{ItemInFull(*seen, view_.rules(), view_.zone()),
                  DailyOf(view_, glance, now_)};
    listed.item.set_rank(0);
    return listed;
  }

  absl::Status Compare(std::span<const Glance* const> glances,
                       const WordSearch& search) {
    std::vector<Listed> some;
    std::vector<std::string> texts;
    for (const Glance* glance : glances) {
      if (auto listed = InFull(*glance)) {
        texts.push_back(ReadableText(listed->item));
        some.push_back(*std::move(listed));
      }
    }
    const auto have = search.among(texts);
    if (!have.ok()) return have.status();
    for (const size_t at : *have) {
      if (list_.found >= passed_ + most_) {
        list_.more = true;
        break;
      }
      if (list_.found++ >= passed_) list_.items.push_back(std::move(some[at]));
    }
    return absl::OkStatus();
  }

  const LeaderView& view_;
  const Filter& filter_;
  const uint64_t passed_;
  const size_t most_;
  const absl::Time now_;
  List list_;
};

}  // namespace

absl::StatusOr<List> ListInsights(const LeaderView& view, const Filter& filter,
                                  uint64_t passed, size_t most, absl::Time now,
                                  const WordSearch& search) {
  Lister lister(view, filter, passed, most, now);
  return filter.words.empty() ? lister.All() : lister.WithWords(search);
}

}  // namespace earshot::feed
