// What leaders ask and decide, through two doors: their key from anywhere,
// and the socket for users of this machine. Behind both is one Decide, in
// feed_decisions.cc.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/digest/waiting.h"
#include "dashboard_feed/feed.h"
#include "earshot/v1/digest.pb.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr size_t kAnsweredKept = 16;  // responses a session

}  // namespace

void Feed::NoteRefused(const std::string& who, const absl::Status& why) {
  uint64_t left_out = 0;
  if (Limited("refused " + who, left_out)) return;
  log_.Warn(
      "refused",
      {{"who", who}, {"why", os::StatusText(why)}, {"left_out", left_out}});
}

void Feed::OnHubEvent(const wire::HubEvent& event) {
  switch (event.type) {
    case wire::HubEvent::Type::kHello: {
      // The key may have been replaced since the connection was let in.
      if (leader_keys_.Admit(event.key) != event.user) {
        hub_->Reject(event.session, v1::Reject::REVOKED,
                     "this key is no longer the leader's; ask for the "
                     "organisation file to name the new one",
                     wire::kAfterRevocation);
        return;
      }
      v1::Welcome welcome;
      welcome.set_generation(outbox_->generation());
      welcome.set_peer(event.user);
      *welcome.mutable_clock() = contract::ToStamp(clock_.Wall());
      sessions_.insert_or_assign(
          event.session,
          LeaderSession{
              event.user,
              true,
              wire::DeliverySender(outbox_->generation(), event.hello.cursor()),
              {}});
      hub_->Welcome(event.session, std::move(welcome));
      log_.Info("leader_connected", {{"leader", event.user}});
      return;
    }
    case wire::HubEvent::Type::kFrame:
      OnLeaderFrame(event);
      return;
    case wire::HubEvent::Type::kEnded:
      if (sessions_.erase(event.session) > 0) {
        log_.Info("leader_disconnected",
                  {{"leader", event.user}, {"why", event.reason}});
      }
      return;
    case wire::HubEvent::Type::kFault:
    case wire::HubEvent::Type::kBusy:
      return;
  }
}

void Feed::OnLeaderFrame(const wire::HubEvent& event) {
  const auto found = sessions_.find(event.session);
  if (found == sessions_.end()) return;
  LeaderSession& session = found->second;
  if (event.kind == v1::DIGEST_ACK || event.kind == v1::SNAPSHOT) {
    v1::DeliveryAck ack;
    if (!ack.ParseFromString(event.body)) return;
    session.pending = true;
    if (event.kind == v1::SNAPSHOT) {
      session.sender.OnSnapshotRequest(ack.cursor());
      return;
    }
    // Only what this store numbered, and only what it sent.
    if (ack.cursor().generation() != outbox_->generation() ||
        ack.cursor().seq() > session.sender.after()) {
      return;
    }
    const absl::Status status =
        outbox_->MarkDelivered(session.leader, ack.cursor().seq());
    if (!status.ok()) return NoteRefused(session.leader, status);
    session.sender.OnAck(ack.cursor());
    log_.Info("delivered",
              {{"leader", session.leader}, {"seq", ack.cursor().seq()}});
    return;
  }
  if (event.kind == v1::REQUEST) {
    OnRequest(event.session, session, event.body);
    return;
  }
  NoteRefused(session.leader,
              absl::InvalidArgumentError(fmt::format(
                  "kind {} is not for a feed", static_cast<int>(event.kind))));
}

// A request that comes twice is done once, and answered as it was then.
void Feed::OnRequest(uint64_t id, LeaderSession& session,
                     const std::string& body) {
  v1::Request request;
  if (!request.ParseFromString(body)) return;
  auto known = std::find_if(
      session.answered.begin(), session.answered.end(),
      [&](const v1::Response& one) { return one.id() == request.id(); });
  if (known == session.answered.end()) {
    if (session.answered.size() >= kAnsweredKept) session.answered.pop_front();
    session.answered.push_back(Answer(session.leader, request));
    known = std::prev(session.answered.end());
  }
  hub_->Send(id, v1::RESPONSE, known->SerializeAsString());
}

