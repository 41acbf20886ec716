#ifndef EARSHOT_DASHBOARD_FEED_RENDER_ITEM_JSON_H_
#define EARSHOT_DASHBOARD_FEED_RENDER_ITEM_JSON_H_

#include <nlohmann/json.hpp>

#include "absl/time/time.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// A number, or "<5" where small groups hide it.
nlohmann::ordered_json CountAsJson(const v1::Count& count);

// One line of a digest, as DigestAsJson has it. Pure.
nlohmann::ordered_json ItemAsJson(const v1::DigestItem& item,
                                  absl::TimeZone zone);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_RENDER_ITEM_JSON_H_
