// What is served over HTTP, and the leader's pages.
#include <fmt/format.h>

#include <utility>

#include "base/os/bytes.h"
#include "base/os/status_text.h"
#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/decisions/from_fields.h"
#include "dashboard_feed/decisions/question_fields.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/explain/in_full.h"
#include "dashboard_feed/explain/why.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/schedule/schedule.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Fields = std::map<std::string, std::string>;

// `same-origin`, so that a form says where it comes from.
constexpr std::pair<const char*, const char*> kPageHeaders[]{
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; "
     "connect-src 'self'; img-src 'self' data:; form-action 'self'; "
     "frame-ancestors 'none'; base-uri 'none'"},
    {"Referrer-Policy", "same-origin"}};

}  // namespace

void Feed::TurnHttp() {
  if (http_ == nullptr) return;
  FinishSignIns();
  EndLeftStreams();
  while (auto request = http_->Take()) {
    BelieveProxy(*request);
    auto response = Serve(*request);
    if (response) http_->Answer(request->id, *std::move(response));
  }
}

http::Response Feed::AsPage(unsigned status, std::string page) const {
  http::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(page);
  for (const auto& header : kPageHeaders) {
    response.headers.emplace_back(header.first, header.second);
  }
  return response;
}

http::Response Feed::GoTo(const std::string& path) const {
  http::Response response = AsPage(303, "");
  response.headers.emplace_back("Location", page_->base + path);
  return response;
}

Frame Feed::FrameFor(const Visitor& visitor, Here here) {
  Frame frame;
  frame.here = here;
  frame.base = page_->base;
  if (visitor.leader == nullptr) return frame;
  frame.organisation = mirror_->model().organisation.name();
  frame.leader_name = visitor.leader->name().empty() ? visitor.leader->id()
                                                     : visitor.leader->name();
  frame.form_token = page_->forms.Make(visitor.session);
  return frame;
}

http::Response Feed::Refuse(const http::Request& request, unsigned status,
                            const std::string& why, const std::string& next) {
  http::Response response;
  if (IsApi(request.path)) {
    response.status = status;
    response.content_type = kProblemType;
    response.body = Problem(status, why);
  } else {
    response = AsPage(
        status, MessagePage("That did not work", why, next, FrameFor({})));
  }
  return response;
}

std::optional<http::Response> Feed::Serve(const http::Request& request) {
  const Found found = FindRoute(request.path);
  const Route& route = found.route;
  if (route.served == Served::kLink) return ServeLink(request);
  if (route.served == Served::kNowhere) {
    return Refuse(request, 404, "There is nothing at this address.",
                  "Links in mails begin with /act/; copy the whole link.");
  }
  const bool writes = request.method == "POST";
  if (writes ? !route.writes : !route.reads) {
    http::Response response =
        Refuse(request, 405, "That cannot be done at this address.", "");
    response.headers.emplace_back("Allow",
                                  http::AllowedAt(route.reads, route.writes));
    return response;
  }
  if (route.served == Served::kStyle) {
    return http::KeptForever("text/css; charset=utf-8", StyleSheet());
  }
  if (route.served == Served::kScript) {
    return http::KeptForever("text/javascript; charset=utf-8", PageScript());
  }
  if (route.served == Served::kSignIn && writes) return SignIn(request);
  const auto visitor = VisitorOf(request);
  if (!visitor.ok()) {
    http::Response broken = Broken(visitor.status());
    return IsApi(request.path)
               ? Refuse(request, 503,
                        "the feed has trouble with its disk; try again in a "
                        "minute, or tell the operator",
                        "")
               : broken;
  }
  if (IsApi(request.path)) {
    return ServeApi(request, route.served, found.number, *visitor);
  }
  return ServePage(request, route.served, found.number, *visitor);
}

