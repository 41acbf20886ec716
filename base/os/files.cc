#include "base/os/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace earshot::os {
namespace {

absl::Status Errno(std::string_view what, const std::string& path) {
  const int error = errno;
  const std::string message =
      fmt::format("{} {}: {}", what, path, std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InternalError(message);
  }
}

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return Errno("write", path);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return Errno("open", path);
  std::string out;
  char buffer[16384];
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, sizeof(buffer));
    if (got < 0) {
      if (errno == EINTR) continue;
      return Errno("read", path);
    }
    if (got == 0) return out;
    out.append(buffer, static_cast<size_t>(got));
    if (out.size() > limit) {
      return absl::ResourceExhaustedError(
          fmt::format("{} is larger than {} bytes", path, limit));
    }
  }
}

absl::Status WriteFileAtomically(const std::string& path,
                                 std::string_view bytes, mode_t mode) {
  const std::string fresh = fmt::format("{}.{}.new", path, ::getpid());
  {
    const Descriptor file(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return Errno("create", fresh);
    absl::Status status = WriteAll(file.get(), bytes, fresh);
    if (status.ok() && ::fsync(file.get()) != 0) status = Errno("sync", fresh);
    if (!status.ok()) {
      ::unlink(fresh.c_str());
      return status;
    }
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    absl::Status status = Errno("rename to", path);
    ::unlink(fresh.c_str());
    return status;
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor parent(::open(folder.empty() ? "." : folder.c_str(),
                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) {
    return Errno("sync the folder of", path);
  }
  return absl::OkStatus();
}

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  const std::filesystem::path full(path);
  if (full.has_parent_path() && !FileExists(full.parent_path().string())) {
    absl::Status status = MakeFolder(full.parent_path().string(), 0755);
    if (!status.ok()) return status;
  }
  if (::mkdir(path.c_str(), mode) == 0) return absl::OkStatus();
  struct stat info {};
  if (errno == EEXIST && ::stat(path.c_str(), &info) == 0 &&
      S_ISDIR(info.st_mode)) {
    return absl::OkStatus();
  }
  return Errno("make the folder", path);
}

absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) {
      names.push_back(entry->path().filename().string());
    }
  }
  if (error) {
    return absl::NotFoundError(
        fmt::format("list {}: {}", path, error.message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool FileExists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

std::string DefaultStateFolder(const std::string& name) {
  const auto variable = [](const char* key) -> std::string {
    const char* value = std::getenv(key);
    return value == nullptr ? "" : value;
  };
  if (const std::string own = variable("STATE_DIRECTORY"); !own.empty()) {
    // The unit's own folder; another program's is its neighbour.
    const std::filesystem::path folder(own);
    return folder.filename() == name ? own
                                     : (folder.parent_path() / name).string();
  }
  if (const std::string root = variable("EARSHOT_STATE"); !root.empty()) {
    return root + "/" + name;
  }
  if (::geteuid() == 0) return "/var/lib/earshot/" + name;
  if (const std::string xdg = variable("XDG_STATE_HOME"); !xdg.empty()) {
    return xdg + "/earshot/" + name;
  }
  return variable("HOME") + "/.local/state/earshot/" + name;
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Errno("open the lock", path);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return absl::FailedPreconditionError(fmt::format(
        "another process is running on this folder (it holds {}); stop it "
        "first, or give this one a data_dir of its own",
        path));
  }
  return FileLock(fd);
}

FileLock::FileLock(FileLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace earshot::os
