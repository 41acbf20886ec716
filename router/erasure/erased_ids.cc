#include "router/erasure/erased_ids.h"

#include <fmt/format.h>

#include <utility>

#include "base/os/files.h"
#include "proto/contract/ids.h"

namespace earshot::router {
namespace {

constexpr size_t kMostBytes = size_t{256} << 20;  // 16 million ids

}  // namespace

absl::StatusOr<ErasedIds> ErasedIds::Open(std::string path) {
  ErasedIds erased(std::move(path));
  const auto bytes = os::ReadFile(erased.path_, kMostBytes);
  if (absl::IsNotFound(bytes.status())) return erased;
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() % contract::kIdBytes != 0) {
    return absl::DataLossError(fmt::format(
        "{} is damaged: take it from the last backup; it keeps erased texts "
        "from coming back",
        erased.path_));
  }
  for (size_t at = 0; at < bytes->size(); at += contract::kIdBytes) {
    erased.ids_.insert(bytes->substr(at, contract::kIdBytes));
  }
  return erased;
}

absl::Status ErasedIds::Add(const std::vector<std::string>& observations) {
  std::set<std::string> ids = ids_;
  ids.insert(observations.begin(), observations.end());
  if (ids.size() == ids_.size()) return absl::OkStatus();
  std::string bytes;
  bytes.reserve(ids.size() * contract::kIdBytes);
  for (const std::string& id : ids) bytes += id;
  absl::Status status = os::WriteFileAtomically(path_, bytes, 0600);
  if (status.ok()) ids_ = std::move(ids);
  return status;
}

}  // namespace earshot::router
