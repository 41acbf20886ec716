#include "dashboard_feed/sign_in/attempts.h"

#include <algorithm>

namespace earshot::feed {
namespace {

constexpr std::string_view kName = "name";
constexpr std::string_view kAddress = "address";

// The network that one subscriber gets: a /64, written as far as its fourth
// group. What is shortened with "::" before that is kept whole.
std::string_view NetworkOf(std::string_view address) {
  constexpr int kGroups = 4;
  size_t at = 0;
  for (int group = 0; group < kGroups; ++group) {
    const size_t colon = address.find(':', at);
    if (colon == std::string_view::npos || colon == at) return address;
    at = colon + 1;
  }
  return address.substr(0, at);
}

}  // namespace

Attempts::Attempts(std::string_view key)
    : key_(key),
      names_(std::make_unique<Table>()),
      addresses_(std::make_unique<Table>()) {}

Attempts::Place& Attempts::Of(Table& table, std::string_view purpose,
                              std::string_view key) {
  const std::string hash = key_.Sign(purpose, key);
  const size_t place = static_cast<unsigned char>(hash[0]) * size_t{256} +
                       static_cast<unsigned char>(hash[1]);
  return table[place % kPlaces];
}

absl::Duration Attempts::Begin(std::string_view name, std::string_view address,
                               absl::Duration now) {
  Place& of_name = Of(*names_, kName, name);
  Place& of_address = Of(*addresses_, kAddress, NetworkOf(address));
  absl::Duration wait;
  const auto look = [&](Place& place, uint32_t most) {
    if (now - place.begun >= kWindow) place = {now, 0};
    if (place.count >= most) {
      wait = std::max(wait, place.begun + kWindow - now);
    }
  };
  look(of_name, kOfName);
  look(of_address, kOfAddress);
  if (wait > absl::ZeroDuration()) return wait;
  ++of_name.count;
  ++of_address.count;
  return absl::ZeroDuration();
}

void Attempts::Forgive(std::string_view name, std::string_view address) {
  for (Place* place : {&Of(*names_, kName, name),
                       &Of(*addresses_, kAddress, NetworkOf(address))}) {
    if (place->count > 0) --place->count;
  }
}

}  // namespace earshot::feed
