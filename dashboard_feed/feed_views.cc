// The leader's pages beside those of one insight.
#include <fmt/format.h>

#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/brief/brief.h"
#include "dashboard_feed/decisions/subscription_fields.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/page/page.h"
#include "dashboard_feed/schedule/schedule.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Fields = std::map<std::string, std::string>;

constexpr size_t kListPage = 50;         // insights
constexpr size_t kMostDeliveries = 100;  // the latest of a leader
constexpr size_t kMostNamed = 500;       // leaders to choose from

// "Max until 2027-01-06"
std::string DeputyText(const Model& model, const v1::Deputy& deputy) {
  const v1::Leader* who = model.FindLeader(deputy.leader());
  std::string text =
      who == nullptr || who->name().empty() ? deputy.leader() : who->name();
  if (!deputy.from().empty()) text += " from " + deputy.from();
  if (!deputy.until().empty()) text += " until " + deputy.until();
  return text;
}

std::string Moment(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M", time, zone);
}

}  // namespace

// All of it, or one section to its end.
http::Response Feed::ShowDigest(const Visitor& visitor, const Fields& query) {
  const v1::Leader& leader = *visitor.leader;
  const Frame frame = FrameFor(visitor, Here::kDigest);
  log_.Info("delivered", {{"leader", leader.id()}, {"by", "page"}});
  const std::string section = http::FieldOf(query, "section");
  if (!section.empty()) {
    v1::DigestAsk ask;
    ask.add_sections(section);
    ask.set_all(true);
    const auto whole = DigestNow(leader, ask.SerializeAsString());
    if (!whole.ok()) return Broken(whole.status());
    return AsPage(200, DigestPage(*whole, frame));
  }
  const auto digest = DigestLately(leader);
  if (!digest.ok()) return Broken(digest.status());
  return AsPage(200, DigestPage(**digest, frame));
}

http::Response Feed::ShowMorning(const Visitor& visitor) {
  const auto digest = DigestLately(*visitor.leader);
  if (!digest.ok()) return Broken(digest.status());
  v1::Digest brief = MakeBrief(**digest);
  *brief.mutable_where() = (*digest)->where();
  return AsPage(200, MorningPage(brief, FrameFor(visitor, Here::kMorning)));
}

http::Response Feed::ShowLoop(const Visitor& visitor) {
  const auto digest = DigestLately(*visitor.leader);
  if (!digest.ok()) return Broken(digest.status());
  return AsPage(200, LoopPage(**digest, ResultsFor(*visitor.leader),
                              FrameFor(visitor, Here::kLoop)));
}

absl::StatusOr<List> Feed::ListFor(const LeaderView& view, const Filter& filter,
                                   uint64_t passed, size_t most) {
  WordSearch search;
  search.find = [&](size_t some) {
    return mirror_->FindWords(filter.words, some);
  };
  search.among = [&](const std::vector<std::string>& texts) {
    return mirror_->HaveWords(texts, filter.words);
  };
  auto list = ListInsights(view, filter, passed, most, clock_.Wall(), search);
  absl::Status read = mirror_->TakeReadError();
  if (!read.ok()) return read;
  return list;
}

http::Response Feed::ShowList(const Visitor& visitor, const Fields& query) {
  const absl::Time now = clock_.Wall();
  const LeaderView view(mirror_->model(), *visitor.leader, now);
  InsightListPage page;
  page.around.set_leader(visitor.leader->id());
  page.around.set_time_zone(visitor.leader->time_zone());
  *page.around.mutable_to() = contract::ToStamp(now);
  v1::DigestSection& section = *page.around.add_sections();
  page.choices = ChoicesFor(view);
  Frame frame = FrameFor(visitor, Here::kInsights);
  const auto filter = FilterFrom(query);
  const std::string cursor = http::FieldOf(query, "cursor");
  const auto passed =
      cursor.empty() ? std::optional<uint64_t>(0) : ParseCursor(cursor);
  if (!filter.ok() || !passed) {
    page.error = filter.ok() ? "That page of the list is none of ours"
                             : os::StatusText(filter.status());
    page.error += ". Choose again below.";
    return AsPage(400, RenderList(page, frame));
  }
  page.filter = *filter;
  frame.searched = filter->words;
  auto list = ListFor(view, *filter, *passed, kListPage);
  if (!list.ok()) return Broken(list.status());
  for (Listed& listed : list->items) {
    *section.add_items() = std::move(listed.item);
    page.daily.push_back(std::move(listed.daily));
  }
  page.found = list->found;
  page.more_found = list->more_found;
  page.hidden = list->hidden;
  if (list->more) {
    const std::string chosen = QueryOf(*filter);
    page.next = fmt::format("{}{}cursor={}", chosen, chosen.empty() ? "" : "&",
                            CursorText(*passed + kListPage));
  }
  return AsPage(200, RenderList(page, frame));
}

