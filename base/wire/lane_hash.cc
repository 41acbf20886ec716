#include "base/wire/lane_hash.h"

#include "base/os/bytes.h"

namespace earshot::wire {

std::string LaneHashStart(uint64_t epoch) {
  std::string hash;
  os::AppendU64(hash, epoch);
  hash.resize(kLaneHashBytes, '\0');
  return hash;
}

std::string LaneHashNext(std::string_view hash, std::string_view record_id) {
  std::string input(hash);
  input.append(record_id);
  return os::Sha256(input).substr(0, kLaneHashBytes);
}

}  // namespace earshot::wire
