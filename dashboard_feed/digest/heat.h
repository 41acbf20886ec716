#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_HEAT_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_HEAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dashboard_feed/digest/view.h"

// Where and when one insight was heard of: site by shift. Pure.
namespace earshot::feed {

struct Heat {
  static constexpr size_t kMostSites = 24;

  struct Row {
    std::string site;
    // By shift; nothing: none, or too few people to show. Which of the two
    // stays open, for that somebody said so there is what small groups hide.
    std::vector<std::optional<uint64_t>> observations;
  };
  std::vector<std::string> shifts;
  std::vector<Row> rows;    // those with anything to show, the most first
  uint32_t more_sites = 0;  // beyond kMostSites
  uint64_t most = 0;        // of one cell
};

// Of its whole life, in the leader's scope. A cell needs k people, or is open;
// and what does not show has k people together or is nothing, so that the
// insight's total less what shows singles out nobody: for that, the smallest
// that would show is left out as well. Empty: small groups hide it all, or
// nobody said where.
Heat HeatOf(const LeaderView& view, const Glance& glance);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_HEAT_H_
