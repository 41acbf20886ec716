#ifndef EARSHOT_ROUTER_DELIVERY_DELIVERY_H_
#define EARSHOT_ROUTER_DELIVERY_DELIVERY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/telemetry/metrics.h"
#include "base/wire/delivery.h"
#include "router/access/access.h"
#include "router/views/views.h"

namespace earshot::router {

struct DeliveryCounters {
  telemetry::Counter updates;  // items sent to feeds
  telemetry::Counter replies;  // answers sent to agents, one a report
  telemetry::Counter overdue;  // deliveries that were sent again
};

// What the views hold for each open session: updates for feeds, replies for
// agents. Decides what to send next; the caller sends it. One thread. Memory:
// a few numbers a session.
class Deliveries {
 public:
  Deliveries(Views& views, uint64_t generation)
      : views_(views), generation_(generation) {}

  // The numbers are those of another store from here on: everyone gets all.
  void UseGeneration(uint64_t generation);
  // The peer's cursor is of this generation and beyond what there is.
  absl::StatusOr<bool> IsBehind(const Enrolled& peer, const v1::Cursor& cursor);

  // Each second: what was not acknowledged for too long goes out again.
  void Tick(absl::Duration now);

  // What an agent has on its disk of the replies to it.
  struct Settled {
    std::string agent;
    uint64_t seq = 0;
  };
  // `cursor` is HELLO's: it settles what was taken and not acknowledged before
  // the last session ended.
  std::optional<Settled> Open(uint64_t session, const Enrolled& peer,
                              const v1::Cursor& cursor);
  void Close(uint64_t session);
  std::optional<Settled> OnAck(uint64_t session, const v1::Cursor& cursor);
  void OnSnapshotRequest(uint64_t session, const v1::Cursor& cursor);

  // Something new for all feeds, or for one agent.
  void WakeFeeds();
  void WakeAgent(const std::string& agent);

  struct Frame {
    uint64_t session = 0;
    v1::Kind kind = v1::KIND_UNSPECIFIED;
    std::string body;
  };
  // The next frame for any session that has room; nothing when all are done.
  absl::StatusOr<std::optional<Frame>> Next();

  const DeliveryCounters& counters() const { return counters_; }

 private:
  struct Session {
    std::string name;
    bool feed = false;
    bool pending = true;
    wire::DeliverySender sender;
  };
  std::optional<Settled> SettledBy(const Session& session,
                                   const v1::Cursor& cursor) const;
  absl::StatusOr<std::vector<v1::Item>> Items(const Session& session);
  absl::StatusOr<std::vector<v1::Item>> Replies(const Session& session);
  absl::StatusOr<std::string> ReplyBody(const ReplyRow& row,
                                        std::vector<std::string> records);

  Views& views_;
  uint64_t generation_;
  std::map<uint64_t, Session> sessions_;
  DeliveryCounters counters_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_DELIVERY_DELIVERY_H_
