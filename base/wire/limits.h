#ifndef EARSHOT_BASE_WIRE_LIMITS_H_
#define EARSHOT_BASE_WIRE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

// Limits of ES/1; proto/PROTOCOL.md repeats them. One place.
namespace earshot::wire {

inline constexpr uint8_t kWireVersion = 1;
inline constexpr size_t kMaxBodyBytes = 256 << 10;
// One frame that libzmq accepts at all. Above kMaxBodyBytes, so that a body
// that is somewhat too large is refused by us: counted, and with a reason.
inline constexpr int64_t kMaxFrameBytes = 1 << 20;
inline constexpr uint32_t kMaxBatchRecords = 500;
// What a sender fills a batch up to; leaves room for one largest record.
inline constexpr size_t kBatchBytes = 128 << 10;
inline constexpr size_t kMaxRecordBytes = 64 << 10;
inline constexpr uint32_t kMaxLanes = 2;
// The last number a record can have; below it nothing overflows, in memory or
// in a database of signed numbers.
inline constexpr uint64_t kMaxSeq = size_t{1} << 62;
inline constexpr size_t kRecordIdBytes = 16;
inline constexpr absl::Duration kHeartbeat = absl::Seconds(10);
inline constexpr absl::Duration kDeadAfter = absl::Seconds(30);
// A peer that was shut out asks again so often: it may be let in any time.
inline constexpr absl::Duration kAfterRevocation = absl::Seconds(15);
inline constexpr size_t kMaxSessions = 20000;
inline constexpr int kQueueMessages = 1000;  // high-water mark of a socket

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_LIMITS_H_
