#ifndef EARSHOT_DASHBOARD_FEED_LIVE_LIVE_H_
#define EARSHOT_DASHBOARD_FEED_LIVE_LIVE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/live/changes.h"
#include "dashboard_feed/live/position.h"
#include "dashboard_feed/mirror/model.h"
#include "earshot/v1/session.pb.h"

namespace earshot::feed {

// Who is told live of what changes. What a leader may see is asked where it is
// for every other door; leaders who see the same are asked for once, and share
// the text. Pure; one thread. The model outlives it.
//
// Bounds: kMostOfLeader streams of a leader and `most` in all; kMostAtOnce
// events at once to a stream, of more it is told to read everything anew;
// RecentChanges::kMost changes are remembered, until the first that comes
// kUnwatched after the last stream has ended.
class Live {
 public:
  static constexpr size_t kMostOfLeader = 8;
  static constexpr size_t kMostAtOnce = 100;
  static constexpr absl::Duration kUnwatched = absl::Minutes(10);

  struct Part {
    uint64_t stream = 0;
    std::shared_ptr<const std::string> text;
  };

  Live(const Model& model, size_t most) : model_(model), most_(most) {}

  // Whether somebody listens, or may come back soon: if not, what changes need
  // not be told.
  bool Watched(absl::Time now) const {
    return !streams_.empty() || now - unwatched_since_ < kUnwatched;
  }
  bool HasRoomFor(const std::string& leader) const;

  // A new stream, and what it begins with; after EndShifts at `now`.
  // `last_event_id`: where it was before; empty: nowhere. `cursor`: the
  // mirror's.
  std::string Open(uint64_t stream, const v1::Leader& leader,
                   const std::string& last_event_id, const v1::Cursor& cursor,
                   absl::Time now);
  void End(uint64_t stream, absl::Time now);
  size_t streams() const { return streams_.size(); }

  // The mirror has taken this delivery, which changes these insights.
  std::vector<Part> Tell(const v1::Delivery& delivery,
                         const std::vector<Change>& changes,
                         const v1::Cursor& cursor, absl::Time now);
  // Whatever there was may be otherwise now.
  std::vector<Part> TellAll(const v1::Cursor& cursor, absl::Time now);
  // What a shift's end lets be seen.
  std::vector<Part> EndShifts(const v1::Cursor& cursor, absl::Time now);

 private:
  // Leaders who see the same.
  struct Group {
    v1::Leader leader;  // one of them
    std::unique_ptr<LeaderView> view;
    std::vector<uint64_t> streams;
  };
  struct Stream {
    std::string leader;
    Group* group = nullptr;  // null: the leader is gone
  };

  Group& GroupOf(const v1::Leader& leader, absl::Time now);
  void Regroup(absl::Time now);
  std::vector<Part> TellOfScopes(const v1::Delivery& delivery,
                                 const v1::Cursor& cursor, absl::Time now);
  void LeaveGroup(uint64_t stream, Stream& at);
  void Look(Group& group, absl::Time now);
  static std::string TextFor(const LeaderView& view, uint64_t generation,
                             const Change& change);
  std::string Missed(const LeaderView& view, const Position& from,
                     const Position& now) const;
  std::string Released(const LeaderView& view, absl::Time since,
                       const Position& now) const;
  static void Give(const Group& group, std::string text,
                   std::vector<Part>& parts);

  const Model& model_;
  const size_t most_;
  RecentChanges recent_;
  absl::Time unwatched_since_ = absl::InfinitePast();
  std::map<std::string, Group> groups_;  // by what their leaders see
  std::map<uint64_t, Stream> streams_;
  std::map<std::string, size_t> of_leader_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LIVE_LIVE_H_
