#include <fmt/format.h>

#include <utility>

#include "dashboard_feed/render/blocks_text.h"
#include "dashboard_feed/render/words.h"

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

const char* StandingOf(const v1::GoalLine& line) {
  switch (line.standing()) {
    case v1::GoalLine::MET:
      if (line.some_hidden()) return "met, as far as it shows";
      return line.over() ? "met" : "met now";
    case v1::GoalLine::ON_THE_WAY:
      return "on the way";
    default:
      return line.over() ? "missed" : "missed so far";
  }
}

TextBlock Goals(const v1::Digest& digest) {
  TextBlock block{"goals", "Goals", {}};
  for (const v1::GoalLine& line : digest.goals()) {
    block.lines.push_back(fmt::format(
        "{}: {}; {} in {} days, at most {}", line.title(), StandingOf(line),
        CountText(line.observations()), line.per_days(), line.at_most()));
    std::string more = "    " + line.trend();
    if (line.compared()) {
      more += fmt::format(", {} in the {} days before",
                          CountText(line.before()), line.per_days());
    }
    more += fmt::format("; until {}", line.until());
    if (line.some_hidden()) {
      more += "; what too few people said is not counted";
    }
    block.lines.push_back(std::move(more));
  }
  return block;
}

}  // namespace

std::vector<TextBlock> BlocksOf(const v1::Digest& digest) {
  std::vector<TextBlock> blocks;
  for (TextBlock& block : std::vector{NotApplied(digest), Goals(digest)}) {
    if (!block.lines.empty()) blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace earshot::feed
