#include <fmt/format.h>

#include "base/os/clock.h"
#include "base/os/local_socket.h"
#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "dashboard_feed/client.h"
#include "earshot/v1/control.pb.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kStarting = absl::Seconds(3);
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kFollowPatience = absl::Seconds(60);

absl::Status NoFeed(const std::string& socket, const absl::Status& why) {
  return absl::UnavailableError(fmt::format(
      "no feed answers at {} ({}); start it with 'earshot-feed run', or name "
      "its folder with --data-dir",
      socket, os::StatusText(why)));
}

absl::StatusOr<os::LocalClient> Connect(const std::string& socket) {
  // A feed that was started a moment ago may not listen yet.
  const os::SystemClock clock;
  const absl::Duration until = clock.Monotonic() + kStarting;
  while (true) {
    auto client = os::LocalClient::Connect(socket);
    if (client.ok()) return client;
    if (!absl::IsUnavailable(client.status()) || clock.Monotonic() >= until) {
      return NoFeed(socket, client.status());
    }
    os::WaitReadable({}, absl::Milliseconds(50));
  }
}

absl::StatusOr<v1::ControlResponse> Receive(os::LocalClient& client,
                                            absl::Duration patience) {
  const auto bytes = client.Receive(patience);
  if (!bytes.ok()) {
    return absl::UnavailableError(
        fmt::format("the feed does not answer ({}); see its log",
                    os::StatusText(bytes.status())));
  }
  v1::ControlResponse response;
  if (!response.ParseFromString(*bytes)) {
    return absl::DataLossError(
        "the feed's answer cannot be read; use the same release");
  }
  if (response.code() != 0) {
    return absl::Status(static_cast<absl::StatusCode>(response.code()),
                        response.text());
  }
  return response;
}

absl::StatusOr<v1::ControlResponse> Ask(const std::string& socket,
                                        const v1::ControlRequest& request) {
  auto client = Connect(socket);
  if (!client.ok()) return client.status();
  absl::Status status = client->Send(request.SerializeAsString());
  if (!status.ok()) return status;
  return Receive(*client, kPatience);
}

v1::ControlRequest Request(const std::string& command,
                           const std::string& leader) {
  v1::ControlRequest request;
  request.set_command(command);
  if (!leader.empty()) request.add_arguments(leader);
  return request;
}

// What the feed says to something of a leader's.
template <typename Message>
absl::StatusOr<std::string> TextOf(const std::string& socket,
                                   const std::string& command,
                                   const std::string& leader,
                                   const Message& message) {
  v1::ControlRequest request = Request(command, leader);
  message.SerializeToString(request.mutable_body());
  const auto response = Ask(socket, request);
  if (!response.ok()) return response.status();
  return response->text();
}

absl::StatusOr<v1::Digest> AsDigest(const std::string& body) {
  v1::Digest digest;
  if (digest.ParseFromString(body)) return digest;
  return absl::DataLossError(
      "the feed's digest cannot be read; use the same release");
}

}  // namespace

absl::StatusOr<v1::Digest> LocalFeedClient::DigestNow(
    const std::string& leader, const v1::DigestAsk& ask) {
  v1::ControlRequest request = Request("digest", leader);
  ask.SerializeToString(request.mutable_body());
  const auto response = Ask(socket_, request);
  if (!response.ok()) return response.status();
  return AsDigest(response->body());
}

absl::StatusOr<std::string> LocalFeedClient::Decide(
    const std::string& leader, const v1::Decision& decision) {
  return TextOf(socket_, "answer", leader, decision);
}

absl::StatusOr<std::string> LocalFeedClient::Preview(const std::string& leader,
                                                     const v1::Decision& mute) {
  return TextOf(socket_, "preview", leader, mute);
}

absl::StatusOr<std::string> LocalFeedClient::AskFrontLine(
    const std::string& leader, const v1::Question& question) {
  return TextOf(socket_, "ask", leader, question);
}

absl::StatusOr<std::string> LocalFeedClient::Guide(
    const std::string& leader, const v1::Guidance& guidance) {
  return TextOf(socket_, "guide", leader, guidance);
}

absl::StatusOr<std::string> LocalFeedClient::Observe(
    const std::string& leader, const v1::Observation& observation) {
  return TextOf(socket_, "observe", leader, observation);
}

absl::StatusOr<v1::ResultList> LocalFeedClient::Results(
    const std::string& leader) {
  const auto response = Ask(socket_, Request("results", leader));
  if (!response.ok()) return response.status();
  v1::ResultList list;
  if (list.ParseFromString(response->body())) return list;
  return absl::DataLossError(
      "the feed's answer cannot be read; use the same release");
}

absl::StatusOr<v1::SubscriptionList> LocalFeedClient::Subscriptions(
    const std::string& leader) {
  const auto response = Ask(socket_, Request("subscriptions", leader));
  if (!response.ok()) return response.status();
  v1::SubscriptionList list;
  if (list.ParseFromString(response->body())) return list;
  return absl::DataLossError(
      "the feed's answer cannot be read; use the same release");
}

absl::StatusOr<std::string> LocalFeedClient::ChangeOwn(
    const std::string& leader, const v1::LeaderChange& change) {
  return TextOf(socket_, "change-own", leader, change);
}

absl::Status LocalFeedClient::Follow(const std::string& leader,
                                     const Show& show) {
  auto client = Connect(socket_);
  if (!client.ok()) return client.status();
  absl::Status status =
      client->Send(Request("follow", leader).SerializeAsString());
  while (status.ok()) {
    const auto response = Receive(*client, kFollowPatience);
    if (!response.ok()) return response.status();
    if (response->body().empty()) continue;  // it is only still there
    const auto digest = AsDigest(response->body());
    if (!digest.ok()) return digest.status();
    status = show(*digest);
  }
  return status;
}

absl::StatusOr<std::string> LocalFeedClient::Tell(
    const std::string& command, const std::vector<std::string>& arguments) {
  v1::ControlRequest request = Request(command, "");
  for (const std::string& argument : arguments) {
    request.add_arguments(argument);
  }
  const auto response = Ask(socket_, request);
  if (!response.ok()) return response.status();
  return response->text();
}

absl::StatusOr<std::string> LocalFeedClient::Status() {
  const auto response = Ask(socket_, Request("status", ""));
  if (!response.ok()) return response.status();
  return response->text();
}

}  // namespace earshot::feed
