#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/os/files.h"
#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "base/wire/delivery.h"
#include "base/wire/limits.h"
#include "dashboard_feed/client.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(15);

}  // namespace

RemoteFeedClient::RemoteFeedClient(wire::PeerLinkOptions options,
                                   std::string cursor_file)
    : context_(1),
      endpoint_(options.endpoint),
      cursor_file_(std::move(cursor_file)),
      epoch_(random_.NonZero()),
      link_(context_, std::move(options), clock_, random_) {}

absl::StatusOr<std::unique_ptr<RemoteFeedClient>> RemoteFeedClient::Make(
    const std::string& key_file, const std::string& endpoint,
    const std::string& feed_key) {
  wire::PeerLinkOptions options;
  options.endpoint = endpoint;
  auto keys = wire::LoadKeyPair(key_file);
  if (!keys.ok()) return keys.status();
  options.keys = *std::move(keys);
  options.hub_public_key = feed_key;
  if (os::FileExists(feed_key)) {
    auto key = wire::LoadPublicKey(feed_key);
    if (!key.ok()) return key.status();
    options.hub_public_key = *std::move(key);
  }
  absl::Status status = wire::CheckPublicKey(options.hub_public_key);
  if (!status.ok()) {
    return absl::InvalidArgumentError(fmt::format(
        "--feed-key is neither a file nor a public key: {}; the operator finds "
        "it in feed.key.pub",
        os::StatusText(status)));
  }
  return std::unique_ptr<RemoteFeedClient>(
      new RemoteFeedClient(std::move(options), key_file + ".cursor"));
}

absl::Status RemoteFeedClient::Dial(const v1::Cursor& cursor) {
  v1::Hello hello;
  hello.set_wire_min(wire::kWireVersion);
  hello.set_wire_max(wire::kWireVersion);
  hello.set_build("earshot-feed " EARSHOT_VERSION);
  hello.set_epoch(epoch_);
  hello.set_boot_id(epoch_);
  *hello.mutable_cursor() = cursor;
  *hello.mutable_clock() = contract::ToStamp(clock_.Wall());
  return link_.Dial(hello);
}

absl::Status RemoteFeedClient::CheckLeader(const std::string& leader,
                                           const std::string& known_as) const {
  if (leader.empty() || leader == known_as) return absl::OkStatus();
  return absl::PermissionDeniedError(
      fmt::format("this key is that of '{}', not of '{}'; say so, or use the "
                  "other key",
                  known_as, leader));
}

absl::StatusOr<v1::Response> RemoteFeedClient::Ask(uint32_t kind,
                                                   const std::string& body) {
  const absl::Duration until = clock_.Monotonic() + kPatience;
  std::string why = "nobody answered";
  bool asked = false;
  while (clock_.Monotonic() < until) {
    if (link_.WantsDial()) {
      // Asked once the feed may have taken it: never twice.
      if (asked) break;
      absl::Status status = Dial({});
      if (!status.ok()) return status;
    }
    std::vector<int> fds;
    if (link_.fd() >= 0) fds.push_back(link_.fd());
    link_.Pump();
    while (const auto event = link_.TakeEvent()) {
      if (event->type == wire::PeerEvent::Type::kClosed) why = event->reason;
      if (event->type == wire::PeerEvent::Type::kOpened) {
        absl::Status status = CheckLeader(leader_, event->welcome.peer());
        if (!status.ok()) return status;
        v1::Request request;
        request.set_id(1);
        request.set_kind(kind);
        request.set_body(body);
        asked = true;
        link_.Send(v1::REQUEST, request.SerializeAsString());
      }
      if (event->type != wire::PeerEvent::Type::kFrame ||
          event->kind != v1::RESPONSE) {
        continue;
      }
      v1::Response response;
      if (!response.ParseFromString(event->body)) {
        return absl::DataLossError(
            "the feed's answer cannot be read; use the same release");
      }
      link_.Leave("done");
      if (response.code() == 0) return response;
      return absl::Status(static_cast<absl::StatusCode>(response.code()),
                          response.text());
    }
    link_.Pump();
    os::WaitReadable(fds, std::min(absl::Milliseconds(100), link_.NextTimer()));
  }
  return absl::UnavailableError(fmt::format(
      "the feed at {} does not answer ({}); is it running, is --feed-key its "
      "key, and is this leader's public key in the organisation file?{}",
      endpoint_, why,
      asked ? " It may have taken what was sent: look before you send it again"
            : ""));
}

