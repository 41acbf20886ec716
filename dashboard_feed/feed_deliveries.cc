// What goes out over channels, and what the command line asks about it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/explain/why.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/schedule/schedule.h"
#include "earshot/v1/digest.pb.h"
#include "proto/contract/ids.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kLeaveTime = absl::Seconds(5);
constexpr size_t kListed = 1000;           // deliveries an answer
constexpr uint64_t kDigestsLooked = 1000;  // the last ones of a leader
constexpr size_t kPage = 20;
constexpr size_t kPageBytes = 4 << 20;

using Json = nlohmann::ordered_json;

std::string Moment(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

Json AsJson(const Delivery& delivery) {
  Json out;
  out["id"] = delivery.id;
  out["state"] = DeliveryStateName(delivery.state);
  out["channel"] = delivery.channel;
  out["leader"] = delivery.leader;
  out["subscription"] = delivery.subscription;
  out["period"] = delivery.period;
  out["attempts"] = delivery.attempts;
  out["reason"] = delivery.reason;
  out["detail"] = delivery.detail;
  out["queued_at"] = Moment(delivery.queued_at);
  out["changed_at"] = Moment(delivery.changed_at);
  if (delivery.state == DeliveryState::kQueued) {
    out["next_at"] = Moment(delivery.next_at);
  }
  out["gives_up_at"] = Moment(delivery.until);
  if (!delivery.fallback_of.empty()) out["fallback_of"] = delivery.fallback_of;
  out["idempotency_key"] = delivery.IdempotencyKey();
  return out;
}

absl::StatusOr<uint64_t> IdOf(const v1::ControlRequest& control) {
  uint64_t id = 0;
  const std::string text =
      control.arguments_size() > 1 ? control.arguments(1) : "";
  for (const char c : text) {
    if (c < '0' || c > '9' || id > UINT32_MAX) {
      id = 0;
      break;
    }
    id = id * 10 + static_cast<uint64_t>(c - '0');
  }
  if (id != 0) return id;
  return absl::InvalidArgumentError(
      fmt::format("'{}' is not the number of a delivery", text));
}

absl::StatusOr<Deliveries::Filter> FilterOf(const v1::ControlRequest& control) {
  Deliveries::Filter filter;
  const auto argument = [&](int index) {
    return control.arguments_size() > index ? control.arguments(index) : "";
  };
  for (const DeliveryState state :
       {DeliveryState::kQueued, DeliveryState::kSending,
        DeliveryState::kDelivered, DeliveryState::kParked}) {
    if (argument(1) == DeliveryStateName(state)) filter.state = state;
  }
  if (!argument(1).empty() && !filter.state) {
    return absl::InvalidArgumentError(
        "a state is queued, sending, delivered or parked");
  }
  filter.channel = argument(2);
  filter.leader = argument(3);
  return filter;
}

}  // namespace

namespace {

struct Opened {
  std::unique_ptr<Channels> channels;
  std::unique_ptr<Catalogue> templates;
};

absl::StatusOr<Opened> OpenConfigured(const v1::FeedConfig& config) {
  auto channels = Channels::Load(config);
  if (!channels.ok()) return channels.status();
  auto templates = Catalogue::Load(config.templates_dir());
  if (!templates.ok()) return templates.status();
  for (const auto& [name, channel] : channels->all()) {
    const std::string& file = channel.config.webhook().template_file();
    if (file.empty() || templates->Has(file)) continue;
    return absl::NotFoundError(
        fmt::format("channel '{}': there is no {} in templates_dir, or it does "
                    "not end in .json",
                    name, file));
  }
  return Opened{std::make_unique<Channels>(*std::move(channels)),
                std::make_unique<Catalogue>(*std::move(templates))};
}

}  // namespace

