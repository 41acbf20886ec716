#ifndef EARSHOT_DASHBOARD_FEED_CLIENT_H_
#define EARSHOT_DASHBOARD_FEED_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/wire/peer_link.h"
#include "dashboard_feed/settings.h"
#include "earshot/v1/decision.pb.h"
#include "earshot/v1/digest.pb.h"
#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/observation.pb.h"
#include "earshot/v1/question.pb.h"
#include "earshot/v1/subscription.pb.h"

namespace earshot::feed {

// How a command reaches a running feed: as a local user, or as the leader
// whose key it has. Blocking; one thread.
class Client {
 public:
  virtual ~Client() = default;
  virtual absl::StatusOr<v1::Digest> DigestNow(const std::string& leader,
                                               const v1::DigestAsk& ask) = 0;
  // What the feed says about it.
  virtual absl::StatusOr<std::string> Decide(const std::string& leader,
                                             const v1::Decision& decision) = 0;
  // What a mute would hide; nothing is sent.
  virtual absl::StatusOr<std::string> Preview(const std::string& leader,
                                              const v1::Decision& mute) = 0;
  virtual absl::StatusOr<v1::SubscriptionList> Subscriptions(
      const std::string& leader) = 0;
  // What the feed says about it.
  virtual absl::StatusOr<std::string> ChangeOwn(
      const std::string& leader, const v1::LeaderChange& change) = 0;
  // Asks the front line, and advises it: what the feed says about it.
  virtual absl::StatusOr<std::string> AskFrontLine(
      const std::string& leader, const v1::Question& question) = 0;
  virtual absl::StatusOr<std::string> Guide(const std::string& leader,
                                            const v1::Guidance& guidance) = 0;
  // What a leader saw on a visit.
  virtual absl::StatusOr<std::string> Observe(
      const std::string& leader, const v1::Observation& observation) = 0;
  virtual absl::StatusOr<v1::ResultList> Results(const std::string& leader) = 0;
  // Gives each digest and alert of the leader's queue as it comes. Returns only
  // when that fails.
  using Show = std::function<absl::Status(const v1::Digest&)>;
  virtual absl::Status Follow(const std::string& leader, const Show& show) = 0;
};

// How a leader reaches the feed, as a command line says it.
struct LeaderDoor {
  std::string key;  // the leader's key file; empty: the daemon's socket
  std::string endpoint = "tcp://127.0.0.1:7413";
  std::string feed_key;  // the public key, or its file
};
// `socket` and `own_key` (the feed's key file) are of this machine.
absl::StatusOr<std::unique_ptr<Client>> OpenClient(const LeaderDoor& door,
                                                   const std::string& socket,
                                                   const std::string& own_key);

// Over the daemon's Unix socket. Follow shows what comes from now on.
class LocalFeedClient final : public Client {
 public:
  explicit LocalFeedClient(std::string socket) : socket_(std::move(socket)) {}
  absl::StatusOr<v1::Digest> DigestNow(const std::string& leader,
                                       const v1::DigestAsk& ask) override;
  absl::StatusOr<std::string> Decide(const std::string& leader,
                                     const v1::Decision& decision) override;
  absl::StatusOr<std::string> Preview(const std::string& leader,
                                      const v1::Decision& mute) override;
  absl::StatusOr<v1::SubscriptionList> Subscriptions(
      const std::string& leader) override;
  absl::StatusOr<std::string> ChangeOwn(
      const std::string& leader, const v1::LeaderChange& change) override;
  absl::StatusOr<std::string> AskFrontLine(
      const std::string& leader, const v1::Question& question) override;
  absl::StatusOr<std::string> Guide(const std::string& leader,
                                    const v1::Guidance& guidance) override;
  absl::StatusOr<std::string> Observe(
      const std::string& leader, const v1::Observation& observation) override;
  absl::StatusOr<v1::ResultList> Results(const std::string& leader) override;
  absl::Status Follow(const std::string& leader, const Show& show) override;
  // One JSON object.
  absl::StatusOr<std::string> Status();
  // The text of the feed's answer to any other command.
  absl::StatusOr<std::string> Tell(const std::string& command,
                                   const std::vector<std::string>& arguments);

 private:
  const std::string socket_;
};

// Over ZeroMQ. Follow goes on after what this key's cursor file says was
// shown, and moves it once a digest is shown.
class RemoteFeedClient final : public Client {
 public:
  // `feed_key`: the feed's public key. The cursor is in `key_file`.cursor.
  static absl::StatusOr<std::unique_ptr<RemoteFeedClient>> Make(
      const std::string& key_file, const std::string& endpoint,
      const std::string& feed_key);
  absl::StatusOr<v1::Digest> DigestNow(const std::string& leader,
                                       const v1::DigestAsk& ask) override;
  absl::StatusOr<std::string> Decide(const std::string& leader,
                                     const v1::Decision& decision) override;
  absl::StatusOr<std::string> Preview(const std::string& leader,
                                      const v1::Decision& mute) override;
  absl::StatusOr<v1::SubscriptionList> Subscriptions(
      const std::string& leader) override;
  absl::StatusOr<std::string> ChangeOwn(
      const std::string& leader, const v1::LeaderChange& change) override;
  absl::StatusOr<std::string> AskFrontLine(
      const std::string& leader, const v1::Question& question) override;
  absl::StatusOr<std::string> Guide(const std::string& leader,
                                    const v1::Guidance& guidance) override;
  absl::StatusOr<std::string> Observe(
      const std::string& leader, const v1::Observation& observation) override;
  absl::StatusOr<v1::ResultList> Results(const std::string& leader) override;
  absl::Status Follow(const std::string& leader, const Show& show) override;

 private:
  RemoteFeedClient(wire::PeerLinkOptions options, std::string cursor_file);
  absl::Status Dial(const v1::Cursor& cursor);
  absl::StatusOr<v1::Response> Ask(uint32_t kind, const std::string& body);
  absl::StatusOr<std::string> TextOf(uint32_t kind, const std::string& leader,
                                     const std::string& body);
  absl::Status OnDelivery(const std::string& body, v1::Cursor& cursor,
                          const Show& show);
  absl::StatusOr<v1::Cursor> LoadCursor() const;
  absl::Status SaveCursor(const v1::Cursor& cursor) const;
  absl::Status CheckLeader(const std::string& leader,
                           const std::string& known_as) const;

  const os::SystemClock clock_;
  os::SystemRandom random_;
  wire::Context context_;
  const std::string endpoint_;
  const std::string cursor_file_;
  const uint64_t epoch_;  // of this run: two at once do not end each other
  wire::PeerLink link_;
  std::string leader_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CLIENT_H_
