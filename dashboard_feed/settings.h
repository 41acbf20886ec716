#ifndef EARSHOT_DASHBOARD_FEED_SETTINGS_H_
#define EARSHOT_DASHBOARD_FEED_SETTINGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::feed {

// The feed's configuration with every default filled in, and where its files
// are.
struct Settings {
  v1::FeedConfig config;
  std::string file;  // that it was read from; empty: none

  std::string InData(const std::string& name) const {
    return config.data_dir() + "/" + name;
  }
  std::string KeyFile() const { return InData("feed.key"); }
  std::string SocketFile() const { return InData("feed.sock"); }
};

// `file` empty: /etc/earshot/feed.conf if it is there, else defaults.
// `data_dir` not empty: instead of the file's.
absl::StatusOr<Settings> LoadSettings(const std::string& file,
                                      const std::string& data_dir);

// From the configuration, its file, or the router's state folder on this
// machine. NotFound says where it was looked for.
absl::StatusOr<std::string> RouterPublicKey(const v1::FeedConfig& config);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SETTINGS_H_
