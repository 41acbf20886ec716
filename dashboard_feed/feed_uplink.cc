// The feed towards the router: mirrors what it says, sends what leaders
// decided.
#include <algorithm>
#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/feed.h"
#include "earshot/v1/erase.pb.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kKeyLook = absl::Seconds(3);

}  // namespace

void Feed::MakeLink() {
  const absl::Duration now = clock_.Monotonic();
  if (link_ != nullptr || now < next_key_look_) return;
  next_key_look_ = now + kKeyLook;
  const auto key = RouterPublicKey(settings_.config);
  if (!key.ok()) {
    if (!key_missing_said_) {
      log_.Warn("router_key_missing", {{"next", os::StatusText(key.status())}});
    }
    key_missing_said_ = true;
    return;
  }
  wire::PeerLinkOptions options;
  options.endpoint = settings_.config.router();
  options.keys = keys_;
  options.hub_public_key = *key;
  wire::Dialer& dialer = edges_.dialer != nullptr ? *edges_.dialer : context_;
  link_ = std::make_unique<wire::PeerLink>(dialer, std::move(options), clock_,
                                           random_);
}

void Feed::TurnUplink() {
  MakeLink();
  if (link_ == nullptr) return;
  if (link_->WantsDial()) Dial();
  link_->Pump();
  while (const auto event = link_->TakeEvent()) OnLinkEvent(*event);
  if (std::exchange(alert_came_, false)) RunAlerts();
  const bool stalled = uplink_->Stalled(clock_.Monotonic());
  if (stalled && link_->open()) {
    link_->Fail("the router has acknowledged nothing for 30 s");
  }
  SendRecords();
}

void Feed::Dial() {
  v1::Hello hello;
  hello.set_wire_min(wire::kWireVersion);
  hello.set_wire_max(wire::kWireVersion);
  hello.set_build("earshot-feed " EARSHOT_VERSION);
  hello.set_boot_id(boot_id_);
  *hello.mutable_cursor() = mirror_->cursor();
  *hello.mutable_clock() = contract::ToStamp(clock_.Wall());
  absl::Status status = uplink_->FillHello(hello);
  if (status.ok()) status = link_->Dial(hello);
  if (!status.ok()) {
    uint64_t left_out = 0;
    if (!Limited("dial", left_out)) {
      log_.Error("connect_failed", {{"router", settings_.config.router()},
                                    {"why", os::StatusText(status)},
                                    {"left_out", left_out}});
    }
    link_->Fail("it cannot be dialled");
  }
}

void Feed::OnLinkEvent(const wire::PeerEvent& event) {
  switch (event.type) {
    case wire::PeerEvent::Type::kOpened:
      connected_at_ = clock_.Monotonic();
      last_update_ = connected_at_;
      log_.Info("connected", {{"router", settings_.config.router()},
                              {"as", event.welcome.peer()},
                              {"generation", event.welcome.generation()}});
      OnOutcome(uplink_->OnWelcome(event.welcome));
      return;
    case wire::PeerEvent::Type::kClosed: {
      connected_at_ = absl::InfiniteDuration();
      uint64_t left_out = 0;
      if (Limited("closed", left_out)) return;
      log_.Warn("disconnected",
                {{"router", settings_.config.router()},
                 {"why", event.reason},
                 {"next",
                  "tried again; if it lasts: is the router running, "
                  "and this key enrolled (earshot-router enrol feed "
                  "KEY --role feed)?"},
                 {"left_out", left_out}});
      return;
    }
    case wire::PeerEvent::Type::kFrame:
      break;
  }
  if (event.kind == v1::UPDATE) {
    OnUpdate(event.body);
  } else if (event.kind == v1::ACK) {
    v1::Ack ack;
    if (!ack.ParseFromString(event.body)) return;
    for (const v1::Nack& nack : ack.nacks()) {
      log_.Error("decision_lost", {{"seq", nack.seq()}, {"code", nack.code()}});
    }
    OnOutcome(uplink_->OnAck(ack));
  }
}

