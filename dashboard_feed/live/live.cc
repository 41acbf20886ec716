#include "dashboard_feed/live/live.h"

#include <algorithm>
#include <set>
#include <utility>

#include "dashboard_feed/live/events.h"

namespace earshot::feed {
namespace {

// What a leader sees depends on this alone.
std::string SightOf(const Model& model, const v1::Leader& leader) {
  v1::Leader alike;
  *alike.mutable_scope() = leader.scope();
  *alike.mutable_also() = leader.also();
  *alike.mutable_functions() = leader.functions();
  alike.set_time_zone(leader.time_zone());
  const auto activity = model.scopes.find(leader.id());
  const uint32_t reporters =
      activity == model.scopes.end() ? 0 : activity->second.reporters_90d();
  return (reporters < RulesOf(model.organisation).numbers ? "few " : "many ") +
         alike.SerializeAsString();
}

bool ChangesOrganisation(const v1::Delivery& delivery) {
  return delivery.reset() ||
         std::any_of(delivery.items().begin(), delivery.items().end(),
                     [](const v1::Item& item) {
                       return item.kind() == v1::UPDATE_ORGANISATION;
                     });
}

// What it shows is of the last shift's end: that something came since then
// would tell when. Elsewhere an insight shows from its first report, at once,
// as a page that is loaded again would.
bool HeldBack(const LeaderView& view, const Seen& seen) {
  return view.slice() && seen.hidden && !seen.open;
}

Position PositionOf(const v1::Cursor& cursor, absl::Time now) {
  return {cursor.generation(), cursor.seq(), now};
}

}  // namespace

bool Live::HasRoomFor(const std::string& leader) const {
  const auto theirs = of_leader_.find(leader);
  return streams_.size() < most_ &&
         (theirs == of_leader_.end() || theirs->second < kMostOfLeader);
}

Live::Group& Live::GroupOf(const v1::Leader& leader, absl::Time now) {
  Group& group = groups_[SightOf(model_, leader)];
  if (group.view == nullptr) {
    group.leader = leader;
    Look(group, now);
  }
  return group;
}

void Live::Look(Group& group, absl::Time now) {
  // Who it was made for may have left, and see otherwise by now.
  if (!group.streams.empty()) {
    group.leader.set_id(streams_.at(group.streams.front()).leader);
  }
  group.view = std::make_unique<LeaderView>(model_, group.leader, now,
                                            LeaderView::Of::kOneByOne);
}

std::string Live::Open(uint64_t stream, const v1::Leader& leader,
                       const std::string& last_event_id,
                       const v1::Cursor& cursor, absl::Time now) {
  if (!Watched(now)) recent_.Restart(cursor.seq(), now);
  Group& group = GroupOf(leader, now);
  group.streams.push_back(stream);
  streams_[stream] = {leader.id(), &group};
  ++of_leader_[leader.id()];
  const Position here = PositionOf(cursor, now);
  if (last_event_id.empty()) return MarkText(here);
  const auto from = ParsePosition(last_event_id);
  if (!from || from->generation != cursor.generation() ||
      from->seq > cursor.seq()) {
    return ReloadText(here);
  }
  return Missed(*group.view, *from, here);
}

void Live::LeaveGroup(uint64_t stream, Stream& at) {
  Group* const group = std::exchange(at.group, nullptr);
  if (group == nullptr) return;
  std::erase(group->streams, stream);
  if (!group->streams.empty()) return;
  std::erase_if(groups_,
                [&](const auto& entry) { return &entry.second == group; });
}

void Live::End(uint64_t stream, absl::Time now) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  LeaveGroup(stream, found->second);
  const auto theirs = of_leader_.find(found->second.leader);
  if (--theirs->second == 0) of_leader_.erase(theirs);
  streams_.erase(found);
  if (streams_.empty()) unwatched_since_ = now;
}

// Views point into the organisation.
void Live::Regroup(absl::Time now) {
  groups_.clear();
  for (auto& [id, stream] : streams_) {
    const v1::Leader* leader = model_.FindLeader(stream.leader);
    stream.group = leader == nullptr ? nullptr : &GroupOf(*leader, now);
    if (stream.group != nullptr) stream.group->streams.push_back(id);
  }
}

void Live::Give(const Group& group, std::string text,
                std::vector<Part>& parts) {
  if (text.empty()) return;
  const auto shared = std::make_shared<const std::string>(std::move(text));
  for (const uint64_t stream : group.streams) parts.push_back({stream, shared});
}

std::string Live::TextFor(const LeaderView& view, uint64_t generation,
                          const Change& change) {
  const Position position{generation, change.seq, {}};
  if (const auto seen = view.NumbersOf(*change.now)) {
    return change.evidence_only && HeldBack(view, *seen)
               ? std::string()
               : InsightText(position, *seen, view.rules(), view.zone());
  }
  if (change.before != nullptr && view.NumbersOf(*change.before)) {
    return GoneText(position, change.insight);
  }
  return {};
}

