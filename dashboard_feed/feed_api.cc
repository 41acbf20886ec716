// The leader's page for programs: JSON, as docs/reference/api.yaml says.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/explain/in_full.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/page/forms.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/schedule/schedule.h"

namespace earshot::feed {
namespace {

constexpr size_t kPage = 50;  // insights
constexpr size_t kLargestPage = 200;

http::Response Json(unsigned status, std::string body) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

http::Response NotDone(unsigned status, const std::string& why) {
  http::Response response = Json(status, Problem(status, why));
  response.content_type = kProblemType;
  return response;
}

http::Response NotDone(const absl::Status& status) {
  return NotDone(HttpStatusOf(status), os::StatusText(status));
}

// Or, of what the reader has already, that it is so still.
http::Response Unless(const http::Request& request, std::string body) {
  const std::string tag = TagOf(body);
  const bool same = MatchesTag(request.if_none_match, tag);
  http::Response response = Json(same ? 304 : 200, same ? "" : std::move(body));
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  response.headers.emplace_back("Vary", "Cookie, Authorization");
  return response;
}

}  // namespace

bool Feed::IsApi(const std::string& path) {
  return path == kApiPath || path.rfind(std::string(kApiPath) + "/", 0) == 0;
}

http::Response Feed::ServeApi(const http::Request& request, Served served,
                              uint64_t insight, const Visitor& visitor) {
  if (visitor.leader == nullptr) {
    http::Response response =
        NotDone(401,
                "say who you are: Authorization: Bearer and a token that "
                "'earshot-feed token' makes, or sign in at /sign-in");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  const v1::Leader& leader = *visitor.leader;
  switch (served) {
    case Served::kApi:
      return Unless(request, RoutesBody());
    case Served::kApiMe:
      return Unless(request, AboutMe(visitor));
    case Served::kApiDigest: {
      const auto digest = DigestLately(leader);
      if (!digest.ok()) return NotDone(digest.status());
      return Unless(request, DigestAsJson(**digest));
    }
    case Served::kApiInsights: {
      auto body = ListInsights(leader, request.query);
      return body.ok() ? Unless(request, *std::move(body))
                       : NotDone(body.status());
    }
    case Served::kApiInsight: {
      auto body = OneInsight(leader, insight);
      return body.ok() ? Unless(request, *std::move(body))
                       : NotDone(body.status());
    }
    default:
      return DecideByApi(request, insight, visitor);
  }
}

std::string Feed::AboutMe(const Visitor& visitor) {
  const v1::Organisation& organisation = mirror_->model().organisation;
  const GroupRules rules = RulesOf(organisation);
  Me me;
  me.leader = visitor.leader->id();
  me.name = visitor.leader->name();
  me.organisation = organisation.name();
  me.time_zone = visitor.leader->time_zone();
  me.small_group = rules.numbers;
  me.small_group_verbatims = rules.verbatims;
  if (!visitor.session.empty()) {
    me.form_token = page_->forms.Make(visitor.session);
  }
  return MeBody(me);
}

absl::StatusOr<std::string> Feed::ListInsights(const v1::Leader& leader,
                                               const std::string& query) {
  const auto fields = http::ParseForm(query);
  std::optional<ListCursor> after;
  size_t most = kPage;
  if (fields && fields->contains("cursor")) {
    after = ParseCursor(fields->at("cursor"));
    if (!after) {
      return absl::InvalidArgumentError(
          "'cursor' is none of ours; begin without one");
    }
  }
  if (fields && fields->contains("limit")) {
    const std::string& text = fields->at("limit");
    most = text.size() > 3 ||
                   text.find_first_not_of("0123456789") != std::string::npos
               ? 0
               : static_cast<size_t>(std::atoi(text.c_str()));
  }
  if (!fields || most == 0 || most > kLargestPage) {
    return absl::InvalidArgumentError(
        fmt::format("'limit' is a number from 1 to {}", kLargestPage));
  }
  const LeaderView view(mirror_->model(), leader, clock_.Wall());
  LeaderView::Listing listing = view.List(nullptr);
  Glance from;
  if (after) {
    from.priority_milli = after->priority_milli;
    from.insight = after->insight;
    std::erase_if(listing.seen, [&](const Glance& glance) {
      return !from.RanksBefore(glance);
    });
  }
  SortByPriority(listing.seen);
  std::vector<v1::DigestItem> items;
  std::string next;
  for (const Glance& glance : listing.seen) {
    if (items.size() == most) break;
    const auto seen = view.Find(glance.id());
    if (!seen) continue;
    items.push_back(ItemInFull(*seen, view.rules(), view.zone()));
    items.back().set_rank(0);
    next = CursorText({glance.priority_milli, glance.id()});
  }
  if (items.size() < most || listing.seen.back().id() == items.back().insight())
    next.clear();
  if (absl::Status read = mirror_->TakeReadError(); !read.ok()) return read;
  return InsightsBody(items, next, view.zone());
}

absl::StatusOr<std::string> Feed::OneInsight(const v1::Leader& leader,
                                             uint64_t number) {
  const absl::Time now = clock_.Wall();
  const auto seen = FindFor(leader, number, now);
  if (!seen) {
    return absl::NotFoundError(
        fmt::format("there is no insight {} in your scope; GET "
                    "/api/v1/insights lists what there is",
                    number));
  }
  std::vector<std::string> verbs;
  for (const DecisionForm& form : FormsFor(seen->insight, now)) {
    verbs.push_back(form.verb);
  }
  const absl::TimeZone zone = ZoneOf(leader.time_zone());
  return InsightBody(
      ItemInFull(*seen, RulesOf(mirror_->model().organisation), zone),
      seen->insight, verbs, zone);
}

// A browser brings its cookie along whoever made the request, so it has to
// bring what a page of ours was given as well.
http::Response Feed::DecideByApi(const http::Request& request, uint64_t number,
                                 const Visitor& visitor) {
  if (request.content_type.rfind("application/json", 0) != 0) {
    return NotDone(415, "send it as Content-Type: application/json");
  }
  const auto fields = ParseFields(request.body);
  if (!fields.ok()) return NotDone(fields.status());
  const std::string token = http::FieldOf(*fields, "form");
  if (!visitor.session.empty()) {
    const bool elsewhere =
        !request.origin.empty() && request.origin != page_->origin;
    const http::FormTokens::Verdict verdict =
        page_->forms.Look(visitor.session, token);
    if (elsewhere || verdict != http::FormTokens::Verdict::kGood) {
      ++page_->counts.forms_refused;
      return NotDone(verdict == http::FormTokens::Verdict::kSpent ? 409 : 403,
                     "'form' is not what GET /api/v1/me gave this session, or "
                     "was used before; get it again");
    }
  }
  const auto done = DecideByFields(*visitor.leader, number, *fields);
  if (!done.ok()) return NotDone(done.status());
  if (!visitor.session.empty()) page_->forms.Spend(token);
  return Json(202, SaidBody(*done));
}

}  // namespace earshot::feed
