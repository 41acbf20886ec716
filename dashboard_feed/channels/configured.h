#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_CONFIGURED_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_CONFIGURED_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::feed {

// A channel of the configuration with its defaults and secrets.
struct ConfiguredChannel {
  v1::Channel config;
  std::string url;                // webhook
  std::vector<std::string> keys;  // webhook
  std::string password;           // smtp
  absl::Duration limit;           // of one attempt
  absl::Duration patience;        // after which it is given up
};

// Every mistake in the channels, without looking at files. Pure.
std::vector<std::string> CheckChannels(const v1::FeedConfig& config);

// The channels by name. Immutable; any thread.
class Channels {
 public:
  // Reads the secrets. InvalidArgument with every mistake.
  static absl::StatusOr<Channels> Load(const v1::FeedConfig& config);

  // Null: there is none of this name.
  const ConfiguredChannel* Find(const std::string& name) const;
  const std::map<std::string, ConfiguredChannel>& all() const { return all_; }
  // "a, b", for an error that says which there are.
  std::string Names() const;

 private:
  std::map<std::string, ConfiguredChannel> all_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_CONFIGURED_H_