absl::Status Feed::OpenChannels() {
  auto opened = OpenConfigured(settings_.config);
  if (!opened.ok()) return opened.status();
  auto carriers = Carriers::Make(*opened->channels);
  if (!carriers.ok()) return carriers.status();
  dispatcher_.reset();  // it knows the others
  channels_ = std::move(opened->channels);
  templates_ = std::move(opened->templates);
  carriers_ = *std::move(carriers);
  dispatcher_ = std::make_unique<Dispatcher>(outbox_->deliveries(), *channels_,
                                             *templates_, *carriers_, clock_,
                                             random_, log_);
  if (http_ != nullptr) {
    dispatcher_->UseLinks(
        [this](const v1::Digest& digest, const v1::DigestItem& item) {
          std::vector<Sending::Link> links;
          for (const LinkAction& action : ActionsIn(item.state())) {
            links.push_back({action.name, LinkFor(action.verb, digest, item)});
          }
          return links;
        });
  }
  return dispatcher_->Resume();
}

void Feed::Reload() {
  RenewCertificate();
  auto loaded = LoadSettings(settings_.file, settings_.config.data_dir());
  absl::Status status = loaded.status();
  if (status.ok()) status = OpenConfigured(loaded->config).status();
  if (!status.ok()) {
    log_.Error("reload_refused",
               {{"why", os::StatusText(status)},
                {"next", "what was loaded before stays in force"}});
    return;
  }
  *settings_.config.mutable_channels() = loaded->config.channels();
  settings_.config.set_templates_dir(loaded->config.templates_dir());
  reload_wanted_ = true;
}

// Deliveries stay as they are: nothing is sent again, and no time begins anew.
void Feed::FinishReload() {
  reload_wanted_ = false;
  absl::Status status = OpenChannels();
  if (status.ok()) {
    log_.Info("reloaded", {{"channels", channels_->all().size()},
                           {"next",
                            "organisation and subscriptions are the router's; "
                            "for all but channels and templates restart"}});
    return;
  }
  // The files changed between the two looks.
  log_.Error("reload_failed",
             {{"why", os::StatusText(status)},
              {"next", "mend it and reload again; what was loaded stays"}});
}

// Each gives up at its own time, and with the period at the latest.
std::vector<Outbox::Entry::Over> Feed::ChannelsOf(
    const v1::Subscription& subscription, absl::Duration period,
    absl::Time now) const {
  std::vector<Outbox::Entry::Over> over;
  for (const std::string& name : subscription.channels()) {
    const ConfiguredChannel* channel = channels_->Find(name);
    const absl::Duration patience =
        channel != nullptr ? std::min(channel->patience, period) : period;
    over.push_back({name, now + patience,
                    static_cast<uint32_t>(subscription.format()), ""});
  }
  return over;
}

// What is on its way gets a little time; the rest is taken up at the next
// start.
void Feed::FinishDeliveries() {
  const absl::Duration until = clock_.Monotonic() + kLeaveTime;
  while (dispatcher_->on_their_way() > 0 && clock_.Monotonic() < until) {
    os::WaitReadable({carriers_->fd()}, absl::Milliseconds(200));
    dispatcher_->Collect();
  }
}

