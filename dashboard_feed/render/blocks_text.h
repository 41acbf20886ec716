#ifndef EARSHOT_DASHBOARD_FEED_RENDER_BLOCKS_TEXT_H_
#define EARSHOT_DASHBOARD_FEED_RENDER_BLOCKS_TEXT_H_

#include <string>
#include <vector>

#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// Lines of text under a title, as terminals and pages show them.
struct TextBlock {
  std::string name;
  std::string title;
  std::vector<std::string> lines;
};

// Decisions that were not applied, and goals. Empty ones are left out. Pure.
std::vector<TextBlock> BlocksOf(const v1::Digest& digest);

// These and where and when, the story, promises, cost and return: what of a
// digest is no list of insights, for a terminal. Empty blocks leave no line.
// Pure.
std::string BlocksAsText(const v1::Digest& digest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_RENDER_BLOCKS_TEXT_H_
