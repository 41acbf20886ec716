#include "agents/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/os/status_text.h"
#include "base/wire/limits.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/times.h"

namespace earshot::agents {
namespace {

constexpr absl::Duration kLookForKeyEvery = absl::Seconds(5);
constexpr absl::Duration kKeepContactEvery = absl::Minutes(10);
constexpr absl::Duration kAskAgainAfter = absl::Seconds(10);
constexpr absl::Duration kEraseAgainAfter = absl::Minutes(1);

std::string WhatToDo(const v1::Reject& reject, const std::string& public_key) {
  switch (reject.reason()) {
    case v1::Reject::AUTH:
      return fmt::format("this agent is not enrolled; on the router: {}",
                         EnrolCommand(public_key));
    case v1::Reject::REVOKED:
      return "the router has revoked this agent's key; ask who runs it";
    case v1::Reject::VERSION:
      return "agent and router are of releases that do not meet; upgrade the "
             "older one";
    case v1::Reject::REASON_UNSPECIFIED:
      return "";
    default:
      return reject.text();
  }
}

}  // namespace

Connection::Connection(const Parts& parts, wire::KeyPair keys)
    : station_(parts.station),
      dialer_(parts.dialer),
      clock_(parts.clock),
      random_(parts.random),
      log_(parts.log),
      limiter_(3, absl::Minutes(10)),
      keys_(std::move(keys)),
      boot_id_(parts.random.NonZero()),
      uplink_(parts.station.spool()) {
  auto contact = station_.inbox().LastContact();
  if (contact.ok()) contact_ = *std::move(contact);
}

bool Connection::FindKey() {
  if (link_ != nullptr) return true;
  const absl::Duration now = clock_.Monotonic();
  if (now - looked_for_key_ < kLookForKeyEvery) return false;
  looked_for_key_ = now;
  const Settings& settings = station_.settings();
  std::string key = settings.router_key;
  if (key.empty()) {
    auto loaded = wire::LoadPublicKey(settings.router_key_file);
    if (!loaded.ok()) {
      problem_ = fmt::format(
          "the router's public key is not at {}; copy its router.key.pub there "
          "or set router_key in agent.conf",
          settings.router_key_file);
      if (limiter_.Pass("router_key_missing", now)) {
        log_.Warn("router_key_missing", {{"next", problem_}});
      }
      return false;
    }
    key = *std::move(loaded);
  }
  problem_.clear();
  link_ = std::make_unique<wire::PeerLink>(
      dialer_, wire::PeerLinkOptions{settings.router, keys_, key}, clock_,
      random_);
  return true;
}

void Connection::Trouble(const std::string& event, const absl::Status& status) {
  problem_ = os::StatusText(status);
  if (const auto left_out = limiter_.Pass(event, clock_.Monotonic())) {
    log_.Error(event, {{"error", problem_}, {"left_out", *left_out}});
  }
}

void Connection::Dial() {
  v1::Hello hello;
  hello.set_wire_min(wire::kWireVersion);
  hello.set_wire_max(wire::kWireVersion);
  hello.set_build("earshot-agent/" EARSHOT_VERSION);
  hello.set_boot_id(boot_id_);
  *hello.mutable_clock() = contract::ToStamp(clock_.Wall());
  auto cursor = station_.inbox().Cursor();
  absl::Status status = cursor.status();
  if (status.ok()) {
    *hello.mutable_cursor() = *std::move(cursor);
    status = uplink_.FillHello(hello);
  }
  if (!status.ok()) {
    // The session still has to start, or we would dial without a pause.
    Trouble("spool_failed", status);
  }
  status = link_->Dial(hello);
  if (!status.ok()) {
    Trouble("dial_failed", status);
    link_.reset();  // looks for the key, and so dials, after a pause
  }
}

void Connection::OnOutcome(
    const absl::StatusOr<spool::Uplink::Outcome>& outcome) {
  if (!outcome.ok()) {
    Trouble("spool_failed", outcome.status());
    link_->Fail("the spool cannot be read");
  } else if (*outcome == spool::Uplink::Outcome::kRedial) {
    log_.Error("spool_cloned_or_rolled_back",
               {{"next",
                 "another copy of this spool has sent, or it was restored: "
                 "everything not acknowledged is sent again; make sure that "
                 "one machine alone uses this data_dir and key"}});
    link_->Fail("the spool has a new epoch");
  }
}

void Connection::OnOpened(const v1::Welcome& welcome) {
  problem_.clear();
  contact_.peer = welcome.peer();
  contact_.sites.assign(welcome.sites().begin(), welcome.sites().end());
  contact_.last_contact = clock_.Wall();
  log_.Info("connected", {{"router", station_.settings().router},
                          {"as", welcome.peer()},
                          {"sites", welcome.sites_size()}});
  absl::Status status = station_.NoteContact(contact_);
  if (!status.ok()) Trouble("inbox_failed", status);
  kept_contact_ = clock_.Monotonic();
  const uint64_t regressed = uplink_.counters().hub_regressed;
  OnOutcome(uplink_.OnWelcome(welcome));
  NoteRegression(regressed);
}

void Connection::NoteRegression(uint64_t before) {
  if (uplink_.counters().hub_regressed == before) return;
  if (const auto left_out =
          limiter_.Pass("router_lost_records", clock_.Monotonic())) {
    log_.Error("router_lost_records",
               {{"router", station_.settings().router},
                {"next",
                 "the router was put back to an older copy: what it lost is "
                 "sent again as far as it is still here"},
                {"left_out", *left_out}});
  }
}

void Connection::OnAck(const std::string& body) {
  v1::Ack ack;
  if (!ack.ParseFromString(body)) {
    link_->Fail("an ACK cannot be read");
    return;
  }
  for (const v1::Nack& nack : ack.nacks()) {
    if (const auto left_out =
            limiter_.Pass("refused:" + nack.code(), clock_.Monotonic())) {
      log_.Warn("refused", {{"lane", ack.durable().lane()},
                            {"seq", nack.seq()},
                            {"code", nack.code()},
                            {"next", nack.text()},
                            {"left_out", *left_out}});
    }
  }
  log_.Debug("batch_acked", {{"lane", ack.durable().lane()},
                             {"seq", ack.durable().seq()},
                             {"refused", ack.refused()}});
  OnOutcome(uplink_.OnAck(ack));
}

void Connection::OnReply(const std::string& body) {
  v1::Delivery delivery;
  if (!delivery.ParseFromString(body)) {
    link_->Fail("a REPLY cannot be read");
    return;
  }
  auto taken = station_.inbox().Take(delivery);
  auto cursor = station_.inbox().Cursor();
  if (!taken.ok() || !cursor.ok()) {
    Trouble("inbox_failed", taken.ok() ? cursor.status() : taken.status());
    link_->Fail("the inbox cannot be written");
    return;
  }
  v1::DeliveryAck ack;
  *ack.mutable_cursor() = *std::move(cursor);
  if (taken->taken) {
    asked_snapshot_ = -absl::InfiniteDuration();
    link_->Send(v1::REPLY_ACK, ack.SerializeAsString());
    if (taken->answers > 0) {
      log_.Info("answers", {{"reports", taken->answers}});
    }
    ApplyErasures();
    return;
  }
  const absl::Duration now = clock_.Monotonic();
  if (now - asked_snapshot_ < kAskAgainAfter) return;
  asked_snapshot_ = now;
  link_->Send(v1::SNAPSHOT, ack.SerializeAsString());
}

// What fails, as on a full disk, is tried again.
void Connection::ApplyErasures() {
  const absl::Status status = station_.ApplyErasures();
  erase_at_ = status.ok() ? absl::InfiniteDuration()
                          : clock_.Monotonic() + kEraseAgainAfter;
  if (!status.ok()) Trouble("erasure_failed", status);
}

void Connection::OnClosed(const wire::PeerEvent& event) {
  problem_ = event.reason;
  const std::string next = WhatToDo(event.reject, keys_.public_key);
  if (!next.empty()) problem_ = next;
  if (event.reason == "the hub is silent") {
    problem_ = fmt::format(
        "no answer from {}; check that the router runs there and knows this "
        "agent: {}",
        station_.settings().router, EnrolCommand(keys_.public_key));
  }
  if (const auto left_out = limiter_.Pass("disconnected", clock_.Monotonic())) {
    log_.Warn("disconnected", {{"router", station_.settings().router},
                               {"next", problem_},
                               {"left_out", *left_out}});
  }
}

void Connection::OnEvent(const wire::PeerEvent& event) {
  switch (event.type) {
    case wire::PeerEvent::Type::kOpened:
      OnOpened(event.welcome);
      return;
    case wire::PeerEvent::Type::kClosed:
      OnClosed(event);
      return;
    case wire::PeerEvent::Type::kFrame:
      break;
  }
  contact_.last_contact = clock_.Wall();
  if (event.kind == v1::ACK) OnAck(event.body);
  if (event.kind == v1::REPLY) OnReply(event.body);
}

bool Connection::SendWaiting() {
  bool sent = false;
  while (link_->open()) {
    auto frame = uplink_.Next();
    if (!frame.ok()) {
      Trouble("spool_failed", frame.status());
      link_->Fail("the spool cannot be read");
      return true;
    }
    if (!*frame) return sent;
    link_->Send((*frame)->kind, (*frame)->body);
    sent = true;
  }
  return sent;
}

void Connection::SendNow() {
  if (link_ == nullptr || !SendWaiting()) return;
  link_->Pump();  // what is heard meanwhile waits for ours
}

void Connection::CheckProgress() {
  const bool stalled = uplink_.Stalled(clock_.Monotonic());
  if (stalled && link_->open()) {
    link_->Fail("the router has acknowledged nothing for 30 s");
  }
}

void Connection::KeepContact() {
  if (!link_->open()) return;
  contact_.last_contact = clock_.Wall();
  station_.SetContact(contact_);
  if (clock_.Monotonic() - kept_contact_ < kKeepContactEvery) return;
  kept_contact_ = clock_.Monotonic();
  absl::Status status = station_.NoteContact(contact_);
  if (!status.ok()) Trouble("inbox_failed", status);
}

void Connection::Pump() {
  if (!FindKey()) return;
  CheckProgress();
  bool again = true;
  while (again && link_ != nullptr) {
    again = false;
    link_->Pump();
    while (const auto event = link_->TakeEvent()) {
      OnEvent(*event);
      again = true;
    }
    if (link_->WantsDial()) {
      Dial();
      again = true;
      continue;
    }
    again = SendWaiting() || again;
  }
  if (link_ != nullptr) KeepContact();
  if (clock_.Monotonic() >= erase_at_) ApplyErasures();
}

absl::Duration Connection::NextTimer() const {
  const absl::Duration now = clock_.Monotonic();
  if (link_ == nullptr) {
    return std::max(looked_for_key_ + kLookForKeyEvery - now,
                    absl::ZeroDuration());
  }
  absl::Duration timer = std::min(link_->NextTimer(), erase_at_ - now);
  if (link_->open()) timer = std::min(timer, uplink_.StallsAt() - now);
  return std::max(timer, absl::ZeroDuration());
}

bool Connection::Drained() {
  if (!open()) return false;
  const auto drained = uplink_.Drained();
  return drained.ok() && *drained;
}

void Connection::Leave(const std::string& reason) {
  if (link_ == nullptr) return;
  if (link_->open()) {
    contact_.last_contact = clock_.Wall();
    absl::Status status = station_.NoteContact(contact_);
    if (!status.ok()) Trouble("inbox_failed", status);
  }
  link_->Leave(reason);
}

LinkView Connection::View() const {
  LinkView view;
  view.running = true;
  view.open = open();
  view.problem = problem_;
  for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
    view.sent.push_back(uplink_.Sent(lane));
  }
  return view;
}

}  // namespace earshot::agents
