#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_PARCEL_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_PARCEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/channels/retry.h"

// One attempt as the edge gets it: everything is in it, nothing is looked up.
namespace earshot::feed {

struct HttpPost {
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string body;
};

struct Mail {
  enum class Security { kStartTls, kTls, kCleartext };
  std::string server;  // host:port
  Security security = Security::kStartTls;
  std::string user;  // empty: no sign-in
  std::string password;
  std::string sender;  // addresses alone
  std::string recipient;
  std::vector<std::string> headers;  // "Name: value", ASCII
  std::string text;
  std::string html;  // one of both is there
};

struct JsonLine {
  std::string path;  // empty: standard output
  std::string text;  // ends with a newline
};

struct Parcel {
  uint64_t delivery = 0;
  std::string channel;
  absl::Duration limit;  // for the whole attempt
  std::string ca_file;
  std::string proxy;
  std::variant<HttpPost, Mail, JsonLine> content;
};

struct Carried {
  uint64_t delivery = 0;
  std::string channel;
  Attempt attempt;
};

// Hands parcels to receivers. One thread calls it; neither call blocks. Each
// parcel comes back by Take once, about within its limit.
class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual void Carry(Parcel parcel) = 0;
  virtual std::optional<Carried> Take() = 0;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_PARCEL_H_
