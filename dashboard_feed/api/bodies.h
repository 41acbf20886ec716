#ifndef EARSHOT_DASHBOARD_FEED_API_BODIES_H_
#define EARSHOT_DASHBOARD_FEED_API_BODIES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dashboard_feed/listing/listing.h"
#include "dashboard_feed/outbox/deliveries.h"
#include "dashboard_feed/page/page.h"
#include "earshot/v1/digest.pb.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/subscription.pb.h"

// What the JSON API (docs/reference/api.yaml) takes and gives. Pure.
namespace earshot::feed {

// Of a request that was refused for this reason.
unsigned HttpStatusOf(const absl::Status& status);

// RFC 9457.
inline constexpr char kProblemType[] = "application/problem+json";
std::string Problem(unsigned status, std::string_view detail);

// Where a listing goes on: after so many. It tells nothing else of them.
std::string CursorText(uint64_t passed);
std::optional<uint64_t> ParseCursor(std::string_view text);
inline constexpr uint64_t kMostPassed = 1'000'000;

struct Me {
  std::string leader;
  std::string name;
  std::string organisation;
  std::string time_zone;
  uint32_t small_group = 0;
  uint32_t small_group_verbatims = 0;
  std::string form_token;  // empty: signed in by a token
};
std::string MeBody(const Me& me);

// How many insights a page of a listing has; empty: 50. Nothing: no number from
// 1 to kMostListed.
inline constexpr size_t kMostListed = 200;
std::optional<size_t> ParseLimit(std::string_view text);

// `next` empty: that was all.
std::string InsightsBody(const List& list, const std::string& next,
                         absl::TimeZone zone);

// With what leaders did, the verbs that its state allows, and its pictures.
std::string InsightBody(const v1::DigestItem& item, const InsightPage& page,
                        absl::TimeZone zone);

std::string SubscriptionsBody(const v1::SubscriptionList& list);
std::string DeputiesBody(const v1::SubscriptionList& list);
std::string DeliveriesBody(const std::vector<Delivery>& deliveries);
std::string ResultsBody(const v1::ResultList& results, absl::TimeZone zone);

// Which routes there are, as in api.yaml.
std::string RoutesBody();

// {"text": ...}
std::string SaidBody(const std::string& text);

// The members of an object, which are all strings. InvalidArgument.
absl::StatusOr<std::map<std::string, std::string>> ParseFields(
    const std::string& body);

// Of a body, whatever the moment in it: a weak entity tag, quotes and all.
std::string TagOf(const std::string& body);
// What If-None-Match says holds for this tag.
bool MatchesTag(std::string_view if_none_match, std::string_view tag);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_API_BODIES_H_
