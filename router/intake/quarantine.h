#ifndef EARSHOT_ROUTER_INTAKE_QUARANTINE_H_
#define EARSHOT_ROUTER_INTAKE_QUARANTINE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/os/random.h"

namespace earshot::router {

// Bytes that could not be parsed, and so not redacted, kept for a person to
// look at: files of mode 0600, for 7 days, `cap_bytes` in all; past that new
// ones are only counted. One thread.
class Quarantine {
 public:
  Quarantine(std::string folder, uint64_t cap_bytes, os::Random& random);

  // False when it was not kept.
  bool Keep(std::string_view bytes, absl::Time now);
  // Removes what is older than 7 days.
  void Expire(absl::Time now);

 private:
  const std::string folder_;
  const uint64_t cap_bytes_;
  os::Random& random_;
  uint64_t held_bytes_ = 0;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INTAKE_QUARANTINE_H_
