#ifndef EARSHOT_BASE_OS_FILES_H_
#define EARSHOT_BASE_OS_FILES_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Small whole files and folders. Blocking; any thread. Errors name the path
// and the system's reason.
namespace earshot::os {

// At most `limit` bytes; a longer file is ResourceExhausted.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit);

// Replaces `path` in one step: a new file beside it, synced, renamed, and the
// folder synced. On failure the old file is as it was.
absl::Status WriteFileAtomically(const std::string& path,
                                 std::string_view bytes, mode_t mode);

// With parents; an existing folder keeps its mode.
absl::Status MakeFolder(const std::string& path, mode_t mode);

// Names (not paths) of regular files in `path`, sorted.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& path);

bool FileExists(const std::string& path);

// Where a program keeps its state when nothing is configured: $STATE_DIRECTORY
// (systemd), else $EARSHOT_STATE/<name>, else /var/lib/earshot/<name> for
// root, else $XDG_STATE_HOME/earshot/<name>, else
// ~/.local/state/earshot/<name>.
std::string DefaultStateFolder(const std::string& name);

// Holds an exclusive lock on a file for as long as it lives, so that one
// process alone writes a folder. The lock goes with the process.
class FileLock {
 public:
  // FailedPrecondition when another process holds it.
  static absl::StatusOr<FileLock> Take(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_FILES_H_
