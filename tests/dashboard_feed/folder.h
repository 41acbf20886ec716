#ifndef EARSHOT_TESTS_DASHBOARD_FEED_FOLDER_H_
#define EARSHOT_TESTS_DASHBOARD_FEED_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/os/random.h"

namespace earshot::feed {

// A folder of its own for one test, gone with it.
class Folder {
 public:
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "feed.XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Bytes that count up.
class CountingRandom final : public os::Random {
 public:
  std::string Bytes(size_t count) override {
    std::string bytes;
    while (bytes.size() < count) bytes += static_cast<char>(++last_);
    return bytes;
  }

 private:
  unsigned char last_ = 0;
};

}  // namespace earshot::feed

#endif  // EARSHOT_TESTS_DASHBOARD_FEED_FOLDER_H_
