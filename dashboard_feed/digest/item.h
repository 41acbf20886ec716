#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_ITEM_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_ITEM_H_

#include <cstdint>
#include <string>

#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// One line of a digest from what a leader sees of an insight. Pure.
namespace earshot::feed {

v1::Count CountOf(uint64_t value, bool hidden, uint32_t below);

// A leader's name for it, else the central verbatim, else the topic.
std::string TitleOf(const Seen& seen, uint32_t below);

// As a digest quotes it: what is too long ends in an ellipsis.
std::string ShortenVerbatim(const std::string& text);

// What the front line says of the fix; empty: nothing to say.
std::string VerdictText(const Seen& seen, uint32_t below);

// `fresh`: observations since the previous digest.
v1::DigestItem MakeItem(const Seen& seen, const GroupRules& rules,
                        absl::TimeZone zone, uint64_t fresh);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_ITEM_H_
