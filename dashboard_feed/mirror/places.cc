#include "dashboard_feed/mirror/places.h"

namespace earshot::feed {

uint32_t Names::NumberOf(std::string_view name) {
  const auto [found, added] = numbers_.try_emplace(std::string(name), size());
  if (added) all_.emplace_back(name);
  return found->second;
}

std::optional<uint32_t> Names::Find(std::string_view name) const {
  const auto found = numbers_.find(std::string(name));
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

uint32_t Places::NumberOf(const Place& place) {
  const auto [found, added] = numbers_.try_emplace(place, size());
  if (added) {
    all_.push_back(place);
    site_of_.push_back(sites_.NumberOf(place.site));
    shift_of_.push_back(shifts_.NumberOf(place.shift));
  }
  return found->second;
}

std::optional<uint32_t> Places::Find(const Place& place) const {
  const auto found = numbers_.find(place);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

}  // namespace earshot::feed
