#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "agents/command_options.h"
#include "agents/local_agent.h"
#include "agents/phones/qr_code.h"

namespace earshot::agents {
namespace {

using nlohmann::json;

std::string Clock(const json& stamp, absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  return absl::ParseTime(absl::RFC3339_full, stamp.get<std::string>(), &time,
                         &error)
             ? absl::FormatTime("%H:%M", time, zone)
             : stamp.get<std::string>();
}

int Show(const json& state, absl::TimeZone zone) {
  const std::string address = state["address"];
  if (!address.empty()) {
    const auto code = QrCode::Of(address);
    if (!code.ok()) return Fail(code.status());
    fmt::print("{}\n{}\nScan it with the phone's camera, by {}.\n",
               code->AsText(), address, Clock(state["until"], zone));
    const std::string fingerprint = state["fingerprint"];
    if (!fingerprint.empty()) {
      fmt::print(
          "The phone warns once that it does not know this machine. Its "
          "certificate's\nSHA-256 is {}\n",
          fingerprint);
    }
  }
  fmt::print("{} phones are paired with {}\n", state["paired"].get<uint64_t>(),
             state["origin"].get<std::string>());
  return kDone;
}

}  // namespace

int PhonesCommand(const GlobalOptions& global, const PhonesOptions& options) {
  auto settings = LoadSettings(global.source);
  if (!settings.ok()) return Fail(settings.status(), kUsage);
  const absl::TimeZone zone = settings->shifts.zone();
  auto sockets = SocketCandidates(global.source, *settings);
  os::SystemClock clock;
  os::SystemRandom random;
  LocalAgent agent(*std::move(settings), std::move(sockets), clock, random);
  v1::ControlRequest request;
  request.set_command("phones");
  request.add_arguments(options.pair     ? "code"
                        : options.hide   ? "hide"
                        : options.unpair ? "unpair"
                                         : "show");
  const auto body = agent.Ask(request);
  if (!body.ok()) return Fail(body.status());
  if (options.json) {
    fmt::print("{}\n", *body);
    return kDone;
  }
  return Show(json::parse(*body), zone);
}

}  // namespace earshot::agents
