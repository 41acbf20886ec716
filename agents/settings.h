#ifndef EARSHOT_AGENTS_SETTINGS_H_
#define EARSHOT_AGENTS_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/capture/shifts.h"
#include "base/spool/spool.h"
#include "earshot/v1/configuration.pb.h"
#include "proto/contract/redact.h"

namespace earshot::agents {

// An agent's configuration with every default filled in and every path known.
struct Settings {
  std::string data_dir;
  std::string socket;
  std::string router;
  std::string router_key;  // empty: in router_key_file
  std::string router_key_file;
  std::string site;  // empty: the first that the router names
  std::string channel;
  std::string drop_folder;  // empty: none
  std::string page_listen;  // host:port of this machine alone; empty: no page
  struct PhonePage {
    std::string listen;            // host:port; empty: no phones
    std::string url;               // empty: by the machine's address
    std::string certificate_file;  // empty, as the key: of our own making
    std::string private_key_file;
  } phone_page;
  ShiftTable shifts{absl::UTCTimeZone()};
  contract::Redactor redactor;
  spool::SpoolOptions spool;

  std::string File(const std::string& name) const {
    return data_dir + "/" + name;
  }
};

struct SettingsSource {
  std::string config_file;  // empty: /etc/earshot/agent.conf if it is there
  std::string data_dir;     // empty: as configured
};

// Reads, checks and completes. InvalidArgument lists every mistake, one a
// line.
absl::StatusOr<Settings> LoadSettings(const SettingsSource& source);

// The file that LoadSettings reads; empty: there is none.
std::string ConfigFile(const SettingsSource& source);

// This machine's name, or "unnamed".
std::string HostName();

// What the operator types on the router to let this agent in.
std::string EnrolCommand(const std::string& public_key);

// Where the daemon may listen, the likeliest first.
std::vector<std::string> SocketCandidates(const SettingsSource& source,
                                          const Settings& settings);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_SETTINGS_H_
