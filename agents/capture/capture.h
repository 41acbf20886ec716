#ifndef EARSHOT_AGENTS_CAPTURE_CAPTURE_H_
#define EARSHOT_AGENTS_CAPTURE_CAPTURE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/capture/shifts.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/redact.h"

// From what a person gave to the observation that is stored. Pure.
namespace earshot::agents {

inline constexpr uint32_t kUrgentLane = 0;
inline constexpr uint32_t kRoutineLane = 1;

// What this machine knows about itself. Borrowed for the length of a call.
struct Surroundings {
  const contract::Redactor& redactor;
  const ShiftTable& shifts;
  std::string site;
  std::string channel;
};

struct Captured {
  v1::Observation observation;
  uint32_t lane = kRoutineLane;
  bool open_always = false;  // shown with site and moment to its leaders
};

// Fills what was left out (severity 3, subject customer, source employee, the
// machine's site, channel and shift, observed now), removes personal numbers
// from every free text, rounds the moment of an anonymous report down to the
// start of its shift unless it is open always, and validates. The reporter and
// `quote` are taken as they are. InvalidArgument says what is wrong, to the
// person.
absl::StatusOr<Captured> Capture(const Surroundings& here,
                                 v1::Observation draft, absl::Time now);

// A stable stand-in for a person, 16 bytes: a hash under this machine's key.
std::string Pseudonym(std::string_view machine_key, std::string_view person);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_CAPTURE_CAPTURE_H_