void Feed::OnOutcome(const absl::StatusOr<spool::Uplink::Outcome>& outcome) {
  if (!outcome.ok()) {
    log_.Error("spool_failed",
               {{"why", os::StatusText(outcome.status())},
                {"next", "check the disk that holds the data folder"}});
    link_->Fail("the spool failed");
  } else if (*outcome == spool::Uplink::Outcome::kRedial) {
    log_.Error("spool_renumbered",
               {{"next",
                 "this spool or the router's log was restored from a "
                 "copy; nothing is lost"}});
    link_->Fail("the spool was numbered anew");
  }
}

void Feed::OnUpdate(const std::string& body) {
  v1::Delivery delivery;
  if (!delivery.ParseFromString(body)) {
    link_->Fail("an update cannot be read");
    return;
  }
  last_update_ = clock_.Monotonic();
  const absl::Status erased = EraseFromDigests(delivery);
  if (!erased.ok()) {
    log_.Error("erasure_failed",
               {{"why", os::StatusText(erased)},
                {"next", "check the disk that holds the data folder"}});
    link_->Fail("the outbox failed");
    return;
  }
  const std::vector<Change> changes = ChangesOf(delivery);
  const auto taken = mirror_->Take(delivery, clock_.Wall());
  if (!taken.ok()) {
    // It was read anew.
    if (live_) TellLive(live_->TellAll(mirror_->cursor(), clock_.Wall()));
    log_.Error("mirror_failed",
               {{"why", os::StatusText(taken.status())},
                {"next", "check the disk that holds the data folder"}});
    link_->Fail("the mirror failed");
    return;
  }
  v1::DeliveryAck ack;
  *ack.mutable_cursor() = mirror_->cursor();
  if (taken->check == wire::DeliveryCheck::kGap) {
    log_.Warn("update_gap", {{"cursor", mirror_->cursor().seq()},
                             {"update_after", delivery.prev_seq()},
                             {"next", "asked for what is missing"}});
    link_->Send(v1::SNAPSHOT, ack.SerializeAsString());
    return;
  }
  if (live_ && taken->check == wire::DeliveryCheck::kTake) {
    TellLive(live_->Tell(delivery, changes, mirror_->cursor(), clock_.Wall()));
  }
  link_->Send(v1::UPDATE_ACK, ack.SerializeAsString());
  alert_came_ = alert_came_ ||
                std::any_of(delivery.items().begin(), delivery.items().end(),
                            [](const v1::Item& item) {
                              return item.kind() == v1::UPDATE_ALERT;
                            });
  log_.Debug("mirrored", {{"items", delivery.items_size()},
                          {"seq", mirror_->cursor().seq()},
                          {"reset", delivery.reset()}});
  if (taken->organisation_changed) UseOrganisation();
}

// Before the order counts as taken, so that it is not forgotten half-way.
absl::Status Feed::EraseFromDigests(const v1::Delivery& delivery) {
  std::set<uint64_t> insights;
  for (const v1::Item& item : delivery.items()) {
    v1::EraseOrder order;
    if (item.kind() != v1::UPDATE_ERASE ||
        !order.ParseFromString(item.body()) || !order.sent_digests()) {
      continue;
    }
    insights.insert(order.insights().begin(), order.insights().end());
  }
  return insights.empty() ? absl::OkStatus() : outbox_->EraseQuotes(insights);
}

void Feed::UseOrganisation() {
  for (const std::string& leader :
       leader_keys_.Use(mirror_->model().organisation)) {
    hub_->EndUser(leader, v1::Reject::REVOKED,
                  "this key is no longer that of a leader; ask the operator");
  }
  for (auto& [stream, listener] : listeners_) {
    listener.next_look = clock_.Monotonic();
  }
  CheckListeners("");
  log_.Info("organisation",
            {{"leaders", mirror_->model().organisation.leaders_size()},
             {"sites", mirror_->model().organisation.sites_size()}});
}

bool Feed::Drained() {
  if (link_ == nullptr || !link_->open()) return false;
  const auto drained = uplink_->Drained();
  return drained.ok() && *drained;
}

void Feed::SendRecords() {
  while (link_ != nullptr && link_->open()) {
    const auto frame = uplink_->Next();
    if (!frame.ok()) {
      OnOutcome(frame.status());
      return;
    }
    if (!*frame) return;
    link_->Send((*frame)->kind, (*frame)->body);
    link_->Pump();
  }
}

}  // namespace earshot::feed
