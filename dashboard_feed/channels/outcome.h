#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_OUTCOME_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_OUTCOME_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "dashboard_feed/channels/retry.h"

// What a receiver's answer means. Pure.
namespace earshot::feed {

struct HttpAnswer {
  int status = 0;
  std::string location;  // of a redirect
  std::optional<absl::Duration> retry_after;
  std::string body;  // its beginning
};
// 2xx: delivered. 408, 425, 429 and 5xx: again, after what Retry-After says.
// A redirect is never followed: whoever answers there may not be whom the
// digest is for. It and the rest are refused.
Attempt OfHttp(const HttpAnswer& answer);

// `code` is the server's last one, `reply` its line. Delivered only when the
// whole mail was accepted. 4xx: again; 5xx: refused.
Attempt OfSmtp(int code, std::string_view reply);

// One line that is safe on a terminal, at most `most` bytes: what a stranger
// sent, for a person to read.
std::string OneLine(std::string_view text, size_t most);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_OUTCOME_H_
