#include "dashboard_feed/listing/listing.h"

#include <algorithm>
#include <deque>
#include <unordered_set>
#include <utility>

#include "dashboard_feed/explain/in_full.h"

namespace earshot::feed {
namespace {

constexpr size_t kTogether = 64;  // insights whose words are compared at once

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
    const auto order =
        HighestOf(listing.seen, static_cast<size_t>(passed_) + most_);
    for (size_t i = static_cast<size_t>(passed_); i < order.size(); ++i) {
      if (auto listed = InFull(listing.seen[order[i]])) {
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
    const auto order = HighestOf(listing.seen, kMostLookedAt);
    list_.more_found = ids->size() > kMostLookedAt;
    for (size_t at = 0; at < order.size() && !list_.more; at += kTogether) {
      const size_t end = std::min(at + kTogether, order.size());
      std::vector<Listed> some;
      for (size_t i = at; i < end; ++i) {
        if (auto listed = InFull(listing.seen[order[i]])) {
          some.push_back(*std::move(listed));
        }
      }
      const absl::Status status = Compare(std::move(some), search);
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

  // Takes those that have the words.
  absl::Status Compare(std::vector<Listed> some, const WordSearch& search) {
    std::vector<std::string> texts;
    texts.reserve(some.size());
    for (const Listed& listed : some) {
      texts.push_back(ReadableText(listed.item));
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