http::Response Feed::ServePage(const http::Request& request, Served served,
                               uint64_t number, const Visitor& visitor) {
  const bool in = visitor.leader != nullptr && !visitor.session.empty();
  if (served == Served::kSignIn) {
    return in ? GoTo("/") : AskToSignIn(request, 200, "", "");
  }
  if (!in) {
    const bool page = served != Served::kDigest && served != Served::kSignOut &&
                      served != Served::kRetry;
    return GoTo(page ? "/sign-in?to=" + request.path : "/sign-in");
  }
  if (request.method == "POST") {
    const Fields fields = http::ParseForm(request.body).value_or(Fields());
    if (auto refused = RefuseForm(request, visitor.session, fields, visitor)) {
      return *std::move(refused);
    }
    if (served == Served::kSignOut) return SignOut(visitor);
    if (served == Served::kSubscriptions) {
      return PostSubscription(visitor, fields);
    }
    if (served == Served::kRetry) return PostRetry(visitor, number, fields);
    return DecideByPage(visitor, number, fields);
  }
  const Fields query = http::ParseForm(request.query).value_or(Fields());
  const std::string told =
      page_->Told(visitor.leader->id(), http::FieldOf(query, "said"));
  switch (served) {
    case Served::kInsight: {
      InsightPage page;
      page.message = told;
      return ShowInsight(visitor, number, 200, std::move(page));
    }
    case Served::kMorning:
      return ShowMorning(visitor);
    case Served::kInsights:
      return ShowList(visitor, query);
    case Served::kLoop:
      return ShowLoop(visitor);
    case Served::kSubscriptions:
    case Served::kDeliveries: {
      OwnPage page;
      page.message = told;
      return served == Served::kDeliveries
                 ? ShowDeliveries(visitor, 200, std::move(page))
                 : ShowSubscriptions(visitor, 200, std::move(page));
    }
    default:
      return ShowDigest(visitor, query);
  }
}

// Nothing: it comes from a page of ours, for this session, and for the first
// time.
std::optional<http::Response> Feed::RefuseForm(const http::Request& request,
                                               const std::string& session,
                                               const Fields& fields,
                                               const Visitor& visitor) {
  const http::FormTokens::Verdict verdict =
      page_->forms.Look(session, http::FieldOf(fields, "form"));
  const bool elsewhere =
      !request.origin.empty() && request.origin != page_->origin;
  if (verdict == http::FormTokens::Verdict::kGood && !elsewhere)
    return std::nullopt;
  ++page_->counts.forms_refused;
  uint64_t left_out = 0;
  const bool spent = !elsewhere && verdict == http::FormTokens::Verdict::kSpent;
  if (!Limited("form", left_out)) {
    log_.Warn("form_refused",
              {{"leader", visitor.leader == nullptr ? std::string()
                                                    : visitor.leader->id()},
               {"address", request.peer},
               {"why", elsewhere ? "it comes from another page"
                       : spent   ? "it was sent before"
                                 : "it is none of this session"},
               {"left_out", left_out}});
  }
  return AsPage(
      spent ? 409 : 403,
      MessagePage(
          spent ? "This was sent already" : "That form is out of date",
          spent ? "What you decided then is recorded; nothing was sent twice."
          : elsewhere
              ? fmt::format("It was not sent from {}. Nothing was done.",
                            page_->origin)
              : "It belongs to no page that is open now. Nothing was done.",
          "Go back, load the page again, and send it from there.",
          FrameFor(visitor)));
}

absl::StatusOr<const v1::Digest*> Feed::DigestLately(const v1::Leader& leader) {
  const KeptDigests::Of of{leader.id(), mirror_->model().organisation_sha256,
                           mirror_->cursor().generation(),
                           mirror_->cursor().seq()};
  const absl::Duration now = clock_.Monotonic();
  if (const v1::Digest* kept = page_->digests.Find(of, now)) return kept;
  auto digest = DigestNow(leader, "");
  if (!digest.ok()) return digest.status();
  return &page_->digests.Keep(of, now, *std::move(digest));
}

http::Response Feed::NoSuchPage(const Visitor& visitor) {
  return AsPage(
      404, MessagePage("No such insight",
                       "There is no insight with this number in your scope.",
                       "It may have been merged, or belong to another part of "
                       "the organisation.",
                       FrameFor(visitor)));
}

