#include "dashboard_feed/channels/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/channels/packing.h"

namespace earshot::feed {

Dispatcher::Dispatcher(Deliveries& deliveries, const Channels& channels,
                       const Catalogue& templates, Carrier& carrier,
                       const os::Clock& clock, os::Random& random,
                       telemetry::Log& log)
    : deliveries_(deliveries),
      channels_(channels),
      templates_(templates),
      carrier_(carrier),
      clock_(clock),
      random_(random),
      log_(log),
      limiter_(5, absl::Minutes(1)) {}

absl::Status Dispatcher::Resume() {
  const auto resumed = deliveries_.ResumeInterrupted(clock_.Wall());
  if (!resumed.ok()) return resumed.status();
  if (*resumed > 0) log_.Warn("deliveries_resumed", {{"count", *resumed}});
  return absl::OkStatus();
}

void Dispatcher::NoteTrouble(const absl::Status& status) {
  const auto pass = limiter_.Pass("trouble", clock_.Monotonic());
  if (!pass) return;
  log_.Error("deliveries_failed",
             {{"why", os::StatusText(status)},
              {"next", "check the disk that holds the data folder"},
              {"left_out", *pass}});
}

void Dispatcher::Collect() {
  bool any = false;
  while (auto carried = carrier_.Take()) {
    --by_channel_[carried->channel];
    --on_their_way_;
    outcomes_.push_back(*std::move(carried));
    any = true;
  }
  if (!any) return;
  StoreOutcomes();
  if (!outcomes_.empty()) return;
  for (const auto& [name, channel] : channels_.all()) Send(channel);
}

void Dispatcher::Turn() {
  Collect();
  StoreOutcomes();
  // What is not stored may not be sent again meanwhile.
  if (!outcomes_.empty()) return;
  const absl::Time now = clock_.Wall();
  const auto followed = deliveries_.FollowClock(now);
  if (!followed.ok()) return NoteTrouble(followed.status());
  if (*followed > 0) log_.Warn("clock_was_set_back", {{"moved", *followed}});
  ParkUnknownChannels(now);
  for (const auto& [name, channel] : channels_.all()) Send(channel);
}

void Dispatcher::StoreOutcomes() {
  while (!outcomes_.empty()) {
    const absl::Status status = Store(outcomes_.front());
    if (!status.ok()) return NoteTrouble(status);
    outcomes_.pop_front();
  }
}

absl::Status Dispatcher::Store(const Carried& carried) {
  const auto found = deliveries_.Find(carried.delivery);
  if (!found.ok()) return found.status();
  if (!*found) return absl::OkStatus();  // it went with its digest
  const Delivery& delivery = **found;
  const absl::Time now = clock_.Wall();
  const Next next = AfterAttempt(carried.attempt, delivery.attempts,
                                 delivery.until, now, random_.NonZero());
  absl::Status status;
  switch (next.step) {
    case Next::Step::kDone:
      status = deliveries_.MarkDelivered(delivery.id, now);
      if (status.ok()) {
        log_.Info("delivery_made", {{"delivery", delivery.id},
                                    {"channel", delivery.channel},
                                    {"subscription", delivery.subscription},
                                    {"period", delivery.period},
                                    {"attempts", delivery.attempts}});
      }
      return status;
    case Next::Step::kAgain:
      status =
          deliveries_.QueueAgain(delivery.id, next.at, carried.attempt.reason,
                                 carried.attempt.detail, now);
      if (status.ok()) {
        log_.Warn("delivery_failed",
                  {{"delivery", delivery.id},
                   {"channel", delivery.channel},
                   {"why", carried.attempt.reason},
                   {"attempts", delivery.attempts},
                   {"again_in_ms", absl::ToInt64Milliseconds(next.at - now)}});
      }
      return status;
    case Next::Step::kPark:
      return Park(delivery, next.why, carried.attempt.detail);
  }
  return status;
}

absl::Status Dispatcher::Park(const Delivery& delivery, const std::string& why,
                              const std::string& detail) {
  const ConfiguredChannel* channel = channels_.Find(delivery.channel);
  const std::string fallback =
      channel != nullptr ? channel->config.fallback() : "";
  absl::Status status =
      deliveries_.Park(delivery.id, why, detail, fallback, clock_.Wall());
  if (!status.ok()) return status;
  log_.Error("delivery_parked",
             {{"delivery", delivery.id},
              {"channel", delivery.channel},
              {"subscription", delivery.subscription},
              {"period", delivery.period},
              {"why", why},
              {"fallback", fallback.empty() ? "none" : fallback},
              {"next", fmt::format("see 'earshot-feed deliveries show {}'; "
                                   "then 'earshot-feed deliveries retry {}'",
                                   delivery.id, delivery.id)}});
  return status;
}

void Dispatcher::ParkUnknownChannels(absl::Time now) {
  const auto names = deliveries_.QueuedChannels();
  if (!names.ok()) return NoteTrouble(names.status());
  for (const std::string& name : *names) {
    if (channels_.Find(name) != nullptr) continue;
    const auto due = deliveries_.Due(name, now, 100);
    if (!due.ok()) return NoteTrouble(due.status());
    for (const Delivery& delivery : *due) {
      const absl::Status status =
          Park(delivery, "no such channel",
               fmt::format("the feed's configuration has no channel '{}', only "
                           "{}; add it there, or correct the subscription",
                           name, channels_.Names()));
      if (!status.ok()) return NoteTrouble(status);
    }
  }
}

void Dispatcher::Send(const ConfiguredChannel& channel) {
  const std::string& name = channel.config.name();
  const size_t room = kOnTheirWay - std::min(kOnTheirWay, by_channel_[name]);
  if (room == 0) return;
  const auto due = deliveries_.Due(name, clock_.Wall(), room);
  if (!due.ok()) return NoteTrouble(due.status());
  for (const Delivery& delivery : *due) {
    const absl::Status status = SendOne(channel, delivery);
    if (!status.ok()) return NoteTrouble(status);
  }
}

absl::Status Dispatcher::SendOne(const ConfiguredChannel& channel,
                                 const Delivery& delivery) {
  const absl::Time now = clock_.Wall();
  const auto body = deliveries_.Body(delivery);
  if (!body.ok()) return body.status();
  v1::Digest digest;
  if (!*body || !digest.ParseFromString(**body)) {
    return Park(delivery, "no digest",
                "the queue keeps this digest no longer, or it cannot be read");
  }
  // An alert is queued once for a leader, whatever sends it on.
  if (digest.alert()) digest.set_subscription(delivery.subscription);
  Sending sending{delivery.channel, delivery.IdempotencyKey(), false};
  // Others may read along where a channel is not one leader's own.
  if (links_ && channel.config.has_smtp()) {
    sending.links = [&](const v1::DigestItem& item) {
      return links_(digest, item);
    };
  }
  auto parcel = Pack(channel, templates_, digest, sending, delivery.id, now,
                     static_cast<v1::Subscription::Format>(delivery.format));
  if (!parcel.ok()) {
    return Park(delivery, "cannot be made", os::StatusText(parcel.status()));
  }
  absl::Status status = deliveries_.MarkSending(delivery.id, now);
  if (!status.ok()) return status;
  ++by_channel_[delivery.channel];
  ++on_their_way_;
  carrier_.Carry(*std::move(parcel));
  return status;
}

}  // namespace earshot::feed
