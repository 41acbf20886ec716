#include "dashboard_feed/digest/coverage.h"

#include <algorithm>

namespace earshot::feed {

Coverage::Coverage(const Model& model, const v1::Leader& leader,
                   bool scope_only)
    : table_(model.insights), scope_(model.organisation, leader) {
  if (scope_only) return;
  of_place_.reserve(model.words.places.size());
  for (const Place& place : model.words.places.all()) {
    of_place_.push_back(scope_.OfPlace(place.site, place.channel, place.shift));
  }
  for (uint32_t topic = 0; topic < model.words.topics.size(); ++topic) {
    of_topic_.push_back(scope_.OfTopic(model.words.topics[topic]));
    every_place_.push_back(scope_.HasEveryPlace(of_topic_.back()));
  }
  ChooseCandidates(model.words.places);
}

// By topic or by site, whichever leaves fewer; neither when that is most of
// them.
void Coverage::ChooseCandidates(const Places& places) {
  size_t of_topics = 0;
  bool anywhere = false;
  for (uint32_t topic = 0; topic < of_topic_.size(); ++topic) {
    if (of_topic_[topic] == 0) continue;
    of_topics += table_.OfTopic(topic).size();
    anywhere = anywhere || every_place_[topic];
  }
  std::vector<bool> sites(places.sites().size(), false);
  for (uint32_t place = 0; place < of_place_.size(); ++place) {
    if (of_place_[place] != 0) sites[places.SiteOf(place)] = true;
  }
  size_t of_sites = 0;
  for (uint32_t site = 0; site < sites.size(); ++site) {
    if (sites[site]) of_sites += table_.OfSite(site).size();
  }
  const bool by_site = !anywhere && of_sites < of_topics;
  if (2 * std::min(of_topics, by_site ? of_sites : of_topics) > table_.size()) {
    return;
  }
  all_ = false;
  if (!by_site) {
    for (uint32_t topic = 0; topic < of_topic_.size(); ++topic) {
      if (of_topic_[topic] == 0) continue;
      const auto& slots = table_.OfTopic(topic);
      candidates_.insert(candidates_.end(), slots.begin(), slots.end());
    }
    return;
  }
  std::vector<bool> taken(table_.size(), false);
  for (uint32_t site = 0; site < sites.size(); ++site) {
    if (!sites[site]) continue;
    for (const uint32_t slot : table_.OfSite(site)) {
      if (!taken[slot]) candidates_.push_back(slot);
      taken[slot] = true;
    }
  }
}

}  // namespace earshot::feed
