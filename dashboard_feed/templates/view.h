#ifndef EARSHOT_DASHBOARD_FEED_TEMPLATES_VIEW_H_
#define EARSHOT_DASHBOARD_FEED_TEMPLATES_VIEW_H_

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// What a template knows beside the digest.
struct Sending {
  std::string channel;
  std::string idempotency_key;
  bool test = false;         // a test of the channel, not a leader's digest
  std::string paper = "A4";  // that a brief is printed on; or letter
  // What a leader can do about an item by a link; none: no links.
  struct Link {
    std::string name;
    std::string url;
  };
  std::function<std::vector<Link>(const v1::DigestItem&)> links = {};
};

// A digest as the names that templates use (docs/reference/templates.md):
// strings, truths, and lists. Every name is always there. Counts that small
// groups hide are "<5"; times are local to the digest's zone. Elements of a
// list carry `comma`: "," but for the last. Pure.
nlohmann::json ViewOf(const v1::Digest& digest, const Sending& sending);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_TEMPLATES_VIEW_H_
