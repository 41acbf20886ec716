#ifndef EARSHOT_DASHBOARD_FEED_RENDER_BLOCKS_TEXT_H_
#define EARSHOT_DASHBOARD_FEED_RENDER_BLOCKS_TEXT_H_

#include <string>

#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// Where and when, the story, promises, cost and return: what of a digest is no
// list of insights, for a terminal. Empty blocks leave no line. Pure.
std::string BlocksAsText(const v1::Digest& digest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_RENDER_BLOCKS_TEXT_H_
