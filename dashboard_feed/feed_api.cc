// The leader's page for programs: JSON, as docs/reference/api.yaml says.
#include <fmt/format.h>

#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/explain/in_full.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/schedule/schedule.h"

namespace earshot::feed {
namespace {

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
                              uint64_t number, const Visitor& visitor) {
  if (visitor.leader == nullptr) {
    http::Response response =
        NotDone(401,
                "say who you are: Authorization: Bearer and a token that "
                "'earshot-feed token' makes, or sign in at /sign-in");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  switch (served) {
    case Served::kApiDecisions:
      return WriteByApi(request, number, visitor, &Feed::DecideByFields);
    case Served::kApiQuestions:
      return WriteByApi(request, number, visitor, &Feed::AskByFields);
    case Served::kApiRetry:
      return WriteByApi(request, number, visitor, &Feed::RetryOwn);
    case Served::kApiSubscriptions:
      if (request.method == "POST") {
        return WriteByApi(request, 0, visitor, &Feed::ChangeByFields);
      }
      return ReadByApi(request, served, number, visitor);
    case Served::kApiDeputies:
      if (request.method == "POST") {
        return WriteByApi(request, 0, visitor, &Feed::NameByFields);
      }
      [[fallthrough]];
    default:
      return ReadByApi(request, served, number, visitor);
  }
}

http::Response Feed::ReadByApi(const http::Request& request, Served served,
                               uint64_t number, const Visitor& visitor) {
  const v1::Leader& leader = *visitor.leader;
  const auto answer = [&](absl::StatusOr<std::string> body) {
    return body.ok() ? Unless(request, *std::move(body))
                     : NotDone(body.status());
  };
  switch (served) {
    case Served::kApiMe:
      return answer(AboutMe(visitor));
    case Served::kApiDigest: {
      const auto digest = DigestLately(leader);
      return digest.ok() ? answer(DigestAsJson(**digest))
                         : NotDone(digest.status());
    }
    case Served::kApiInsights:
      return answer(InsightsFor(leader, request.query));
    case Served::kApiInsight:
      return answer(OneInsight(leader, number));
    case Served::kApiResults:
      return answer(
          ResultsBody(ResultsFor(leader), ZoneOf(leader.time_zone())));
    case Served::kApiSubscriptions:
      return answer(SubscriptionsBody(SubscriptionsOf(leader)));
    case Served::kApiDeputies:
      return answer(DeputiesBody(SubscriptionsOf(leader)));
    case Served::kApiDeliveries: {
      const auto deliveries = DeliveriesOf(leader);
      return deliveries.ok() ? answer(DeliveriesBody(*deliveries))
                             : NotDone(deliveries.status());
    }
    case Served::kApiEvents:
      return BeginEvents(request, visitor);
    default:
      return answer(RoutesBody());
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

absl::StatusOr<std::string> Feed::InsightsFor(const v1::Leader& leader,
                                              const std::string& query) {
  const auto fields = http::ParseForm(query);
  if (!fields) {
    return absl::InvalidArgumentError(
        "the query cannot be read; write a percent sign as %25");
  }
  const auto filter = FilterFrom(*fields);
  if (!filter.ok()) return filter.status();
  uint64_t passed = 0;
  if (fields->contains("cursor")) {
    const auto cursor = ParseCursor(fields->at("cursor"));
    if (!cursor) {
      return absl::InvalidArgumentError(
          "'cursor' is none of ours; begin without one");
    }
    passed = *cursor;
  }
  const auto most = ParseLimit(http::FieldOf(*fields, "limit"));
  if (!most) {
    return absl::InvalidArgumentError(
        fmt::format("'limit' is a number from 1 to {}", kMostListed));
  }
  const LeaderView view(mirror_->model(), leader, clock_.Wall());
  const auto list = ListFor(view, *filter, passed, *most);
  if (!list.ok()) return list.status();
  return InsightsBody(*list, list->more ? CursorText(passed + *most) : "",
                      view.zone());
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
  const GroupRules rules = RulesOf(mirror_->model().organisation);
  InsightPage page;
  page.forms = FormsFor(seen->insight, VerbatimsInFull(*seen, rules), now);
  page.insight = &seen->insight;
  AddPictures(leader, seen->insight, page);
  const absl::TimeZone zone = ZoneOf(leader.time_zone());
  return InsightBody(ItemInFull(*seen, rules, zone), page, zone);
}

// A browser brings its cookie along whoever made the request, so it has to
// bring what a page of ours was given as well.
http::Response Feed::WriteByApi(const http::Request& request, uint64_t number,
                                const Visitor& visitor, Deed deed) {
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
  const auto done = (this->*deed)(*visitor.leader, number, *fields);
  if (!done.ok()) return NotDone(done.status());
  if (!visitor.session.empty()) page_->forms.Spend(token);
  return Json(202, SaidBody(*done));
}

}  // namespace earshot::feed
