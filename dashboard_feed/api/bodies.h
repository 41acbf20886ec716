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
#include "earshot/v1/digest.pb.h"
#include "earshot/v1/insight.pb.h"

// What the JSON API (docs/reference/api.yaml) takes and gives. Pure.
namespace earshot::feed {

// Of a request that was refused for this reason.
unsigned HttpStatusOf(const absl::Status& status);

// RFC 9457.
inline constexpr char kProblemType[] = "application/problem+json";
std::string Problem(unsigned status, std::string_view detail);

// Where a listing goes on: after this one, by falling priority, then number.
struct ListCursor {
  int64_t priority_milli = 0;
  uint64_t insight = 0;
};
std::string CursorText(const ListCursor& cursor);
std::optional<ListCursor> ParseCursor(std::string_view text);

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

// `next` empty: that was all.
std::string InsightsBody(const std::vector<v1::DigestItem>& items,
                         const std::string& next, absl::TimeZone zone);

// With what leaders did, and the verbs that its state allows.
std::string InsightBody(const v1::DigestItem& item, const v1::Insight& insight,
                        const std::vector<std::string>& verbs,
                        absl::TimeZone zone);

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
