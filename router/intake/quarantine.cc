#include "router/intake/quarantine.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/files.h"

namespace earshot::router {
namespace {

constexpr absl::Duration kKept = absl::Hours(24 * 7);

}  // namespace

Quarantine::Quarantine(std::string folder, uint64_t cap_bytes,
                       os::Random& random)
    : folder_(std::move(folder)), cap_bytes_(cap_bytes), random_(random) {}

bool Quarantine::Keep(std::string_view bytes, absl::Time now) {
  if (held_bytes_ + bytes.size() > cap_bytes_ ||
      !os::MakeFolder(folder_, 0700).ok()) {
    return false;
  }
  // The name carries the time, so that nothing else need be read to expire it.
  const std::string path =
      fmt::format("{}/{}-{}.bin", folder_, absl::ToUnixSeconds(now),
                  os::ToHex(random_.Bytes(6)));
  if (!os::WriteFileAtomically(path, bytes, 0600).ok()) return false;
  held_bytes_ += bytes.size();
  return true;
}

void Quarantine::Expire(absl::Time now) {
  const auto files = os::ListFiles(folder_);
  held_bytes_ = 0;
  if (!files.ok()) return;
  for (const std::string& name : *files) {
    const std::string path = folder_ + "/" + name;
    const absl::Time at =
        absl::FromUnixSeconds(std::strtoll(name.c_str(), nullptr, 10));
    std::error_code ignored;
    if (now - at > kKept) {
      std::filesystem::remove(path, ignored);
    } else {
      held_bytes_ += std::filesystem::file_size(path, ignored);
    }
  }
}

}  // namespace earshot::router