v1::Response Feed::Answer(const std::string& leader_id,
                          const v1::Request& request) {
  v1::Response response;
  response.set_id(request.id());
  const auto refuse = [&](const absl::Status& status) {
    NoteRefused(leader_id, status);
    response.set_code(static_cast<uint32_t>(status.code()));
    response.set_text(os::StatusText(status));
    return response;
  };
  const v1::Leader* leader = mirror_->model().FindLeader(leader_id);
  if (leader == nullptr) {
    return refuse(absl::PermissionDeniedError(
        "you are no longer in the organisation file; ask the operator"));
  }
  if (request.kind() == v1::LEADER_DIGEST_NOW) {
    const auto digest = DigestNow(*leader, request.body());
    if (!digest.ok()) return refuse(digest.status());
    response.set_body(digest->SerializeAsString());
    log_.Info("delivered", {{"leader", leader_id}, {"by", "request"}});
    return response;
  }
  if (request.kind() == v1::LEADER_DECIDE ||
      request.kind() == v1::LEADER_PREVIEW) {
    v1::Decision decision;
    if (!decision.ParseFromString(request.body())) {
      return refuse(absl::InvalidArgumentError(
          "the decision cannot be read; use the client of this release"));
    }
    const auto done = request.kind() == v1::LEADER_DECIDE
                          ? Decide(*leader, std::move(decision))
                          : Preview(*leader, std::move(decision));
    if (!done.ok()) return refuse(done.status());
    response.set_text(*done);
    return response;
  }
  if (request.kind() == v1::LEADER_ASK || request.kind() == v1::LEADER_GUIDE ||
      request.kind() == v1::LEADER_OBSERVE) {
    const auto done = TakeMessage(*leader, request.kind(), request.body());
    if (!done.ok()) return refuse(done.status());
    response.set_text(*done);
    return response;
  }
  if (request.kind() == v1::LEADER_RESULTS) {
    response.set_body(ResultsFor(*leader).SerializeAsString());
    return response;
  }
  if (request.kind() == v1::LEADER_SUBSCRIPTIONS) {
    response.set_body(SubscriptionsOf(*leader).SerializeAsString());
    return response;
  }
  if (request.kind() == v1::LEADER_CHANGE_OWN) {
    const auto done = ChangeOwn(*leader, request.body());
    if (!done.ok()) return refuse(done.status());
    response.set_text(*done);
    return response;
  }
  return refuse(absl::UnimplementedError(
      "the feed does not know this request; upgrade it"));
}

absl::StatusOr<const v1::Leader*> Feed::LocalLeader(const std::string& id,
                                                    uid_t user, bool reads) {
  const v1::Organisation& organisation = mirror_->model().organisation;
  if (organisation.leaders_size() == 0) {
    return absl::UnavailableError(
        "the feed has not heard from the router yet; see 'earshot-feed "
        "status', and enrol the feed with 'earshot-router enrol feed KEY "
        "--role feed'");
  }
  const v1::Leader* leader = mirror_->model().FindLeader(id);
  if (leader == nullptr) {
    return absl::NotFoundError(
        fmt::format("there is no leader '{}'; the organisation file has: {}",
                    id, LeaderIds(organisation)));
  }
  absl::Status status = MaySpeakFor(*leader, user, ::geteuid());
  if (status.ok() || !reads) {
    if (!status.ok()) return status;
    return leader;
  }
  // Whoever stands in for them today reads what they would.
  for (const v1::Leader& other : organisation.leaders()) {
    if (MaySpeakFor(other, user, ::geteuid()).ok() &&
        ActsFor(organisation, other, clock_.Wall()).contains(id)) {
      return leader;
    }
  }
  return status;
}

void Feed::OnLocal(const os::LocalRequest& request) {
  v1::ControlRequest control;
  v1::ControlResponse response;
  if (control.ParseFromString(request.body)) {
    response = Control(request, control);
  } else {
    response.set_code(
        static_cast<uint32_t>(absl::StatusCode::kInvalidArgument));
    response.set_text("the request cannot be read; use the same release");
  }
  local_->Respond(request.connection, response.SerializeAsString());
}

