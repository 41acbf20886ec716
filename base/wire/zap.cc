#include "base/wire/zap.h"

#include <fmt/format.h>

#include <thread>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "base/os/poll.h"
#include "base/wire/context_impl.h"
#include "base/wire/keys.h"

namespace earshot::wire {
namespace {

constexpr size_t kRequestFrames = 7;

struct Verdict {
  std::string_view code;
  std::string_view text;
  std::string user;
  std::string key;
};

// One property as ZMTP writes it (RFC 37): lengths in network order.
std::string MetadataOf(std::string_view name, std::string_view value) {
  std::string out(1, static_cast<char>(name.size()));
  out.append(name);
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value.size() >> shift) & 255U));
  }
  return out.append(value);
}

Verdict Judge(const std::vector<std::string>& frames, const std::string& domain,
              Admission& admission) {
  if (frames.size() != kRequestFrames || frames[0] != "1.0") {
    return {"500", "malformed request", "", ""};
  }
  const std::string& key = frames[6];
  if (frames[2] != domain || frames[5] != "CURVE" || key.size() != 32) {
    admission.Refused(frames[3], "");
    return {"400", "CURVE is required", "", ""};
  }
  std::string text = KeyText(key);
  auto user = admission.Admit(text);
  if (!user || user->empty()) {
    admission.Refused(frames[3], text);
    return {"400", "unknown key", "", ""};
  }
  return {"200", "OK", *std::move(user), std::move(text)};
}

}  // namespace

struct ZapHandler::Impl {
  zmq::socket_t socket;
  std::string domain;
  Admission* admission = nullptr;
  ZapCounters counters;
  os::Wakeup stop;
  std::thread thread;

  std::vector<std::string> ReceiveRequest() {
    std::vector<std::string> frames;
    zmq::message_t part;
    do {
      if (!socket.recv(part)) return {};
      // No request of libzmq is longer; what is, is not one.
      if (frames.size() <= kRequestFrames) frames.push_back(part.to_string());
    } while (part.more());
    return frames;
  }

  void Answer(const std::vector<std::string>& frames) {
    const Verdict verdict = Judge(frames, domain, *admission);
    if (verdict.code == "200") {
      counters.admitted.Add();
    } else {
      counters.refused.Add();
    }
    const std::string request = frames.size() > 1 ? frames[1] : "";
    const auto send = [&](std::string_view text, bool more) {
      socket.send(zmq::buffer(text.data(), text.size()),
                  more ? zmq::send_flags::sndmore : zmq::send_flags::none);
    };
    send("1.0", true);
    send(request, true);
    send(verdict.code, true);
    send(verdict.text, true);
    send(verdict.user, true);
    send(verdict.key.empty() ? "" : MetadataOf(kKeyProperty, verdict.key),
         false);
  }

  void Loop() {
    try {
      while (true) {
        zmq::pollitem_t items[] = {{socket.handle(), 0, ZMQ_POLLIN, 0},
                                   {nullptr, stop.fd(), ZMQ_POLLIN, 0}};
        zmq::poll(items, 2, std::chrono::milliseconds(-1));
        if ((items[1].revents & ZMQ_POLLIN) != 0) return;
        if ((items[0].revents & ZMQ_POLLIN) == 0) continue;
        Answer(ReceiveRequest());
      }
    } catch (const zmq::error_t& error) {
      return;  // the context is closing
    }
  }
};

ZapHandler::ZapHandler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

absl::StatusOr<std::unique_ptr<ZapHandler>> ZapHandler::Start(
    Context& context, const std::string& domain, Admission& admission) {
  try {
    auto impl = std::make_unique<Impl>();
    impl->socket = zmq::socket_t(context.impl().context, zmq::socket_type::rep);
    impl->socket.set(zmq::sockopt::linger, 0);
    impl->socket.bind("inproc://zeromq.zap.01");
    impl->domain = domain;
    impl->admission = &admission;
    impl->thread = std::thread([raw = impl.get()] { raw->Loop(); });
    return std::unique_ptr<ZapHandler>(new ZapHandler(std::move(impl)));
  } catch (const zmq::error_t& error) {
    return absl::InternalError(
        fmt::format("start the authentication handler: {}", error.what()));
  }
}

ZapHandler::~ZapHandler() {
  impl_->stop.Notify();
  impl_->thread.join();
}

const ZapCounters& ZapHandler::counters() const { return impl_->counters; }

}  // namespace earshot::wire
