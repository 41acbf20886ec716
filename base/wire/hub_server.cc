#include "base/wire/hub_server.h"

#include <fmt/format.h>

#include <utility>

#include "base/os/bytes.h"
#include "base/os/poll.h"

namespace earshot::wire {

HubServer::HubServer(Context* context, HubServerOptions options,
                     const os::Clock& clock, os::Random& random,
                     telemetry::Log& log)
    : context_(context),
      options_(std::move(options)),
      clock_(clock),
      log_(log),
      limiter_(5, absl::Minutes(1)),
      hub_(options_.hub, random) {}

HubServer::~HubServer() {
  socket_.reset();  // before its monitor's reader
  monitor_.reset();
}

absl::StatusOr<std::unique_ptr<HubServer>> HubServer::Start(
    Context& context, HubServerOptions options, Admission& admission,
    const os::Clock& clock, os::Random& random, telemetry::Log& log) {
  std::unique_ptr<HubServer> server(
      new HubServer(&context, std::move(options), clock, random, log));
  auto zap = ZapHandler::Start(context, server->options_.zap_domain, admission);
  if (!zap.ok()) return zap.status();
  server->zap_ = *std::move(zap);
  const std::string monitor = "inproc://monitor-" + os::ToHex(random.Bytes(8));
  auto socket = RouterSocket::Bind(context, server->options_.listen,
                                   server->options_.keys,
                                   server->options_.zap_domain, monitor);
  if (!socket.ok()) return socket.status();
  server->socket_ = *std::move(socket);
  server->monitor_ = std::make_unique<Monitor>(context, monitor);
  return server;
}

std::unique_ptr<HubServer> HubServer::Over(std::unique_ptr<HubSocket> socket,
                                           HubServerOptions options,
                                           const os::Clock& clock,
                                           os::Random& random,
                                           telemetry::Log& log) {
  std::unique_ptr<HubServer> server(
      new HubServer(nullptr, std::move(options), clock, random, log));
  server->socket_ = std::move(socket);
  return server;
}

const ZapCounters& HubServer::zap_counters() const {
  static const ZapCounters none;
  return zap_ == nullptr ? none : zap_->counters();
}

absl::Status HubServer::SelfTest() {
  if (context_ == nullptr) {
    return absl::FailedPreconditionError("self-test: not our own socket");
  }
  const uint64_t refused_before = zap_->counters().refused.value();
  // A wildcard address is listened to, not dialled.
  std::string endpoint = socket_->endpoint();
  for (const std::string_view any : {"[::]", "0.0.0.0"}) {
    const size_t at = endpoint.find(any);
    if (at != std::string::npos) endpoint.replace(at, any.size(), "127.0.0.1");
  }
  const KeyPair keys = GenerateKeyPair();
  auto stranger = DealerSocket::Connect(*context_, endpoint, keys,
                                        options_.keys.public_key);
  if (!stranger.ok()) return stranger.status();
  (*stranger)->Send("self-test", "self-test");
  const absl::Duration deadline = clock_.Monotonic() + absl::Seconds(10);
  while (clock_.Monotonic() < deadline) {
    while (const auto incoming = socket_->Receive()) {
      if (incoming->user.empty() || incoming->key == keys.public_key) {
        return absl::FailedPreconditionError(
            "self-test: an unknown key could send a message; refusing to "
            "serve");
      }
      // A peer that waited for this hub: the first Pump answers it.
      hub_.Receive(*incoming, clock_.Monotonic());
    }
    if (zap_->counters().refused.value() > refused_before) {
      return absl::OkStatus();
    }
    os::WaitReadable({socket_->fd()}, absl::Milliseconds(10));
  }
  return absl::FailedPreconditionError(
      "self-test: authentication did not answer within 10 s; refusing to "
      "serve");
}

void HubServer::Write() {
  while (auto frame = hub_.TakeOutgoing()) {
    drained_ = false;
    const SendResult result =
        socket_->Send(frame->route, frame->header, frame->body);
    if (result == SendResult::kSent) continue;
    counters_.frames_undeliverable.Add();
    hub_.Undeliverable(frame->route);
  }
}

void HubServer::Pump() {
  hub_.Tick(clock_.Monotonic());
  // Bounded, so that a flood cannot keep the loop from its other work.
  drained_ = false;
  for (int i = 0; i < 1000; ++i) {
    auto incoming = socket_->Receive();
    if (!incoming) {
      drained_ = true;
      break;
    }
    hub_.Receive(*incoming, clock_.Monotonic());
  }
  Write();
  NoteConnections();
}

void HubServer::NoteConnections() {
  if (monitor_ == nullptr) return;
  while (const auto event = monitor_->Take()) {
    // libzmq drops what does not even begin like ZeroMQ without calling it a
    // failed handshake: only this counter sees it.
    if (event->kind == ConnectionEvent::Kind::kDisconnected) {
      counters_.disconnects.Add();
    }
    if (event->kind != ConnectionEvent::Kind::kHandshakeFailed) continue;
    counters_.handshakes_failed.Add();
    const auto left_out = limiter_.Pass("handshake", clock_.Monotonic());
    if (left_out) {
      log_.Warn("handshake_failed",
                {{"detail", event->detail}, {"left_out", *left_out}});
    }
  }
}

void HubServer::Note(const HubEvent& event) {
  switch (event.type) {
    case HubEvent::Type::kHello:
      counters_.hellos.Add();
      return;
    case HubEvent::Type::kBusy:
      counters_.busy.Add();
      return;
    case HubEvent::Type::kEnded:
      counters_.sessions_ended.Add();
      return;
    case HubEvent::Type::kFault: {
      counters_.faults.Add();
      const auto left_out = limiter_.Pass(
          fmt::format("fault {} {}", event.user, FrameFaultName(event.fault)),
          clock_.Monotonic());
      if (left_out) {
        log_.Warn("frame_refused", {{"peer", event.user},
                                    {"why", FrameFaultName(event.fault)},
                                    {"left_out", *left_out}});
      }
      return;
    }
    case HubEvent::Type::kFrame:
      return;
  }
}

std::optional<HubEvent> HubServer::TakeEvent() {
  auto event = hub_.TakeEvent();
  if (event) Note(*event);
  return event;
}

void HubServer::Welcome(uint64_t session, v1::Welcome welcome) {
  hub_.Welcome(session, std::move(welcome), clock_.Monotonic());
  Write();
}

void HubServer::Reject(uint64_t session, v1::Reject::Reason reason,
                       const std::string& text, absl::Duration retry_after) {
  hub_.Reject(session, reason, text, retry_after, clock_.Monotonic());
  Write();
}

bool HubServer::Send(uint64_t session, v1::Kind kind, const std::string& body) {
  const bool known = hub_.Send(session, kind, body, clock_.Monotonic());
  Write();
  return known;
}

void HubServer::EndUser(std::string_view user, v1::Reject::Reason reason,
                        const std::string& text) {
  hub_.EndUser(user, reason, text, clock_.Monotonic());
  Write();
}

void HubServer::Stop(absl::Duration retry_after) {
  hub_.EndAll("the hub stops", retry_after, clock_.Monotonic());
  Write();
}

}  // namespace earshot::wire
