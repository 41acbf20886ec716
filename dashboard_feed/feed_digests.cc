// What leaders get: on their cadence, on demand, and by their own queue.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/os/status_text.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/schedule/quiet.h"
#include "dashboard_feed/schedule/schedule.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {
namespace {

// After a start, what the router has to tell goes before what is due.
constexpr absl::Duration kQuiet = absl::Seconds(1);
constexpr absl::Duration kLongestCatchUp = absl::Seconds(30);
constexpr absl::Duration kWithoutRouter = absl::Seconds(60);
constexpr absl::Duration kClockGrace = absl::Minutes(1);
constexpr absl::Duration kOnDemandSpan = absl::Hours(24);

}  // namespace

bool Feed::MirrorSettled() const {
  const absl::Duration now = clock_.Monotonic();
  if (connected_at_ == absl::InfiniteDuration()) {
    return now - started_ >= kWithoutRouter;
  }
  return now - last_update_ >= kQuiet || now - connected_at_ >= kLongestCatchUp;
}

void Feed::RunSchedule() {
  if (!MirrorSettled()) return;
  const absl::Time now = clock_.Wall();
  for (const v1::Subscription& subscription :
       mirror_->model().subscriptions.subscriptions()) {
    if (!subscription.paused()) RunSubscription(subscription, now);
  }
}

void Feed::RunSubscription(const v1::Subscription& subscription,
                           absl::Time now) {
  const Model& model = mirror_->model();
  const v1::Leader* leader = model.FindLeader(subscription.leader());
  if (leader == nullptr) return;
  const absl::TimeZone zone = ZoneOf(subscription, *leader);
  const auto latest = LatestDue(subscription, zone, now);
  // What was due before quiet hours and could not be made then waits as well:
  // the one at their end has it.
  if (!latest || QuietAt(subscription, zone, now)) return;
  const Due& due = *latest;
  const auto fail = [&](const absl::Status& status) {
    uint64_t left_out = 0;
    if (Limited("digest", left_out)) return;
    log_.Error("digest_failed",
               {{"subscription", subscription.id()},
                {"why", os::StatusText(status)},
                {"next",
                 "it is tried again; check the disk that holds the "
                 "data folder"},
                {"left_out", left_out}});
  };
  const auto last = outbox_->LastPeriod(subscription.id());
  if (!last.ok()) return fail(last.status());
  if (!*last) {
    const absl::Status status =
        outbox_->Begin(subscription.id(), due.key, due.to);
    return status.ok() ? void() : fail(status);
  }
  if ((*last)->to > now + kClockGrace) {
    // The clock was set back; what was made "later" than now stays made.
    const absl::Status status = outbox_->FollowClock(subscription.id(), now);
    return status.ok() ? void() : fail(status);
  }
  if ((*last)->key == due.key || due.to <= (*last)->to) return;
  const auto made = outbox_->HasPeriod(subscription.id(), due.key);
  if (!made.ok()) return fail(made.status());
  if (*made) return;
  auto before = BeforeOf(subscription.id());
  if (!before.ok()) return fail(before.status());
  DigestRequest request;
  request.subscription = &subscription;
  request.period = due.key;
  request.from = (*last)->to;
  request.to = now;
  request.before = *std::move(before);
  Built built = BuildDigest(model, *leader, request);
  if (absl::Status read = mirror_->TakeReadError(); !read.ok()) {
    return fail(read);
  }
  Outbox::Entry entry;
  entry.subscription = subscription.id();
  entry.leader = leader->id();
  entry.key = due.key;
  entry.to = now;
  entry.kind = v1::DIGEST_PERIODIC;
  built.digest.SerializeToString(&entry.body);
  entry.shown = std::move(built.shown);
  for (const v1::DigestNumber& number : built.digest.numbers()) {
    entry.numbers[number.name()] = number.value();
  }
  for (const v1::NotAppliedLine& line : built.digest.not_applied()) {
    entry.not_applied.push_back(line.key());
  }
  entry.channels = ChannelsOf(subscription, due.to - due.from, now);
  const auto seq = outbox_->Add(entry);
  if (!seq.ok()) return fail(seq.status());
  if (!*seq) return;
  log_.Info("digest_sent", {{"subscription", subscription.id()},
                            {"leader", leader->id()},
                            {"period", due.key},
                            {"items", built.items},
                            {"seq", **seq}});
  for (auto& [id, session] : sessions_) {
    if (session.leader == leader->id()) session.pending = true;
  }
  TellFollowers(leader->id(), entry.body);
}

