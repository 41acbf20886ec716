#ifndef EARSHOT_AGENTS_LOCAL_AGENT_H_
#define EARSHOT_AGENTS_LOCAL_AGENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/settings.h"
#include "agents/station.h"
#include "base/os/clock.h"
#include "base/os/local_socket.h"
#include "base/os/random.h"
#include "earshot/v1/control.pb.h"

namespace earshot::agents {

// The agent of this machine as a command sees it: the daemon if one serves,
// otherwise the state folder itself. Blocking, one thread.
class LocalAgent {
 public:
  LocalAgent(Settings settings, std::vector<std::string> sockets,
             const os::Clock& clock, os::Random& random)
      : settings_(std::move(settings)),
        sockets_(std::move(sockets)),
        clock_(clock),
        random_(random) {}

  // The answer's body; an error has the agent's words.
  absl::StatusOr<std::string> Ask(const v1::ControlRequest& request);

 private:
  absl::Status Open();

  Settings settings_;
  const std::vector<std::string> sockets_;
  const os::Clock& clock_;
  os::Random& random_;
  std::optional<os::LocalClient> daemon_;
  std::unique_ptr<Station> station_;
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_LOCAL_AGENT_H_
