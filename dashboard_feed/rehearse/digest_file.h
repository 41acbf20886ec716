#ifndef EARSHOT_DASHBOARD_FEED_REHEARSE_DIGEST_FILE_H_
#define EARSHOT_DASHBOARD_FEED_REHEARSE_DIGEST_FILE_H_

#include <functional>
#include <string>
#include <vector>

#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// A digest as rehearse writes it: docs/reference/rehearse.md. `samples` gives
// the row ids behind an item.
std::string RehearsedDigestAsJson(
    const v1::Digest& digest,
    const std::function<std::vector<std::string>(const v1::DigestItem&)>&
        samples);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_REHEARSE_DIGEST_FILE_H_
