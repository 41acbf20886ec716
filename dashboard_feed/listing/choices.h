#ifndef EARSHOT_DASHBOARD_FEED_LISTING_CHOICES_H_
#define EARSHOT_DASHBOARD_FEED_LISTING_CHOICES_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "dashboard_feed/digest/view.h"

namespace earshot::feed {

// What a leader can filter by: names in the order in which they are offered.
// Sites and regions are the organisation file's, whether or not anything was
// heard there; topics are those of the scope, of a slice none. Pure.
struct Choices {
  static constexpr size_t kMostSites = 300;  // of more none is offered
  static constexpr size_t kMostTopics = 200;

  std::vector<std::string> regions;
  std::vector<std::pair<std::string, std::string>> sites;  // id, name
  std::vector<std::string> channels;
  std::vector<std::string> shifts;
  std::vector<std::string> topics;
};

Choices ChoicesFor(const LeaderView& view);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LISTING_CHOICES_H_
