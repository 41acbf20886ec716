#include "agents/local_agent.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/os/status_text.h"

namespace earshot::agents {
namespace {

constexpr absl::Duration kAnswerWithin = absl::Seconds(60);

}  // namespace

absl::Status LocalAgent::Open() {
  if (daemon_ || station_ != nullptr) return absl::OkStatus();
  for (const std::string& socket : sockets_) {
    auto client = os::LocalClient::Connect(socket);
    if (client.ok()) {
      daemon_.emplace(*std::move(client));
      return absl::OkStatus();
    }
    const bool own = &socket == &sockets_.front();
    if (own && absl::IsPermissionDenied(client.status())) {
      return client.status();
    }
  }
  const std::string folder = settings_.data_dir;
  auto station = Station::Open(std::move(settings_), clock_, random_);
  if (!station.ok()) {
    return absl::Status(
        station.status().code(),
        fmt::format("{}; no daemon answers, and the folder {} cannot be used: "
                    "start 'earshot-agent run', or give --data-dir",
                    os::StatusText(station.status()), folder));
  }
  station_ = *std::move(station);
  return absl::OkStatus();
}

absl::StatusOr<std::string> LocalAgent::Ask(const v1::ControlRequest& request) {
  absl::Status status = Open();
  if (!status.ok()) return status;
  v1::ControlResponse response;
  if (daemon_) {
    status = daemon_->Send(request.SerializeAsString());
    if (!status.ok()) return status;
    const auto bytes = daemon_->Receive(kAnswerWithin);
    if (!bytes.ok()) return bytes.status();
    if (!response.ParseFromString(*bytes)) {
      return absl::InternalError("the daemon's answer cannot be read");
    }
  } else {
    response = station_->Handle(request, ::geteuid());
  }
  if (response.code() != 0) {
    return absl::Status(static_cast<absl::StatusCode>(response.code()),
                        response.text());
  }
  return response.body();
}

}  // namespace earshot::agents
