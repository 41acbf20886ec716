// What leaders are told live: GET /api/v1/events.
#include <utility>

#include "base/http/cookies.h"
#include "base/os/status_text.h"
#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/live/events.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kLook = absl::Minutes(1);

http::Response Streamed() {
  http::Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  return response;
}

}  // namespace

http::Response Feed::BeginEvents(const http::Request& request,
                                 const Visitor& visitor) {
  http::Response response = Streamed();
  if (request.method == "HEAD") return response;
  const v1::Leader& leader = *visitor.leader;
  if (!live_->HasRoomFor(leader.id())) {
    ++page_->counts.streams_refused;
    response.status = 503;
    response.content_type = kProblemType;
    response.body = Problem(
        503,
        "too many listen already, you or all together; close a page, or "
        "try again in a minute");
    response.headers.emplace_back("Retry-After", "60");
    return response;
  }
  Listener listener;
  listener.leader = leader.id();
  if (request.signed_on_by == 0) {
    listener.token = http::BearerIn(request.authorization);
    if (listener.token.empty()) listener.session = visitor.session;
  }
  listener.next_look = clock_.Monotonic() + kLook;
  // Who listens already is told of a shift's end before the clock goes on.
  TellLive(live_->EndShifts(mirror_->cursor(), clock_.Wall()));
  response.body = live_->Open(request.id, leader, request.last_event_id,
                              mirror_->cursor(), clock_.Wall());
  response.stream = true;
  listeners_[request.id] = std::move(listener);
  return response;
}

std::vector<Change> Feed::ChangesOf(const v1::Delivery& delivery) const {
  if (!live_ || delivery.reset() || !live_->Watched(clock_.Wall())) return {};
  return ChangesIn(delivery, *mirror_);
}

void Feed::TellLive(const std::vector<Live::Part>& parts) {
  if (parts.empty()) return;
  std::vector<http::Server::Part> pushed;
  pushed.reserve(parts.size());
  for (const Live::Part& part : parts) {
    pushed.push_back({part.stream, part.text});
  }
  page_->counts.events_sent += parts.size();
  http_->Push(std::move(pushed));
}

void Feed::EndLeftStreams() {
  while (const auto stream = http_->TakeLeft()) {
    live_->End(*stream, clock_.Wall());
    listeners_.erase(*stream);
  }
}

void Feed::EachSecondLive() {
  if (!live_) return;
  const absl::Time now = clock_.Wall();
  TellLive(live_->EndShifts(mirror_->cursor(), now));
  if (live_->streams() > 0) {
    http_->SetHeartbeat(":\n" + MarkText({mirror_->cursor().generation(),
                                          mirror_->cursor().seq(), now}));
    CheckListeners("");
  }
  if (clock_.Monotonic() >= next_certificate_look_) RenewCertificate();
}

absl::StatusOr<bool> Feed::IsLetIn(const Listener& listener) {
  if (mirror_->model().FindLeader(listener.leader) == nullptr) return false;
  if (listener.session.empty() && listener.token.empty()) return true;
  const auto leader =
      listener.token.empty()
          ? page_->sign_ins->LeaderListening(listener.session, clock_.Wall())
          : page_->sign_ins->LeaderOfToken(listener.token);
  if (!leader.ok()) return leader.status();
  return *leader == listener.leader;
}

void Feed::CheckListeners(const std::string& leader) {
  const absl::Duration now = clock_.Monotonic();
  for (auto& [stream, listener] : listeners_) {
    if (now < listener.next_look && listener.leader != leader) continue;
    listener.next_look = now + kLook;
    const auto in = IsLetIn(listener);
    if (!in.ok()) {
      log_.Error("sign_in_unread", {{"why", os::StatusText(in.status())}});
    }
    if (!in.ok() || !*in) http_->Close(stream);
  }
}

}  // namespace earshot::feed
