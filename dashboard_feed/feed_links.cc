// What leaders decide by a link in a mail. A link is shown by GET and acted by
// POST: mail scanners follow every link there is.
#include <fmt/format.h>

#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/action_links/actions.h"
#include "dashboard_feed/action_links/seal.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/feed.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr std::string_view kPath = "/act/";

http::Response Page(unsigned status, const ActionPage& page) {
  http::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = RenderPage(page);
  return response;
}

std::string NewDigest(const std::string& leader) {
  return fmt::format(
      "Your next digest has new links; 'earshot-feed digest --for {}' shows "
      "how things stand now.",
      leader);
}

}  // namespace

absl::Status Feed::OpenLinks() {
  const v1::FeedConfig& config = settings_.config;
  if (config.http_listen().empty()) return absl::OkStatus();
  const auto key = outbox_->used_links().Key(kActionKeyBytes, random_);
  if (!key.ok()) return key.status();
  link_key_.emplace(*key);
  return OpenHttp();
}

std::string Feed::LinkFor(const std::string& verb, const v1::Digest& digest,
                          const v1::DigestItem& item) const {
  if (!link_key_) return "";
  const v1::ActionLink link =
      LinkTo(verb, digest.leader(), item, contract::ToTime(digest.to()));
  std::string base = settings_.config.public_url();
  while (!base.empty() && base.back() == '/') base.pop_back();
  return fmt::format("{}{}{}", base, kPath, Seal(*link_key_, link));
}

http::Response Feed::RefuseLink(unsigned status, const std::string& leader,
                                const std::string& why) {
  ++links_refused_;
  uint64_t left_out = 0;
  if (!Limited("link", left_out)) {
    log_.Warn("link_refused",
              {{"leader", leader}, {"why", why}, {"left_out", left_out}});
  }
  ActionPage page;
  page.heading = "This link does nothing any more";
  page.error = why;
  page.next = leader.empty() ? "Copy the whole link from the mail, or use a "
                               "newer mail."
                             : NewDigest(leader);
  return Page(status, page);
}

http::Response Feed::ServeLink(const http::Request& request) {
  const std::string token = request.path.substr(kPath.size());
  const absl::Time now = clock_.Wall();
  const auto link = Unseal(*link_key_, token, now);
  if (!link.ok()) {
    return RefuseLink(absl::IsDeadlineExceeded(link.status()) ? 410 : 403, "",
                      os::StatusText(link.status()));
  }
  const v1::Leader* leader = mirror_->model().FindLeader(link->leader());
  const auto action = FindAction(link->verb());
  if (leader == nullptr || !action) {
    return RefuseLink(403, link->leader(),
                      "whom it was for is no leader here any more");
  }
  const auto used = outbox_->used_links().Used(token);
  if (!used.ok()) return Broken(used.status());
  const LeaderView view(mirror_->model(), *leader, now);
  const auto seen = view.Find(link->insight());
  if (*used) {
    return RefuseLink(410, leader->id(),
                      "it was used before; what you decided then is recorded");
  }
  if (!seen || seen->insight.opened_by() != link->opened_by()) {
    return RefuseLink(410, leader->id(),
                      "its insight is not in your scope any more");
  }
  if (seen->insight.state() != link->state() ||
      seen->insight.last_decision() != link->last_decision()) {
    return RefuseLink(
        410, leader->id(),
        fmt::format("something was decided since; the insight is {} now",
                    contract::StateName(seen->insight.state())));
  }
  ActionPage page;
  page.heading = action->name;
  page.insight = link->insight();
  page.title = TitleOf(*seen, view.rules().numbers);
  page.facts = fmt::format("{}; {}", seen->insight.topic(),
                           contract::StateName(seen->insight.state()));
  page.action = *action;
  page.form = true;
  if (request.method != "POST") {
    ++links_shown_;
    page.next =
        fmt::format("As {}. Nothing happens before you press the button.",
                    leader->name().empty() ? leader->id() : leader->name());
    return Page(200, page);
  }
  return ActByLink(request, token, *link, *leader, page);
}

http::Response Feed::ActByLink(const http::Request& request,
                               const std::string& token,
                               const v1::ActionLink& link,
                               const v1::Leader& leader, ActionPage page) {
  const auto fields = http::ParseForm(request.body);
  if (fields && fields->contains("text")) page.text = fields->at("text");
  const auto done = Decide(leader, DecisionOf(link, page.text));
  if (!done.ok()) {
    page.error = os::StatusText(done.status());
    return Page(400, page);
  }
  absl::Status status = outbox_->used_links().Use(
      token, contract::ToTime(link.expires()), clock_.Wall());
  if (!status.ok()) {
    log_.Error("link_not_noted",
               {{"why", os::StatusText(status)},
                {"next", "check the disk that holds the data folder"}});
  }
  ++links_acted_;
  log_.Info("link_acted", {{"leader", leader.id()},
                           {"insight", link.insight()},
                           {"verb", link.verb()}});
  page.form = false;
  page.heading = "Done";
  page.message = *done + ".";
  return Page(200, page);
}

http::Response Feed::Broken(const absl::Status& status) {
  log_.Error("link_failed",
             {{"why", os::StatusText(status)},
              {"next", "check the disk that holds the data folder"}});
  ActionPage page;
  page.heading = "Not now";
  page.error = "the feed has trouble with its disk; nothing was recorded";
  page.next = "Try again in a minute, or tell the operator.";
  return Page(503, page);
}

}  // namespace earshot::feed