http::Response Feed::ShowInsight(const Visitor& visitor, uint64_t number,
                                 unsigned status, InsightPage page) {
  const v1::Leader& leader = *visitor.leader;
  const absl::Time now = clock_.Wall();
  const auto seen = FindFor(leader, number, now);
  if (!seen) return NoSuchPage(visitor);
  const uint64_t id = seen->insight.id();
  if (id != number) return GoTo(fmt::format("/insights/{}", id));
  const auto digest = DigestLately(leader);
  if (!digest.ok()) return Broken(digest.status());
  const GroupRules rules = RulesOf(mirror_->model().organisation);
  v1::Digest& around = page.around;
  around.set_leader(leader.id());
  around.set_time_zone((*digest)->time_zone());
  *around.mutable_to() = contract::ToStamp(now);
  *around.add_sections()->add_items() =
      ItemInFull(*seen, rules, ZoneOf((*digest)->time_zone()));
  page.insight = &seen->insight;
  page.listed = WhereListed(**digest, id).value_or("");
  page.forms = FormsFor(seen->insight, VerbatimsInFull(*seen, rules), now);
  page.opened_by = os::ToHex(seen->insight.opened_by());
  AddPictures(leader, seen->insight, page);
  return AsPage(status,
                RenderInsight(page, FrameFor(visitor, Here::kInsights)));
}

// Of one's own scope alone: not of somebody for whom they stand in.
void Feed::AddPictures(const v1::Leader& leader, const v1::Insight& insight,
                       InsightPage& page) const {
  const absl::Time now = clock_.Wall();
  const LeaderView view(mirror_->model(), leader, now);
  std::deque<Facts> held;
  if (const auto glance = view.One(insight.id(), nullptr, held)) {
    page.daily = DailyOf(view, *glance, now);
    page.heat = HeatOf(view, *glance);
  }
  for (const v1::SuggestedInsight& other : insight.suggested()) {
    const auto seen = view.Find(other.insight());
    if (!seen || seen->insight.id() == insight.id()) continue;
    page.looks_like.push_back({seen->insight.id(),
                               TitleOf(*seen, view.rules().numbers),
                               other.why()});
  }
}

http::Response Feed::DecideByPage(const Visitor& visitor, uint64_t number,
                                  const Fields& fields) {
  InsightPage page;
  page.verb = http::FieldOf(fields, "verb");
  const auto done = page.verb == kAskVerb
                        ? AskByFields(*visitor.leader, number, fields)
                        : DecideByFields(*visitor.leader, number, fields);
  if (!done.ok()) {
    if (absl::IsNotFound(done.status()) &&
        !FindFor(*visitor.leader, number, clock_.Wall())) {
      return NoSuchPage(visitor);
    }
    page.error = os::StatusText(done.status()) + ". Nothing was recorded.";
    page.typed = fields;
    return ShowInsight(visitor, number, HttpStatusOf(done.status()),
                       std::move(page));
  }
  page_->forms.Spend(http::FieldOf(fields, "form"));
  return GoTo(
      fmt::format("/insights/{}?said={}", number,
                  page_->Tell(visitor.leader->id(), *done + ".", random_)));
}

absl::StatusOr<std::string> Feed::AskByFields(const v1::Leader& leader,
                                              uint64_t number,
                                              const Fields& fields) {
  auto question = QuestionFrom(fields);
  if (!question.ok()) return question.status();
  question->set_insight(number);
  return AskFrontLine(leader, question->SerializeAsString());
}

absl::StatusOr<std::string> Feed::DecideByFields(const v1::Leader& leader,
                                                 uint64_t number,
                                                 const Fields& fields) {
  auto decision = DecisionFrom(http::FieldOf(fields, "verb"), fields,
                               clock_.Wall(), ZoneOf(leader.time_zone()));
  if (!decision.ok()) return decision.status();
  const auto opened_by = os::FromHex(http::FieldOf(fields, "opened_by"));
  if (!opened_by.ok()) {
    return absl::InvalidArgumentError(
        "'opened_by' is what the insight's page or JSON says, or left out");
  }
  decision->set_insight(number);
  decision->set_opened_by(*opened_by);
  auto done = Decide(leader, *std::move(decision));
  if (done.ok()) ++page_->counts.decided;
  return done;
}

}  // namespace earshot::feed
