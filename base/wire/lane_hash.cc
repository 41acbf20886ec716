#include "base/wire/lane_hash.h"

#include "base/os/bytes.h"
#include "base/os/sha256.h"

namespace earshot::wire {

std::string LaneHashStart(uint64_t epoch) {
  std::string hash;
  os::AppendU64(hash, epoch);
  hash.resize(kLaneHashBytes, '\0');
  return hash;
}

std::string LaneHashNext(std::string_view hash, std::string_view record_id) {
  std::string next(hash);
  AdvanceLaneHash(next, record_id);
  return next;
}

void AdvanceLaneHash(std::string& hash, std::string_view record_id) {
  const os::RawHash next = os::RawSha256(hash, record_id);
  hash.assign(next.data(), kLaneHashBytes);
}

}  // namespace earshot::wire
