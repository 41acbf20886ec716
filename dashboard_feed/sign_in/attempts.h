#ifndef EARSHOT_DASHBOARD_FEED_SIGN_IN_ATTEMPTS_H_
#define EARSHOT_DASHBOARD_FEED_SIGN_IN_ATTEMPTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/os/sha256.h"

namespace earshot::feed {

// How often somebody may try a password: so many times a window for one name,
// known or not, and so many from one address. Pure; one thread. 128 KiB,
// whatever comes: a name or an address has its place in a table by a keyed
// hash, and two with the same place share it. Of an IPv6 address the first 64
// bits count.
class Attempts {
 public:
  static constexpr uint32_t kOfName = 10;
  static constexpr uint32_t kOfAddress = 40;
  static constexpr absl::Duration kWindow = absl::Minutes(15);
  static constexpr size_t kPlaces = 4096;

  // `key`: random, so that nobody can choose whom they share a place with.
  explicit Attempts(std::string_view key);

  // Zero: go on, and it is counted. Otherwise it is not, and this is how long
  // to wait.
  absl::Duration Begin(std::string_view name, std::string_view address,
                       absl::Duration now);
  // The one that began was right: it does not count.
  void Forgive(std::string_view name, std::string_view address);

 private:
  struct Place {
    absl::Duration begun = -absl::InfiniteDuration();
    uint32_t count = 0;
  };
  using Table = std::array<Place, kPlaces>;
  Place& Of(Table& table, std::string_view purpose, std::string_view key);

  const os::HmacKey key_;
  const std::unique_ptr<Table> names_;
  const std::unique_ptr<Table> addresses_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SIGN_IN_ATTEMPTS_H_
