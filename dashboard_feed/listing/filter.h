#ifndef EARSHOT_DASHBOARD_FEED_LISTING_FILTER_H_
#define EARSHOT_DASHBOARD_FEED_LISTING_FILTER_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/configuration.pb.h"

// Which insights a leader wants listed. It only chooses: the numbers of what is
// listed are those of the leader's whole scope, so that no two lists can be
// subtracted from each other, and a place chooses what k people said there, or
// what is open (LeaderView::List). Pure.
namespace earshot::feed {

// As in the query of a page or of the API; empty, or 0: not limited.
struct Filter {
  static constexpr size_t kLongestWords = 200;  // bytes

  uint32_t days = 0;  // heard of in so many, today counted: 1, 7 or 28
  std::string region;
  std::string site;
  std::string channel;
  std::string shift;
  std::string topic;  // by path prefix
  v1::Subject subject = v1::SUBJECT_UNSPECIFIED;
  v1::ObservationKind kind = v1::OBSERVATION_KIND_UNSPECIFIED;
  uint32_t severity = 0;  // at least
  std::string state;      // of the loop, or one of kOpen, kSettled
  std::string words;      // that its title or a verbatim has

  // Whether anything is limited.
  bool any() const;
};

inline constexpr char kOpen[] = "open";  // neither settled nor declined
inline constexpr char kSettled[] = "settled";

// Of a query's fields, of which others are passed over. InvalidArgument names
// the field, and what it may be.
absl::StatusOr<Filter> FilterFrom(
    const std::map<std::string, std::string>& fields);

// The same as a query, in one order, without what is not limited; empty: all.
std::string QueryOf(const Filter& filter);

// Its places and topics.
v1::Scope ScopeOf(const Filter& filter);

// Those that LeaderView::List chose by ScopeOf: all else but the words.
bool Chooses(const Filter& filter, const LeaderView& view, const Glance& glance,
             absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LISTING_FILTER_H_