absl::StatusOr<std::string> Feed::ControlDeliveries(
    uid_t user, const v1::ControlRequest& control) {
  if (user != ::geteuid() && user != 0) {
    return absl::PermissionDeniedError(
        "only the user that the feed runs as may look at deliveries");
  }
  Deliveries& deliveries = outbox_->deliveries();
  const std::string what =
      control.arguments_size() > 0 ? control.arguments(0) : "";
  if (what == "list") {
    const auto filter = FilterOf(control);
    if (!filter.ok()) return filter.status();
    const auto rows = deliveries.List(*filter, kListed);
    if (!rows.ok()) return rows.status();
    Json out = Json::array();
    for (const Delivery& delivery : *rows) out.push_back(AsJson(delivery));
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  const auto id = IdOf(control);
  if (!id.ok()) return id.status();
  if (what == "retry") {
    const absl::Status status = deliveries.Retry(*id, clock_.Wall());
    if (!status.ok()) return status;
    log_.Info("delivery_retried", {{"delivery", *id}});
    dispatcher_->Turn();
    return fmt::format("delivery {} is sent again now", *id);
  }
  const auto found = deliveries.Find(*id);
  if (!found.ok()) return found.status();
  if (!*found) {
    return absl::NotFoundError(fmt::format("there is no delivery {}", *id));
  }
  return AsJson(**found).dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<std::string> Feed::HowDelivered(const v1::Digest& digest) {
  Deliveries::Filter filter;
  filter.subscription = digest.subscription();
  filter.period = digest.period();
  const auto rows = outbox_->deliveries().List(filter, kListed);
  if (!rows.ok()) return rows.status();
  std::string text;
  for (const Delivery& delivery : *rows) {
    text += fmt::format("; {}: {}{}", delivery.channel,
                        DeliveryStateName(delivery.state),
                        delivery.reason.empty() ? "" : ", " + delivery.reason);
  }
  return text;
}

// The leader's last digests that list it, the oldest first.
absl::StatusOr<std::string> Feed::WhereToldOf(const v1::Leader& leader,
                                              uint64_t insight) {
  const auto last = outbox_->LastSeq(leader.id());
  if (!last.ok()) return last.status();
  std::string text;
  uint64_t seq = *last > kDigestsLooked ? *last - kDigestsLooked : 0;
  while (true) {
    const auto items = outbox_->ItemsAfter(leader.id(), seq, kPage, kPageBytes);
    if (!items.ok()) return items.status();
    if (items->empty()) return text;
    for (const v1::Item& item : *items) {
      seq = item.seq();
      v1::Digest digest;
      if (!digest.ParseFromString(item.body())) continue;
      const auto where = WhereListed(digest, insight);
      if (!where) continue;
      const auto how = HowDelivered(digest);
      if (!how.ok()) return how.status();
      text += fmt::format("  {} {}: {}{}\n", digest.subscription(),
                          digest.period(), *where, *how);
    }
  }
}

absl::StatusOr<std::string> Feed::Why(const v1::Leader& leader,
                                      const std::string& number) {
  const auto insight = contract::ParseInsightNumber(number);
  if (!insight.ok()) return insight.status();
  const auto told = WhereToldOf(leader, *insight);
  if (!told.ok()) return told.status();
  const absl::Time now = clock_.Wall();
  const auto seen = LeaderView(mirror_->model(), leader, now).Find(*insight);
  if (!seen && told->empty()) {
    return absl::NotFoundError(fmt::format(
        "there is no insight #{} in the scope of '{}'; 'earshot-feed digest "
        "--for {}' lists what there is",
        *insight, leader.id(), leader.id()));
  }
  std::string text = fmt::format("#{} for {}\n", *insight, leader.id());
  if (seen && seen->insight.id() != *insight) {
    text += fmt::format("It was merged into #{}, which this is about.\n",
                        seen->insight.id());
  }
  text += told->empty() ? "No digest that is kept lists it.\n"
                        : "Digests that list it:\n" + *told;
  if (!seen) return text + "It is not in the scope any more.\n";
  text += "If a digest were made now, it\n";
  bool any = false;
  for (const v1::Subscription& subscription :
       mirror_->model().subscriptions.subscriptions()) {
    if (subscription.leader() != leader.id() ||
        subscription.cadence() == v1::Subscription::IMMEDIATE) {
      continue;
    }
    auto before = BeforeOf(subscription.id());
    if (!before.ok()) return before.status();
    DigestRequest request;
    request.subscription = &subscription;
    request.to = now;
    request.from = before->any ? before->to : now - absl::Hours(24);
    request.before = *std::move(before);
    text += fmt::format("  {} in {}\n",
                        WhatNext(mirror_->model(), leader, request, *insight),
                        subscription.id());
    any = true;
  }
  if (!any) text += "  would go to nobody: the leader has no subscription\n";
  const std::string verbatims =
      VerbatimsOf(*seen, RulesOf(mirror_->model().organisation));
  if (!verbatims.empty()) text += "What it says:\n" + verbatims;
  const std::string history =
      HistoryOf(seen->insight, ZoneOf(leader.time_zone()));
  if (!history.empty()) text += "What leaders did with it:\n" + history;
  return text;
}

}  // namespace earshot::feed
