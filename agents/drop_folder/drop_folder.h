#ifndef EARSHOT_AGENTS_DROP_FOLDER_DROP_FOLDER_H_
#define EARSHOT_AGENTS_DROP_FOLDER_DROP_FOLDER_H_

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace earshot::agents {

// A folder in which people and programs put files of rows. A file is ready
// when its writer has closed it or renamed it in; at the start also what was
// there already and was last written before kSettled. One thread; wait on
// fd(). Only *.jsonl and *.csv, and no name that starts with a dot.
class DropFolder {
 public:
  static constexpr absl::Duration kSettled = absl::Seconds(3);

  // Makes the folder and its `done` if they are missing.
  static absl::StatusOr<std::unique_ptr<DropFolder>> Watch(
      const std::string& path, absl::Time now);
  ~DropFolder();
  DropFolder(const DropFolder&) = delete;
  DropFolder& operator=(const DropFolder&) = delete;

  int fd() const { return fd_; }
  // Takes in what the kernel has to tell, and looks again at files that were
  // too young before.
  void Pump(absl::Time now);
  // The name of a file that is ready; once for each time it was written.
  std::optional<std::string> Take();
  // Moves a file that was imported to `done`, beside it a report of rows that
  // were refused, unless it is empty.
  absl::Status Finish(const std::string& name, const std::string& rejected);

  std::string PathOf(const std::string& name) const {
    return path_ + "/" + name;
  }
  bool ready() const { return !ready_.empty(); }
  // There are files that will be ready once they have settled.
  bool waiting() const { return !young_.empty(); }

 private:
  DropFolder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  void Offer(const std::string& name);
  void Consider(const std::string& name, absl::Time now);
  void Scan(absl::Time now);

  const std::string path_;
  const int fd_;
  std::deque<std::string> ready_;
  std::set<std::string> young_;
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_DROP_FOLDER_DROP_FOLDER_H_
