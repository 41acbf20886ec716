#ifndef EARSHOT_AGENTS_AGENT_H_
#define EARSHOT_AGENTS_AGENT_H_

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/agent_page.h"
#include "agents/connection.h"
#include "agents/drop_folder/drop_folder.h"
#include "agents/importing/importer.h"
#include "agents/settings.h"
#include "agents/site_phones.h"
#include "agents/station.h"
#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/os/local_socket.h"
#include "base/os/random.h"
#include "base/os/signals.h"
#include "base/telemetry/log.h"
#include "base/wire/socket.h"

namespace earshot::agents {

// The daemon: one loop on one thread that serves local commands and the page,
// takes files from the drop folder and keeps the connection to the router.
// Beside it run ZeroMQ's one I/O thread and a web server's for each page: that
// of this machine, and that of phones.
class Agent {
 public:
  struct Parts {  // borrowed; outlive the agent
    const os::Clock& clock;
    os::Random& random;
    telemetry::Log& log;
  };
  // FailedPrecondition when another daemon has the folder.
  static absl::StatusOr<std::unique_ptr<Agent>> Start(Settings settings,
                                                      const Parts& parts);

  // Until a stop signal. A reload signal reads `source` again.
  void Run(os::Signals& signals, const SettingsSource& source);

  // Does all there is to do, then waits for at most `limit` on everything it
  // listens to and on `extra_fd`.
  void Turn(absl::Duration limit, int extra_fd = -1);

  bool connected() const { return connection_->open(); }
  Station& station() { return *station_; }
  void Reload(const SettingsSource& source);
  void Stop();

 private:
  struct FileImport {
    std::string name;
    std::ifstream in;
    std::unique_ptr<Importer> importer;
    std::vector<ImportRow> rows;  // not yet in the spool
  };
  explicit Agent(const Parts& parts)
      : clock_(parts.clock), random_(parts.random), log_(parts.log) {}
  absl::Status StartPage();
  void StartPhones();
  bool ServePages();
  void KeepCertificate();
  v1::ControlResponse HandlePhones(const v1::ControlRequest& request);
  void ServeCommands();
  void StartImport();
  void ContinueImport();
  void FinishImport();
  void TidyUp();
  void RestSoon();
  bool ImportReady() const;
  absl::Duration NextTimer() const;

  const os::Clock& clock_;
  os::Random& random_;
  telemetry::Log& log_;
  std::optional<os::FileLock> lock_;
  std::unique_ptr<Station> station_;
  std::unique_ptr<wire::Context> context_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<os::LocalServer> server_;
  std::unique_ptr<AgentPage> page_;         // null: none is served
  std::unique_ptr<SitePhones> phones_;      // null: none may open it
  std::unique_ptr<AgentPage> phones_page_;  // likewise
  std::unique_ptr<DropFolder> drop_folder_;
  std::unique_ptr<FileImport> import_;
  absl::Duration phones_due_ = -absl::InfiniteDuration();  // to be tried
  absl::Duration import_paused_until_ = -absl::InfiniteDuration();
  absl::Duration expired_at_ = -absl::InfiniteDuration();
  absl::Duration rests_at_ = absl::InfiniteDuration();  // memory given back
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_AGENT_H_
