#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_OUTBOX_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_OUTBOX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/store/database.h"
#include "dashboard_feed/outbox/alerts.h"
#include "dashboard_feed/outbox/deliveries.h"
#include "dashboard_feed/outbox/held_back.h"
#include "dashboard_feed/outbox/used_links.h"
#include "earshot/v1/session.pb.h"

namespace earshot::feed {

// Observations by insight, rising; 0 where they were hidden.
using ShownCounts = std::vector<std::pair<uint64_t, uint64_t>>;

// What a leader is owed, durable: which period of which subscription was
// made, each leader's numbered queue of digests and alerts and how far it was
// delivered, and what the last digest showed. One thread; on SQLite. Bounds:
// for each leader `kept_digests` of each kind with their deliveries,
// kPeriodsKept and kNotAppliedKept keys for each subscription.
class Outbox {
 public:
  static constexpr uint64_t kPeriodsKept = 1000;
  static constexpr uint64_t kNotAppliedKept = 1000;

  static absl::StatusOr<std::unique_ptr<Outbox>> Open(const std::string& path,
                                                      uint32_t kept_digests,
                                                      os::Random& random);

  // Of this store: a cursor of another one is worth nothing.
  uint64_t generation() const { return generation_; }

  // The period a subscription reached last.
  struct Reached {
    std::string key;
    absl::Time to;
    bool sent = false;  // false: it was only begun with
  };
  absl::StatusOr<std::optional<Reached>> LastPeriod(
      const std::string& subscription);
  // It was made before, or begun with.
  absl::StatusOr<bool> HasPeriod(const std::string& subscription,
                                 const std::string& key);
  // After the wall clock was set back: no period ends later than now.
  absl::Status FollowClock(const std::string& subscription, absl::Time now);
  // Notes where a new subscription begins, without a digest.
  absl::Status Begin(const std::string& subscription, const std::string& key,
                     absl::Time to);

  struct Entry {
    std::string subscription;
    std::string leader;
    std::string key;
    absl::Time to;
    uint32_t kind = 0;
    std::string body;
    ShownCounts shown;
    std::map<std::string, int64_t> numbers;  // at the top of it, by name
    std::vector<std::string> not_applied;  // keys of the decisions it tells of
    struct Over {
      std::string channel;
      absl::Time until;          // after a failure from here on it is parked
      uint32_t format = 0;       // Subscription::Format
      std::string subscription;  // empty: the entry's
    };
    std::vector<Over> channels;  // it goes over these as well
  };
  // Period key, queue entry, what was shown with which numbers, and a delivery
  // for each channel, in one transaction. The entry's number in the leader's
  // queue; nothing: that period was made before, and nothing changed.
  absl::StatusOr<std::optional<uint64_t>> Add(const Entry& entry);

  // What is told at once, queued for the leaders who are told of it.
  struct Telling {
    std::vector<Entry> entries;  // the key names their deliveries
    std::vector<std::string> told;
    std::vector<HeldBack::Held> held;
    std::optional<Alerts::Mark> mark;  // and how far this gets
  };
  // All in one transaction. How many of those held back before had to make
  // room. `of`: alerts() or escalations().
  absl::StatusOr<uint64_t> Tell(HeldBack& of, const Telling& telling);
  // Queues what was held back for the entry's subscription, up to that one,
  // and holds it no longer, in one transaction. Its number in the queue.
  absl::StatusOr<uint64_t> LetGo(HeldBack& of, const Entry& entry,
                                 uint64_t up_to);

  absl::StatusOr<ShownCounts> Shown(const std::string& subscription);

  // At the top of the subscription's last digest, by name.
  absl::StatusOr<std::map<std::string, int64_t>> Numbers(
      const std::string& subscription);

  // Keys of the decisions that the subscription's digests told were not
  // applied; the last kNotAppliedKept.
  absl::StatusOr<std::set<std::string>> ToldNotApplied(
      const std::string& subscription);

  // A leader's digests after `seq`, about `bytes` of them.
  absl::StatusOr<std::vector<v1::Item>> ItemsAfter(const std::string& leader,
                                                   uint64_t seq, size_t most,
                                                   size_t bytes);
  // Takes the words of these insights out of every digest that is kept. Reads
  // all of them: about 20 microseconds each.
  absl::Status EraseQuotes(const std::set<uint64_t>& insights);
  // Of the leader's newest digest; 0: there was none.
  absl::StatusOr<uint64_t> LastSeq(const std::string& leader);
  // Durable when it returns OK; never goes back.
  absl::Status MarkDelivered(const std::string& leader, uint64_t seq);

  absl::Status NoteDecision(const std::string& id, const std::string& leader,
                            uint64_t insight, const std::string& verb,
                            absl::Time at);

  struct Totals {
    uint64_t queued = 0;     // ever
    uint64_t delivered = 0;  // of these, by the leaders' own cursors
    uint64_t decisions = 0;
  };
  absl::StatusOr<Totals> Count();

  // What is owed over channels.
  Deliveries& deliveries() { return deliveries_; }
  // Which alerts went, and which wait.
  Alerts& alerts() { return alerts_; }
  // Which steps of escalations were told, and which wait.
  HeldBack& escalations() { return escalations_; }
  // Links in mails.
  UsedLinks& used_links() { return used_links_; }

 private:
  Outbox(std::unique_ptr<store::Database> database, uint32_t kept)
      : database_(std::move(database)),
        deliveries_(*database_),
        alerts_(*database_),
        escalations_(*database_, "escalations"),
        used_links_(*database_),
        kept_digests_(kept) {}
  absl::Status LoadGeneration(os::Random& random);
  absl::Status StoreShown(const Entry& entry);
  absl::Status StoreNumbers(const Entry& entry);
  absl::Status StoreNotApplied(const Entry& entry);
  absl::StatusOr<uint64_t> Enqueue(const Entry& entry);
  absl::Status QueueDeliveries(const Entry& entry, uint64_t seq);

  std::unique_ptr<store::Database> database_;
  Deliveries deliveries_;
  Alerts alerts_;
  HeldBack escalations_;
  UsedLinks used_links_;
  const uint32_t kept_digests_;
  uint64_t generation_ = 0;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_OUTBOX_H_
