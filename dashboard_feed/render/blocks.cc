#include <fmt/format.h>

#include <utility>

#include "dashboard_feed/render/blocks_text.h"

namespace earshot::feed {
namespace {

TextBlock NotApplied(const v1::Digest& digest) {
  TextBlock block{"not_applied", "Decided at the same time", {}};
  for (const v1::NotAppliedLine& line : digest.not_applied()) {
    block.lines.push_back(fmt::format("#{} {}", line.insight(), line.title()));
    block.lines.push_back("    " + line.text());
  }
  if (digest.more_not_applied() > 0) {
    block.lines.push_back(
        fmt::format("+{} more in the next digest", digest.more_not_applied()));
  }
  return block;
}

}  // namespace

std::vector<TextBlock> BlocksOf(const v1::Digest& digest) {
  std::vector<TextBlock> blocks;
  for (TextBlock& block : std::vector{NotApplied(digest)}) {
    if (!block.lines.empty()) blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace earshot::feed
