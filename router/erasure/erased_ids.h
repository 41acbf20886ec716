#ifndef EARSHOT_ROUTER_ERASURE_ERASED_IDS_H_
#define EARSHOT_ROUTER_ERASURE_ERASED_IDS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace earshot::router {

// Ids of observations whose text somebody asked to be erased, in a small file
// outside the databases, so that a router restored from an older copy, or
// refilled by an agent, does not bring a text back. 16 bytes each, in memory as
// well; only grows. One thread.
class ErasedIds {
 public:
  static absl::StatusOr<ErasedIds> Open(std::string path);

  // Durable when it returns OK.
  absl::Status Add(const std::vector<std::string>& observations);
  bool Contains(const std::string& observation) const {
    return ids_.contains(observation);
  }
  const std::set<std::string>& all() const { return ids_; }

 private:
  explicit ErasedIds(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::set<std::string> ids_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ERASURE_ERASED_IDS_H_