absl::StatusOr<Before> Feed::BeforeOf(const std::string& subscription) {
  Before before;
  const auto last = outbox_->LastPeriod(subscription);
  if (!last.ok()) return last.status();
  if (!*last || !(*last)->sent) return before;
  auto shown = outbox_->Shown(subscription);
  if (!shown.ok()) return shown.status();
  before.any = true;
  before.to = (*last)->to;
  before.shown = *std::move(shown);
  auto told = outbox_->ToldNotApplied(subscription);
  if (!told.ok()) return told.status();
  before.told_not_applied = *std::move(told);
  const auto numbers = outbox_->Numbers(subscription);
  if (!numbers.ok()) return numbers.status();
  for (const auto& [name, value] : *numbers) {
    v1::DigestNumber& number = before.numbers.emplace_back();
    number.set_name(name);
    number.set_value(value);
  }
  return before;
}

// Against the leader's latest periodic digest; changes nothing.
absl::StatusOr<v1::Digest> Feed::DigestNow(const v1::Leader& leader,
                                           const std::string& ask) {
  DigestRequest request;
  if (!request.ask.ParseFromString(ask)) {
    return absl::InvalidArgumentError(
        "what is asked for cannot be read; use the client of this release");
  }
  request.to = clock_.Wall();
  request.from = request.to - kOnDemandSpan;
  for (const v1::Subscription& subscription :
       mirror_->model().subscriptions.subscriptions()) {
    if (subscription.leader() != leader.id() ||
        subscription.cadence() == v1::Subscription::IMMEDIATE) {
      continue;
    }
    auto before = BeforeOf(subscription.id());
    if (!before.ok()) return before.status();
    if (!before->any ||
        (request.before.any && before->to < request.before.to)) {
      continue;
    }
    request.from = before->to;
    request.before = *std::move(before);
  }
  request.period = absl::FormatTime("%Y-%m-%dT%H:%M", request.to,
                                    ZoneOf(leader.time_zone()));
  Built built = BuildDigest(mirror_->model(), leader, request);
  if (absl::Status read = mirror_->TakeReadError(); !read.ok()) return read;
  return std::move(built.digest);
}

void Feed::SendDigests() {
  for (auto& [id, session] : sessions_) {
    while (session.pending && session.sender.HasRoom()) {
      auto items =
          outbox_->ItemsAfter(session.leader, session.sender.after(),
                              wire::kDeliveryItems, wire::kDeliveryBytes);
      if (!items.ok()) {
        uint64_t left_out = 0;
        if (!Limited("outbox", left_out)) {
          log_.Error("delivery_failed",
                     {{"leader", session.leader},
                      {"why", os::StatusText(items.status())},
                      {"next", "check the disk that holds the data folder"}});
        }
        session.pending = false;
        break;
      }
      const auto delivery = session.sender.Wrap(*std::move(items));
      if (!delivery) {
        session.pending = false;
        break;
      }
      if (!hub_->Send(id, v1::DIGEST, delivery->SerializeAsString())) break;
    }
  }
}

// An empty body only finds out who has gone.
void Feed::TellFollowers(const std::string& leader, const std::string& body) {
  v1::ControlResponse response;
  response.set_more(true);
  response.set_body(body);
  const std::string bytes = response.SerializeAsString();
  std::erase_if(followers_, [&](const auto& follower) {
    if (!body.empty() && follower.second != leader) return false;
    const bool there = local_->Respond(follower.first, bytes);
    if (there && !body.empty()) {
      log_.Info("delivered", {{"leader", leader}, {"by", "socket"}});
    }
    return !there;
  });
}

}  // namespace earshot::feed
