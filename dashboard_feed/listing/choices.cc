#include "dashboard_feed/listing/choices.h"

#include <set>

namespace earshot::feed {
namespace {

using Words = std::set<std::string>;

std::vector<std::string> InOrder(const Words& words) {
  return {words.begin(), words.end()};
}

void AddSites(const LeaderView& view, Choices& choices) {
  Words regions;
  std::set<std::pair<std::string, std::string>> sites;
  for (const v1::Site& site : view.model().organisation.sites()) {
    if (view.coverage().scope().OfSite(site.id()) == 0) continue;
    if (!site.region().empty()) regions.insert(site.region());
    sites.emplace(site.id(), site.name().empty() ? site.id() : site.name());
  }
  choices.regions = InOrder(regions);
  if (sites.size() <= Choices::kMostSites) {
    choices.sites.assign(sites.begin(), sites.end());
  }
}

void AddPlaces(const LeaderView& view, Choices& choices) {
  Words channels;
  Words shifts;
  const Places& places = view.model().words.places;
  for (uint32_t i = 0; i < places.size(); ++i) {
    if (view.coverage().OfPlace(i) == 0) continue;
    const Place& place = places.all()[i];
    if (!place.channel.empty()) channels.insert(place.channel);
    if (!place.shift.empty()) shifts.insert(place.shift);
  }
  choices.channels = InOrder(channels);
  choices.shifts = InOrder(shifts);
}

void AddTopics(const LeaderView& view, Choices& choices) {
  if (view.slice()) return;
  Words topics;
  const Names& names = view.model().words.topics;
  for (uint32_t i = 0; i < names.size(); ++i) {
    if (view.coverage().OfTopic(i) == 0 || names[i].empty()) continue;
    topics.insert(names[i]);
    topics.insert(names[i].substr(0, names[i].find('/')));
  }
  choices.topics = InOrder(topics);
  if (choices.topics.size() > Choices::kMostTopics) {
    choices.topics.resize(Choices::kMostTopics);
  }
}

}  // namespace

Choices ChoicesFor(const LeaderView& view) {
  Choices choices;
  AddSites(view, choices);
  AddPlaces(view, choices);
  AddTopics(view, choices);
  return choices;
}

}  // namespace earshot::feed