absl::StatusOr<v1::Digest> RemoteFeedClient::DigestNow(
    const std::string& leader, const v1::DigestAsk& ask) {
  leader_ = leader;
  const auto response = Ask(v1::LEADER_DIGEST_NOW, ask.SerializeAsString());
  if (!response.ok()) return response.status();
  v1::Digest digest;
  if (digest.ParseFromString(response->body())) return digest;
  return absl::DataLossError(
      "the feed's digest cannot be read; use the same release");
}

absl::StatusOr<std::string> RemoteFeedClient::TextOf(uint32_t kind,
                                                     const std::string& leader,
                                                     const std::string& body) {
  leader_ = leader;
  const auto response = Ask(kind, body);
  if (!response.ok()) return response.status();
  return response->text();
}

absl::StatusOr<std::string> RemoteFeedClient::Decide(
    const std::string& leader, const v1::Decision& decision) {
  return TextOf(v1::LEADER_DECIDE, leader, decision.SerializeAsString());
}

absl::StatusOr<std::string> RemoteFeedClient::Preview(
    const std::string& leader, const v1::Decision& mute) {
  return TextOf(v1::LEADER_PREVIEW, leader, mute.SerializeAsString());
}

absl::StatusOr<std::string> RemoteFeedClient::Observe(
    const std::string& leader, const v1::Observation& observation) {
  return TextOf(v1::LEADER_OBSERVE, leader, observation.SerializeAsString());
}

absl::StatusOr<std::string> RemoteFeedClient::AskFrontLine(
    const std::string& leader, const v1::Question& question) {
  return TextOf(v1::LEADER_ASK, leader, question.SerializeAsString());
}

absl::StatusOr<std::string> RemoteFeedClient::Guide(
    const std::string& leader, const v1::Guidance& guidance) {
  return TextOf(v1::LEADER_GUIDE, leader, guidance.SerializeAsString());
}

absl::StatusOr<v1::ResultList> RemoteFeedClient::Results(
    const std::string& leader) {
  leader_ = leader;
  const auto response = Ask(v1::LEADER_RESULTS, "");
  if (!response.ok()) return response.status();
  v1::ResultList list;
  if (list.ParseFromString(response->body())) return list;
  return absl::DataLossError(
      "the feed's answer cannot be read; use the same release");
}

absl::StatusOr<v1::SubscriptionList> RemoteFeedClient::Subscriptions(
    const std::string& leader) {
  leader_ = leader;
  const auto response = Ask(v1::LEADER_SUBSCRIPTIONS, "");
  if (!response.ok()) return response.status();
  v1::SubscriptionList list;
  if (list.ParseFromString(response->body())) return list;
  return absl::DataLossError(
      "the feed's answer cannot be read; use the same release");
}

absl::StatusOr<std::string> RemoteFeedClient::ChangeOwn(
    const std::string& leader, const v1::LeaderChange& change) {
  return TextOf(v1::LEADER_CHANGE_OWN, leader, change.SerializeAsString());
}

absl::StatusOr<std::unique_ptr<Client>> OpenClient(const LeaderDoor& door,
                                                   const std::string& socket,
                                                   const std::string& own_key) {
  if (door.key.empty()) return std::make_unique<LocalFeedClient>(socket);
  auto client = RemoteFeedClient::Make(
      door.key, door.endpoint,
      door.feed_key.empty() ? own_key + ".pub" : door.feed_key);
  if (!client.ok()) return client.status();
  return *std::move(client);
}