std::vector<Live::Part> Live::TellAll(const v1::Cursor& cursor,
                                      absl::Time now) {
  recent_.Restart(cursor.seq(), now);
  Regroup(now);
  std::vector<Part> parts;
  const auto text =
      std::make_shared<const std::string>(ReloadText(PositionOf(cursor, now)));
  for (const auto& [id, stream] : streams_) parts.push_back({id, text});
  return parts;
}

// Whose scope has become a slice, or is none any more.
std::vector<Live::Part> Live::TellOfScopes(const v1::Delivery& delivery,
                                           const v1::Cursor& cursor,
                                           absl::Time now) {
  std::set<std::string> others;
  v1::ScopeActivity activity;
  for (const v1::Item& item : delivery.items()) {
    if (item.kind() != v1::UPDATE_SCOPE ||
        !activity.ParseFromString(item.body()) ||
        !of_leader_.contains(activity.leader())) {
      continue;
    }
    const v1::Leader* leader = model_.FindLeader(activity.leader());
    const auto one =
        std::find_if(streams_.begin(), streams_.end(), [&](const auto& stream) {
          return stream.second.leader == activity.leader();
        });
    if (leader == nullptr || one->second.group == nullptr) continue;
    const auto group = groups_.find(SightOf(model_, *leader));
    if (group == groups_.end() || &group->second != one->second.group) {
      others.insert(activity.leader());
    }
  }
  std::vector<Part> parts;
  if (others.empty()) return parts;
  Regroup(now);
  const auto text =
      std::make_shared<const std::string>(ReloadText(PositionOf(cursor, now)));
  for (const auto& [id, stream] : streams_) {
    if (others.contains(stream.leader)) parts.push_back({id, text});
  }
  return parts;
}

std::vector<Live::Part> Live::Tell(const v1::Delivery& delivery,
                                   const std::vector<Change>& changes,
                                   const v1::Cursor& cursor, absl::Time now) {
  if (!Watched(now)) {
    // Nobody listens, so no view is left that could point to what was.
    recent_.Restart(cursor.seq(), now);
    return {};
  }
  if (ChangesOrganisation(delivery)) return TellAll(cursor, now);
  // Before views are made anew, which would begin another shift in silence.
  std::vector<Part> parts = EndShifts(cursor, now);
  for (Part& part : TellOfScopes(delivery, cursor, now)) {
    parts.push_back(std::move(part));
  }
  for (const Change& change : changes) recent_.Note(change, now);
  for (auto& [key, group] : groups_) {
    std::string text;
    size_t events = 0;
    for (const Change& change : changes) {
      const std::string event =
          TextFor(*group.view, cursor.generation(), change);
      if (event.empty()) continue;
      text += event;
      if (++events > kMostAtOnce) break;
    }
    if (events > kMostAtOnce) text = ReloadText(PositionOf(cursor, now));
    Give(group, std::move(text), parts);
  }
  return parts;
}

// To a reader who was told up to `from`.
std::string Live::Missed(const LeaderView& view, const Position& from,
                         const Position& now) const {
  if (!recent_.Reaches(from.seq) ||
      (view.slice() &&
       view.last_shift_end() > from.at.value_or(recent_.TimeOf(from.seq)))) {
    return ReloadText(now);
  }
  std::string text;
  size_t events = 0;
  const auto& entries = recent_.entries();
  for (auto at = entries.upper_bound(from.seq); at != entries.end(); ++at) {
    const auto& [seq, entry] = *at;
    const Position position{now.generation, seq, {}};
    const auto seen = view.NumbersOf(*entry.now);
    std::string event;
    if (seen) {
      if (HeldBack(view, *seen) && entry.shown_seq <= from.seq) continue;
      event = InsightText(position, *seen, view.rules(), view.zone());
    }
    for (auto was = entry.before.begin();
         event.empty() && was != entry.before.end(); ++was) {
      if (was->first > from.seq && view.NumbersOf(*was->second)) {
        event = GoneText(position, entry.insight);
      }
    }
    if (event.empty()) continue;
    text += event;
    if (++events > kMostAtOnce) return ReloadText(now);
  }
  return text + MarkText(now);
}

// What was held back in a slice: whatever changed since `since`.
std::string Live::Released(const LeaderView& view, absl::Time since,
                           const Position& now) const {
  if (!recent_.ReachesTo(since)) return ReloadText(now);
  std::string text;
  size_t events = 0;
  for (const auto& [seq, entry] : recent_.entries()) {
    if (entry.at <= since) continue;
    const auto seen = view.NumbersOf(*entry.now);
    if (!seen || !seen->hidden) continue;
    text += InsightText(now, *seen, view.rules(), view.zone());
    if (++events > kMostAtOnce) return ReloadText(now);
  }
  return text;
}

std::vector<Live::Part> Live::EndShifts(const v1::Cursor& cursor,
                                        absl::Time now) {
  std::vector<Part> parts;
  for (auto& [key, group] : groups_) {
    if (now < group.view->next_shift_end()) continue;
    const absl::Time since = group.view->last_shift_end();
    Look(group, now);
    if (!group.view->slice()) continue;
    Give(group, Released(*group.view, since, PositionOf(cursor, now)), parts);
  }
  return parts;
}

}  // namespace earshot::feed
