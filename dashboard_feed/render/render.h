#ifndef EARSHOT_DASHBOARD_FEED_RENDER_RENDER_H_
#define EARSHOT_DASHBOARD_FEED_RENDER_RENDER_H_

#include <string>

#include "absl/time/time.h"
#include "earshot/v1/digest.pb.h"

// A digest as people and programs read it. Pure.
namespace earshot::feed {

// At most 100 columns, times in the digest's zone; `colour` for a terminal. A
// meeting brief (brief/brief.h) says that it is one.
std::string DigestAsText(const v1::Digest& digest, bool colour);

// One object; snake_case, times RFC 3339 in the digest's zone, counts that
// small groups hide as "<5".
std::string DigestAsJson(const v1::Digest& digest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_RENDER_RENDER_H_
