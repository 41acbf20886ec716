#include "dashboard_feed/channels/secret.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os/files.h"

namespace earshot::feed {
namespace {

constexpr size_t kMostBytes = 4096;

}  // namespace

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) {
    return absl::NotFoundError(
        fmt::format("{} is not a file that can be read; put the secret there, "
                    "then: chmod 600 {}",
                    path, path));
  }
  if ((found.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(fmt::format(
        "{} can be read by others; change the secret in it, then: chmod 600 {}",
        path, path));
  }
  if (found.st_uid != ::geteuid() && found.st_uid != 0) {
    return absl::PermissionDeniedError(fmt::format(
        "{} belongs to another user; make it the feed's: chown", path));
  }
  auto text = os::ReadFile(path, kMostBytes);
  if (!text.ok()) return text.status();
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) {
    text->pop_back();
  }
  if (text->empty()) {
    return absl::InvalidArgumentError(fmt::format("{} is empty", path));
  }
  return text;
}

}  // namespace earshot::feed