v1::ControlResponse Feed::Control(const os::LocalRequest& request,
                                  const v1::ControlRequest& control) {
  v1::ControlResponse response;
  const auto finish = [&](const absl::Status& status) {
    if (!status.ok()) {
      NoteRefused(fmt::format("local user {}", request.user), status);
      response.set_code(static_cast<uint32_t>(status.code()));
      response.set_text(os::StatusText(status));
    }
    return response;
  };
  if (control.command() == "status") {
    const auto text = StatusJson();
    if (text.ok()) response.set_text(*text);
    return finish(text.status());
  }
  if (control.command() == "deliveries") {
    const auto text = ControlDeliveries(request.user, control);
    if (text.ok()) response.set_text(*text);
    return finish(text.status());
  }
  const std::string& command = control.command();
  // A deputy decides under their own name.
  const bool reads =
      command == "digest" || command == "follow" || command == "why";
  const auto leader =
      LocalLeader(control.arguments_size() > 0 ? control.arguments(0) : "",
                  request.user, reads);
  if (!leader.ok()) return finish(leader.status());
  if (control.command() == "digest") {
    const auto digest = DigestNow(**leader, control.body());
    if (digest.ok()) {
      response.set_body(digest->SerializeAsString());
      log_.Info("delivered", {{"leader", (*leader)->id()}, {"by", "socket"}});
    }
    return finish(digest.status());
  }
  if (control.command() == "follow") {
    followers_[request.connection] = (*leader)->id();
    response.set_more(true);
    return response;
  }
  if (control.command() == "why") {
    const auto text =
        Why(**leader, control.arguments_size() > 1 ? control.arguments(1) : "");
    if (text.ok()) response.set_text(*text);
    return finish(text.status());
  }
  if (command == "password" || command == "token" || command == "sign-out") {
    const auto text = ControlSignIn(**leader, control);
    if (text.ok()) response.set_text(*text);
    return finish(text.status());
  }
  if (command == "ask" || command == "guide" || command == "observe") {
    const uint32_t kind = command == "ask"     ? v1::LEADER_ASK
                          : command == "guide" ? v1::LEADER_GUIDE
                                               : v1::LEADER_OBSERVE;
    const auto text = TakeMessage(**leader, kind, control.body());
    if (text.ok()) response.set_text(*text);
    return finish(text.status());
  }
  if (control.command() == "results") {
    response.set_body(ResultsFor(**leader).SerializeAsString());
    return response;
  }
  if (control.command() == "subscriptions") {
    response.set_body(SubscriptionsOf(**leader).SerializeAsString());
    return response;
  }
  if (control.command() == "change-own") {
    const auto text = ChangeOwn(**leader, control.body());
    if (text.ok()) response.set_text(*text);
    return finish(text.status());
  }
  if (control.command() == "answer" || control.command() == "preview") {
    v1::Decision decision;
    if (!decision.ParseFromString(control.body())) {
      return finish(absl::InvalidArgumentError("the decision cannot be read"));
    }
    const auto done = control.command() == "answer"
                          ? Decide(**leader, std::move(decision))
                          : Preview(**leader, std::move(decision));
    if (done.ok()) response.set_text(*done);
    return finish(done.status());
  }
  return finish(absl::UnimplementedError(
      "the running feed does not know this; restart it after an upgrade"));
}

absl::StatusOr<std::string> Feed::StatusJson() {
  const auto totals = outbox_->Count();
  if (!totals.ok()) return totals.status();
  const auto lanes = spool_->Lanes();
  if (!lanes.ok()) return lanes.status();
  uint64_t waiting = 0;
  for (const spool::LaneState& lane : *lanes) {
    waiting += lane.spooled - lane.acked;
  }
  const auto owed = outbox_->deliveries().Count();
  if (!owed.ok()) return owed.status();
  const auto alerts = outbox_->alerts().ReadMark();
  if (!alerts.ok()) return alerts.status();
  const Model& model = mirror_->model();
  nlohmann::ordered_json out;
  out["connected"] = connected_at_ != absl::InfiniteDuration();
  out["router"] = settings_.config.router();
  out["listen"] = hub_->endpoint();
  out["public_key"] = keys_.public_key;
  out["generation"] = mirror_->cursor().generation();
  out["seq"] = mirror_->cursor().seq();
  out["insights"] = model.insights.known();
  out["leaders"] = model.organisation.leaders_size();
  out["subscriptions"] = model.subscriptions.subscriptions_size();
  out["leaders_connected"] = sessions_.size();
  out["digests_queued"] = totals->queued;
  out["digests_delivered"] = totals->delivered;
  out["alerts_missed"] = alerts->missed;
  if (http_ != nullptr) {
    out["http_port"] = http_port();
    out["links"] = {{"shown", links_shown_},
                    {"acted", links_acted_},
                    {"refused", links_refused_ + http_->counts().refused}};
    const PageDoor::Counts& page = page_->counts;
    out["page"] = {{"signed_in", page.signed_in},
                   {"sign_ins_refused", page.refused},
                   {"sign_ins_limited", page.limited},
                   {"forms_refused", page.forms_refused},
                   {"sign_ons_refused", page.sign_ons_refused},
                   {"decided", page.decided},
                   {"live", live_->streams()},
                   {"streams_refused", page.streams_refused},
                   {"events_sent", page.events_sent},
                   {"cut", http_->counts().cut}};
  }
  out["decisions"] = totals->decisions;
  out["decisions_waiting"] = waiting;
  for (const auto& [channel, states] : owed->by_channel) {
    for (const auto& [state, count] : states) {
      out["deliveries"][channel][std::string(DeliveryStateName(state))] = count;
    }
  }
  out["deliveries_dropped"] = owed->dropped;
  return out.dump();
}

}  // namespace earshot::feed
