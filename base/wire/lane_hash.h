#ifndef EARSHOT_BASE_WIRE_LANE_HASH_H_
#define EARSHOT_BASE_WIRE_LANE_HASH_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::wire {

// The rolling hash of one lane of one epoch, 16 bytes:
// h(0) = epoch as 8 bytes little endian and 8 zero bytes,
// h(n) = first 16 bytes of SHA-256(h(n-1) || id of record n).
// Two sides that agree on (n, h(n)) agree on every id up to n.
inline constexpr size_t kLaneHashBytes = 16;
std::string LaneHashStart(uint64_t epoch);
std::string LaneHashNext(std::string_view hash, std::string_view record_id);
void AdvanceLaneHash(std::string& hash, std::string_view record_id);

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_LANE_HASH_H_
