#include "base/wire/peer_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/wire/header.h"
#include "base/wire/limits.h"

namespace earshot::wire {
namespace {

// 2 s, 4 s ... 60 s.
absl::Duration BackoffLimit(uint32_t failures) {
  const uint32_t shift = std::min<uint32_t>(failures, 6);
  return std::min(absl::Seconds(1LL << shift), absl::Seconds(60));
}

}  // namespace

bool PeerSession::WantsDial(absl::Duration now) const {
  return state_ == State::kWaiting && now >= dial_at_;
}

void PeerSession::Dial(const v1::Hello& hello, absl::Duration now) {
  outgoing_.clear();
  state_ = State::kDialling;
  session_ = 0;
  number_ = 0;
  heartbeat_ = kHeartbeat;
  dead_after_ = kDeadAfter;
  last_received_ = now;
  Queue(v1::HELLO, hello.SerializeAsString(), now);
}

void PeerSession::Queue(v1::Kind kind, const std::string& body,
                        absl::Duration now) {
  Header header;
  header.kind = static_cast<uint8_t>(kind);
  header.session = session_;
  header.number = ++number_;
  outgoing_.push_back({EncodeHeader(header, body), body});
  last_sent_ = now;
}

void PeerSession::Send(v1::Kind kind, const std::string& body,
                       absl::Duration now) {
  if (state_ == State::kOpen) Queue(kind, body, now);
}

void PeerSession::Opened(std::string_view body, absl::Duration now) {
  PeerEvent event{};
  event.type = PeerEvent::Type::kOpened;
  if (!event.welcome.ParseFromArray(body.data(),
                                    static_cast<int>(body.size())) ||
      event.welcome.session() == 0) {
    Fail("the hub's WELCOME cannot be read", now);
    return;
  }
  session_ = event.welcome.session();
  if (event.welcome.heartbeat_ms() > 0) {
    heartbeat_ = absl::Milliseconds(event.welcome.heartbeat_ms());
  }
  if (event.welcome.dead_ms() > 0) {
    dead_after_ = absl::Milliseconds(event.welcome.dead_ms());
  }
  state_ = State::kOpen;
  failures_ = 0;
  events_.push_back(std::move(event));
}

void PeerSession::Receive(std::string_view header_bytes, std::string_view body,
                          absl::Duration now) {
  Header header;
  if (state_ == State::kWaiting ||
      DecodeHeader(header_bytes, body, header) != FrameFault::kNone) {
    return;
  }
  last_received_ = now;
  switch (header.kind) {
    case v1::WELCOME:
      if (state_ == State::kDialling) Opened(body, now);
      return;
    case v1::REJECT: {
      PeerEvent event{};
      event.type = PeerEvent::Type::kClosed;
      event.reject.ParseFromArray(body.data(), static_cast<int>(body.size()));
      event.reason = event.reject.text();
      const absl::Duration at_least =
          absl::Milliseconds(event.reject.retry_after_ms());
      Close(std::move(event), at_least, now);
      return;
    }
    case v1::UNKNOWN:
      if (state_ == State::kOpen) Fail("the hub no longer knows us", now);
      return;
    case v1::BYE: {
      v1::Bye bye;
      bye.ParseFromArray(body.data(), static_cast<int>(body.size()));
      PeerEvent event{};
      event.type = PeerEvent::Type::kClosed;
      event.reason = fmt::format("the hub ended the session: {}", bye.reason());
      Close(std::move(event), absl::Milliseconds(bye.retry_after_ms()), now);
      return;
    }
    case v1::PING:
      if (state_ == State::kOpen) Queue(v1::PONG, "", now);
      return;
    case v1::PONG:
      return;
    default:
      break;
  }
  if (state_ != State::kOpen || header.session != session_) return;
  PeerEvent event{};
  event.type = PeerEvent::Type::kFrame;
  event.kind = static_cast<v1::Kind>(header.kind);
  event.body = std::string(body);
  events_.push_back(std::move(event));
}

void PeerSession::Close(PeerEvent event, absl::Duration at_least,
                        absl::Duration now) {
  state_ = State::kWaiting;
  outgoing_.clear();
  failures_ = std::min<uint32_t>(failures_ + 1, 16);
  const auto limit_ms =
      static_cast<uint64_t>(absl::ToInt64Milliseconds(BackoffLimit(failures_)));
  dial_at_ = now + std::max(at_least, absl::Milliseconds(static_cast<int64_t>(
                                          random_.Below(limit_ms))));
  events_.push_back(std::move(event));
}

void PeerSession::Fail(const std::string& reason, absl::Duration now) {
  if (state_ == State::kWaiting) return;
  PeerEvent event{};
  event.type = PeerEvent::Type::kClosed;
  event.reason = reason;
  Close(std::move(event), absl::ZeroDuration(), now);
}

void PeerSession::Leave(const std::string& reason, absl::Duration now) {
  if (state_ == State::kOpen) {
    v1::Bye bye;
    bye.set_reason(reason);
    Queue(v1::BYE, bye.SerializeAsString(), now);
  }
  state_ = State::kWaiting;
  dial_at_ = absl::InfiniteDuration();
}

void PeerSession::Tick(absl::Duration now) {
  if (state_ == State::kWaiting) return;
  if (now - last_received_ >= dead_after_) {
    Fail("the hub is silent", now);
    return;
  }
  if (state_ == State::kOpen && now - last_sent_ >= heartbeat_) {
    Queue(v1::PING, "", now);
  }
}

std::optional<PeerSession::Frame> PeerSession::TakeOutgoing() {
  if (outgoing_.empty()) return std::nullopt;
  Frame frame = std::move(outgoing_.front());
  outgoing_.pop_front();
  return frame;
}

std::optional<PeerEvent> PeerSession::TakeEvent() {
  if (events_.empty()) return std::nullopt;
  PeerEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

absl::Duration PeerSession::NextTimer(absl::Duration now) const {
  if (!outgoing_.empty() || !events_.empty()) return absl::ZeroDuration();
  absl::Duration at = dial_at_;
  if (state_ == State::kDialling) at = last_received_ + dead_after_;
  if (state_ == State::kOpen) {
    at = std::min(last_received_ + dead_after_, last_sent_ + heartbeat_);
  }
  return std::max(at - now, absl::ZeroDuration());
}

}  // namespace earshot::wire