absl::StatusOr<v1::Cursor> RemoteFeedClient::LoadCursor() const {
  v1::Cursor cursor;
  const auto text = os::ReadFile(cursor_file_, 256);
  if (absl::IsNotFound(text.status())) return cursor;
  if (!text.ok()) return text.status();
  uint64_t generation = 0;
  uint64_t seq = 0;
  const char* const end = text->data() + text->size();
  const auto first = std::from_chars(text->data(), end, generation);
  const bool blank =
      first.ec == std::errc() && first.ptr != end && *first.ptr == ' ';
  if (!blank || std::from_chars(first.ptr + 1, end, seq).ec != std::errc()) {
    return absl::DataLossError(fmt::format(
        "{} is damaged; remove it to be shown every digest the feed keeps",
        cursor_file_));
  }
  cursor.set_generation(generation);
  cursor.set_seq(seq);
  return cursor;
}

absl::Status RemoteFeedClient::SaveCursor(const v1::Cursor& cursor) const {
  return os::WriteFileAtomically(
      cursor_file_, fmt::format("{} {}\n", cursor.generation(), cursor.seq()),
      0600);
}

absl::Status RemoteFeedClient::OnDelivery(const std::string& body,
                                          v1::Cursor& cursor,
                                          const Show& show) {
  v1::Delivery delivery;
  if (!delivery.ParseFromString(body)) return absl::OkStatus();
  const wire::DeliveryCheck check = wire::CheckDelivery(delivery, cursor);
  if (check == wire::DeliveryCheck::kTake) {
    for (const v1::Item& item : delivery.items()) {
      v1::Digest digest;
      if ((item.kind() == v1::DIGEST_PERIODIC ||
           item.kind() == v1::DIGEST_ALERT) &&
          digest.ParseFromString(item.body())) {
        absl::Status status = show(digest);
        if (!status.ok()) return status;
      }
      cursor.set_generation(delivery.generation());
      cursor.set_seq(item.seq());
      absl::Status status = SaveCursor(cursor);
      if (!status.ok()) return status;
    }
  }
  v1::DeliveryAck ack;
  *ack.mutable_cursor() = cursor;
  link_.Send(check == wire::DeliveryCheck::kGap ? v1::SNAPSHOT : v1::DIGEST_ACK,
             ack.SerializeAsString());
  return absl::OkStatus();
}

absl::Status RemoteFeedClient::Follow(const std::string& leader,
                                      const Show& show) {
  auto cursor = LoadCursor();
  if (!cursor.ok()) return cursor.status();
  bool said = false;
  while (true) {
    if (link_.WantsDial()) {
      absl::Status status = Dial(*cursor);
      if (!status.ok()) return status;
    }
    link_.Pump();
    while (const auto event = link_.TakeEvent()) {
      if (event->type == wire::PeerEvent::Type::kClosed) {
        if (!said) {
          fmt::print(stderr,
                     "earshot-feed: {}; the feed at {} is tried again\n",
                     event->reason, endpoint_);
        }
        said = true;
        continue;
      }
      if (event->type == wire::PeerEvent::Type::kOpened) {
        absl::Status status = CheckLeader(leader, event->welcome.peer());
        if (!status.ok()) return status;
        said = false;
        continue;
      }
      if (event->kind != v1::DIGEST) continue;
      absl::Status status = OnDelivery(event->body, *cursor, show);
      if (!status.ok()) return status;
    }
    link_.Pump();
    std::vector<int> fds;
    if (link_.fd() >= 0) fds.push_back(link_.fd());
    os::WaitReadable(fds, std::min(absl::Milliseconds(500), link_.NextTimer()));
  }
}

}  // namespace earshot::feed
