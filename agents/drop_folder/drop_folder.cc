#include "agents/drop_folder/drop_folder.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/os/files.h"

namespace earshot::agents {
namespace {

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() > end.size() &&
         text.substr(text.size() - end.size()) == end;
}

bool IsRowFile(std::string_view name) {
  return name.front() != '.' &&
         (EndsWith(name, ".jsonl") || EndsWith(name, ".csv"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<DropFolder>> DropFolder::Watch(
    const std::string& path, absl::Time now) {
  absl::Status status = os::MakeFolder(path, 0770);
  if (status.ok()) status = os::MakeFolder(path + "/done", 0700);
  if (!status.ok()) return status;
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0 ||
      ::inotify_add_watch(fd, path.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
    const std::string reason = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return absl::InternalError(
        fmt::format("cannot watch drop_folder {}: {}", path, reason));
  }
  std::unique_ptr<DropFolder> folder(new DropFolder(path, fd));
  folder->Scan(now);
  return folder;
}

DropFolder::~DropFolder() { ::close(fd_); }

void DropFolder::Offer(const std::string& name) {
  young_.erase(name);
  if (std::find(ready_.begin(), ready_.end(), name) == ready_.end()) {
    ready_.push_back(name);
  }
}

void DropFolder::Consider(const std::string& name, absl::Time now) {
  struct stat info {};
  if (::lstat(PathOf(name).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    young_.erase(name);
  } else if (now - absl::TimeFromTimespec(info.st_mtim) < kSettled) {
    young_.insert(name);
  } else {
    Offer(name);
  }
}

void DropFolder::Scan(absl::Time now) {
  const auto names = os::ListFiles(path_);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (IsRowFile(name)) Consider(name, now);
  }
}

void DropFolder::Pump(absl::Time now) {
  alignas(inotify_event) char buffer[8192];
  while (true) {
    const ssize_t got = ::read(fd_, buffer, sizeof(buffer));
    if (got <= 0) break;
    for (ssize_t at = 0; at < got;) {
      inotify_event event{};
      std::memcpy(&event, buffer + at, sizeof(event));
      const char* name = buffer + at + sizeof(event);
      at += static_cast<ssize_t>(sizeof(event) + event.len);
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        Scan(now);
      } else if (event.len > 0 && IsRowFile(name)) {
        Offer(name);
      }
    }
  }
  const std::set<std::string> young = young_;
  for (const std::string& name : young) Consider(name, now);
}

std::optional<std::string> DropFolder::Take() {
  if (ready_.empty()) return std::nullopt;
  std::string name = std::move(ready_.front());
  ready_.pop_front();
  // A link would let its maker have any file of ours read.
  struct stat info {};
  if (::lstat(PathOf(name).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Take();
  }
  return name;
}

absl::Status DropFolder::Finish(const std::string& name,
                                const std::string& rejected) {
  const std::string done = path_ + "/done/";
  std::string target = name;
  for (int i = 2; os::FileExists(done + target); ++i) {
    target = fmt::format("{}.{}", name, i);
  }
  if (!rejected.empty()) {
    absl::Status status =
        os::WriteFileAtomically(done + target + ".rejected", rejected, 0600);
    if (!status.ok()) return status;
  }
  if (std::rename(PathOf(name).c_str(), (done + target).c_str()) != 0) {
    return absl::InternalError(fmt::format("move {} to {}done: {}", name, path_,
                                           std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace earshot::agents
