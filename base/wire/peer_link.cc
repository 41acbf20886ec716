#include "base/wire/peer_link.h"

#include <utility>

namespace earshot::wire {

PeerLink::PeerLink(Dialer& dialer, PeerLinkOptions options,
                   const os::Clock& clock, os::Random& random)
    : dialer_(dialer),
      options_(std::move(options)),
      clock_(clock),
      session_(random) {}

bool PeerLink::WantsDial() const {
  return session_.WantsDial(clock_.Monotonic());
}

absl::Status PeerLink::Dial(const v1::Hello& hello) {
  auto socket = dialer_.Connect(options_.endpoint, options_.keys,
                                options_.hub_public_key);
  if (!socket.ok()) return socket.status();
  socket_ = *std::move(socket);
  session_.Dial(hello, clock_.Monotonic());
  Pump();
  return absl::OkStatus();
}

void PeerLink::Send(v1::Kind kind, const std::string& body) {
  session_.Send(kind, body, clock_.Monotonic());
}

void PeerLink::Fail(const std::string& reason) {
  session_.Fail(reason, clock_.Monotonic());
}

void PeerLink::Leave(const std::string& reason) {
  session_.Leave(reason, clock_.Monotonic());
  Write();
}

void PeerLink::Write() {
  if (socket_ == nullptr) return;
  while (auto frame = session_.TakeOutgoing()) {
    const SendResult result = socket_->Send(frame->header, frame->body);
    // Credit is far below the high-water mark: full means nobody reads.
    if (result != SendResult::kSent) {
      session_.Fail("the connection takes nothing more", clock_.Monotonic());
    }
  }
}

void PeerLink::Pump() {
  session_.Tick(clock_.Monotonic());
  if (session_.state() == PeerSession::State::kWaiting) {
    socket_.reset();
    return;
  }
  Write();
  bool heard = false;
  while (socket_ != nullptr) {
    auto incoming = socket_->Receive();
    if (!incoming) break;
    heard = true;
    if (!incoming->frame_count_wrong) {
      session_.Receive(incoming->header, incoming->body, clock_.Monotonic());
    }
    Write();
    if (session_.state() == PeerSession::State::kWaiting) socket_.reset();
  }
  // Asking costs a system call; fd() goes on telling of an end.
  if (socket_ != nullptr && !heard && socket_->Ended()) {
    session_.Fail("the connection ended", clock_.Monotonic());
    socket_.reset();
  }
}

int PeerLink::fd() const { return socket_ == nullptr ? -1 : socket_->fd(); }

absl::Duration PeerLink::NextTimer() const {
  return session_.NextTimer(clock_.Monotonic());
}

}  // namespace earshot::wire