http::Response Feed::ShowSubscriptions(const Visitor& visitor, unsigned status,
                                       OwnPage page) {
  const v1::Leader& leader = *visitor.leader;
  page.subscriptions = SubscriptionsOf(leader);
  for (const auto& [name, channel] : channels_->all()) {
    page.channels.push_back(name);
  }
  page.time_zone = leader.time_zone();
  const std::string today =
      absl::FormatTime("%Y-%m-%d", clock_.Wall(), ZoneOf(leader.time_zone()));
  uint32_t own = page.subscriptions.own_deputies();
  for (const v1::Deputy& deputy : page.subscriptions.deputies()) {
    const bool named = own > 0;
    own -= named ? 1 : 0;
    if (!deputy.until().empty() && deputy.until() < today) continue;  // over
    page.deputies.push_back(
        DeputyText(mirror_->model(), deputy) +
        (named ? ", named by you" : ", by the operator's file"));
    page.own_deputies = page.own_deputies || named;
  }
  for (const v1::Leader& other : mirror_->model().organisation.leaders()) {
    if (other.id() == leader.id()) continue;
    page.leaders.emplace_back(other.id(),
                              other.name().empty() ? other.id() : other.name());
    if (page.leaders.size() == kMostNamed) break;
  }
  return AsPage(
      status, SubscriptionsPage(page, FrameFor(visitor, Here::kSubscriptions)));
}

absl::StatusOr<std::string> Feed::ChangeByFields(const v1::Leader& leader,
                                                 uint64_t /*none*/,
                                                 const Fields& fields) {
  const auto change = ChangeFrom(fields, SubscriptionsOf(leader));
  if (!change.ok()) return change.status();
  return ChangeOwn(leader, change->SerializeAsString());
}

absl::StatusOr<std::string> Feed::NameByFields(const v1::Leader& leader,
                                               uint64_t none,
                                               const Fields& fields) {
  if (!fields.contains("deputy")) {
    return absl::InvalidArgumentError(
        "'deputy' is missing: another leader's id, or an empty text for "
        "nobody");
  }
  return ChangeByFields(leader, none, fields);
}

http::Response Feed::PostSubscription(const Visitor& visitor,
                                      const Fields& fields) {
  const auto done = ChangeByFields(*visitor.leader, 0, fields);
  if (!done.ok()) {
    OwnPage page;
    page.error = os::StatusText(done.status()) + ". Nothing was changed.";
    page.typed = fields;
    return ShowSubscriptions(visitor, HttpStatusOf(done.status()),
                             std::move(page));
  }
  page_->forms.Spend(http::FieldOf(fields, "form"));
  return GoTo("/subscriptions?said=" +
              page_->Tell(visitor.leader->id(), *done + ".", random_));
}

absl::StatusOr<std::vector<Delivery>> Feed::DeliveriesOf(
    const v1::Leader& leader) {
  Deliveries::Filter filter;
  filter.leader = leader.id();
  return outbox_->deliveries().List(filter, kMostDeliveries);
}

http::Response Feed::ShowDeliveries(const Visitor& visitor, unsigned status,
                                    OwnPage page) {
  const v1::Leader& leader = *visitor.leader;
  const auto deliveries = DeliveriesOf(leader);
  if (!deliveries.ok()) return Broken(deliveries.status());
  const absl::TimeZone zone = ZoneOf(leader.time_zone());
  for (const Delivery& delivery : *deliveries) {
    page.deliveries.push_back(
        {delivery.id, delivery.subscription, delivery.period, delivery.channel,
         std::string(DeliveryStateName(delivery.state)),
         Moment(delivery.changed_at, zone), delivery.reason, delivery.attempts,
         delivery.state == DeliveryState::kParked});
  }
  return AsPage(status,
                DeliveriesPage(page, FrameFor(visitor, Here::kDeliveries)));
}

absl::StatusOr<std::string> Feed::RetryOwn(const v1::Leader& leader,
                                           uint64_t id,
                                           const Fields& /*none*/) {
  const auto found = outbox_->deliveries().Find(id);
  if (!found.ok()) return found.status();
  if (!*found || (*found)->leader != leader.id()) {
    return absl::NotFoundError(
        fmt::format("there is no delivery {} to you", id));
  }
  absl::Status status = outbox_->deliveries().Retry(id, clock_.Wall());
  if (!status.ok()) return status;
  log_.Info("delivery_retried",
            {{"delivery", id}, {"leader", leader.id()}, {"by", "page"}});
  dispatcher_->Turn();
  return std::string("it is sent again now");
}

http::Response Feed::PostRetry(const Visitor& visitor, uint64_t id,
                               const Fields& fields) {
  const auto done = RetryOwn(*visitor.leader, id, fields);
  if (!done.ok()) {
    OwnPage page;
    page.error = os::StatusText(done.status()) + ".";
    return ShowDeliveries(visitor, HttpStatusOf(done.status()),
                          std::move(page));
  }
  page_->forms.Spend(http::FieldOf(fields, "form"));
  return GoTo("/deliveries?said=" + page_->Tell(visitor.leader->id(),
                                                "It is sent again now.",
                                                random_));
}

}  // namespace earshot::feed
