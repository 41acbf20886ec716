// The page's door: who may come in, which page it is, and what is around it.
#include "agents/agent_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/http/cookies.h"
#include "base/os/bytes.h"
#include "base/os/status_text.h"
#include "proto/contract/ids.h"

namespace earshot::agents {
namespace {

constexpr char kSessionCookie[] = "earshot_page";
constexpr char kLanguageCookie[] = "earshot_language";
constexpr char kPairPath[] = "/pair/";
constexpr size_t kSessionBytes = 16;
constexpr absl::Duration kLanguageKept = absl::Hours(24 * 365);

// `same-origin`, so that a form says where it comes from.
constexpr std::pair<const char*, const char*> kPageHeaders[]{
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; "
     "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
     "base-uri 'none'"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"}};

http::Response AsFile(const char* type, std::string_view body) {
  http::Response response = http::KeptForever(type, body);
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  return response;
}

http::Response Plain(unsigned status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

bool IsSession(const std::string& cookie) {
  return cookie.size() == 2 * kSessionBytes && os::FromHex(cookie).ok();
}

}  // namespace

absl::StatusOr<std::unique_ptr<AgentPage>> AgentPage::Start(
    const std::string& listen, const Parts& parts) {
  std::unique_ptr<AgentPage> page(new AgentPage(parts));
  http::ServerOptions options;
  options.listen = listen;
  options.most_connections = kMostConnections;
  if (parts.for_phones) {
    options.certificate_file = parts.phones->certificate_file();
    options.private_key_file = parts.phones->private_key_file();
  }
  auto server = http::Server::Start(std::move(options));
  if (!server.ok()) {
    return absl::Status(
        server.status().code(),
        fmt::format("{}: {}", parts.for_phones ? "phone_page" : "page_listen",
                    os::StatusText(server.status())));
  }
  page->server_ = *std::move(server);
  return page;
}

bool AgentPage::Serve(bool connected) {
  connected_ = connected;
  int served = 0;
  for (; served < kMostATurn; ++served) {
    const auto request = server_->Take();
    if (!request) break;
    server_->Answer(request->id, Answer(*request));
  }
  return served > 0;
}

bool AgentPage::IsOurs(const http::Request& request) const {
  return for_phones_ ? IsPhonesHost(request.host, phones_->origin(), port())
                     : IsOurHost(request.host, port());
}

std::string AgentPage::CookieFor(const char* name, const std::string& value,
                                 absl::Duration kept) const {
  return http::CookieFor(name, value, for_phones_, kept);
}

void AgentPage::NoteRefused(const char* event) {
  ++refused_;
  const auto left_out = warnings_.Pass(event, clock_.Monotonic());
  if (left_out) {
    log_.Warn(event, {{"refused", refused_}, {"left_out", *left_out}});
  }
}

http::Response AgentPage::Answer(const http::Request& request) {
  // A name that was made to lead here is no name of ours (DNS rebinding).
  if (!IsOurs(request)) {
    NoteRefused("host_refused");
    return Plain(
        403,
        fmt::format("this page is served at {}/ alone; open it "
                    "there\n",
                    for_phones_ ? phones_->origin()
                                : fmt::format("http://127.0.0.1:{}", port())));
  }
  const Found found = FindRoute(request.path);
  if (found.route.served == Served::kStyle) {
    return AsFile("text/css; charset=utf-8", StyleSheet());
  }
  if (found.route.served == Served::kScript) {
    return AsFile("text/javascript; charset=utf-8", Script());
  }
  Visit visit{request, found.route.served, found.rest, "", false, "", {}, {}};
  if (for_phones_) {
    visit.phone = http::CookieIn(request.cookie, kPhoneCookie);
    if (!phones_->phones().Paired(visit.phone)) visit.phone.clear();
  }
  visit.session = http::CookieIn(request.cookie, kSessionCookie);
  if (!IsSession(visit.session)) {
    visit.session = os::ToHex(random_.Bytes(kSessionBytes));
    visit.fresh = true;
  }
  const bool writes = request.method == "POST";
  visit.fields =
      http::ParseForm(writes ? request.body : request.query).value_or(Fields());
  visit.frame = FrameFor(visit);
  return AnswerPage(visit, found.route);
}

http::Response AgentPage::AnswerPage(Visit& visit, const Route& route) {
  const bool about_phones =
      visit.served == Served::kPhone || visit.served == Served::kPhoneShow ||
      visit.served == Served::kPhoneHide ||
      visit.served == Served::kPhoneUnpair || visit.served == Served::kPair;
  if (visit.served == Served::kNowhere ||
      (about_phones && phones_ == nullptr) ||
      (visit.served == Served::kPair && !for_phones_)) {
    return Message(404, "nowhere", "", "", visit);
  }
  const bool writes = visit.request.method == "POST";
  if (writes ? !route.writes : !route.reads) {
    http::Response response = Message(405, "did_not_work", "", "", visit);
    response.headers.emplace_back("Allow",
                                  http::AllowedAt(route.reads, route.writes));
    return response;
  }
  if (for_phones_ && visit.phone.empty() && visit.served != Served::kPair &&
      visit.served != Served::kLanguage) {
    return NotPaired(visit);
  }
  return writes ? Write(visit) : Read(visit);
}

Frame AgentPage::FrameFor(const Visit& visit) {
  Frame frame;
  frame.language =
      ChooseLanguage(http::CookieIn(visit.request.cookie, kLanguageCookie),
                     visit.request.accept_language);
  frame.site = station_.Site();
  if (frame.site == contract::kUnassignedSite) frame.site.clear();
  frame.connected = connected_;
  frame.waiting = station_.Waiting();
  frame.form_token = forms_.Make(visit.session);
  const bool inbox = visit.served != Served::kReport &&
                     visit.served != Served::kMeToo &&
                     visit.served != Served::kDone;
  const bool phone =
      visit.served == Served::kPhone || visit.served == Served::kPair;
  frame.here = phone ? "/phone" : inbox ? "/inbox" : "/";
  const bool stranger = for_phones_ && visit.phone.empty();
  const bool may_pair = stranger && visit.served == Served::kPair &&
                        phones_->phones().IsCode(visit.rest);
  if (may_pair) frame.here = kPairPath + visit.rest;
  // Whoever is not let in learns neither where this is nor what waits.
  if (stranger) {
    frame.connected = true;
    frame.waiting = 0;
    if (!may_pair) frame.site.clear();
  }
  frame.zone = station_.settings().shifts.zone();
  if (phones_ != nullptr) {
    frame.phones = !for_phones_          ? Frame::Phones::kAtMachine
                   : visit.phone.empty() ? Frame::Phones::kStranger
                                         : Frame::Phones::kPaired;
  }
  return frame;
}

http::Response AgentPage::AsPage(unsigned status, std::string page,
                                 const Visit& visit) const {
  http::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(page);
  for (const auto& header : kPageHeaders) {
    response.headers.emplace_back(header.first, header.second);
  }
  if (visit.fresh) {
    response.headers.emplace_back("Set-Cookie",
                                  CookieFor(kSessionCookie, visit.session));
  }
  return response;
}

http::Response AgentPage::GoTo(const std::string& path,
                               const Visit& visit) const {
  http::Response response = AsPage(303, "", visit);
  response.headers.emplace_back("Location", path);
  return response;
}

http::Response AgentPage::Message(unsigned status, const char* heading,
                                  const std::string& error, const char* next,
                                  const Visit& visit) {
  return AsPage(status,
                MessagePage(Say(visit, heading), error,
                            *next == '\0' ? "" : Say(visit, next), visit.frame),
                visit);
}

http::Response AgentPage::ChangeLanguage(Visit& visit) {
  const std::string to = http::FieldOf(visit.fields, "to");
  const std::string from = http::FieldOf(visit.fields, "from");
  const bool known_page =
      from == "/inbox" || from == "/phone" ||
      (for_phones_ && from.rfind(kPairPath, 0) == 0 &&
       phones_->phones().IsCode(from.substr(sizeof(kPairPath) - 1)));
  http::Response response = GoTo(known_page ? from : "/", visit);
  const auto known =
      std::find_if(kLanguages.begin(), kLanguages.end(),
                   [&](const LanguageName& one) { return one.tag == to; });
  if (known != kLanguages.end()) {
    response.headers.emplace_back(
        "Set-Cookie", CookieFor(kLanguageCookie, to, kLanguageKept));
  }
  return response;
}

http::Response AgentPage::Read(Visit& visit) {
  switch (visit.served) {
    case Served::kReport:
      return ShowReport(200, {}, visit);
    case Served::kInbox: {
      InboxView view;
      const std::string said = http::FieldOf(visit.fields, "said");
      for (const char* key : {"remembered", "forgotten"}) {
        if (said == key) view.message = Say(visit, key);
      }
      return ShowInbox(200, std::move(view), visit);
    }
    case Served::kStatus: {
      http::Response response = Plain(200, StatusJson(visit.frame));
      response.content_type = "application/json";
      return response;
    }
    case Served::kDone:
      return ShowDone(visit);
    case Served::kLanguage:
      return ChangeLanguage(visit);
    case Served::kPhone:
      return ShowPhone({}, visit);
    case Served::kPair:
      return Pair(visit);
    case Served::kMine: {
      const std::vector<std::string> mine =
          ReceiptsIn(http::CookieIn(visit.request.cookie, kReceiptsCookie));
      for (size_t i = 0; i < mine.size(); ++i) {
        if (visit.rest != std::to_string(i + 1)) continue;
        OpenedView view;
        view.receipt = mine[i];
        return Open(200, std::move(view), visit);
      }
      return GoTo("/inbox", visit);
    }
    default:
      return Message(404, "nowhere", "", "", visit);
  }
}

// Nothing is done for a form that no page of ours made for this browser.
http::Response AgentPage::Write(Visit& visit) {
  const std::string token = http::FieldOf(visit.fields, "form");
  const auto verdict = visit.fresh ? http::FormTokens::Verdict::kForged
                                   : forms_.Look(visit.session, token);
  if (verdict == http::FormTokens::Verdict::kForged ||
      !IsOurOrigin(visit.request.origin, for_phones_ ? "https://" : "http://",
                   visit.request.host)) {
    NoteRefused("form_refused");
    return Message(403, "form_old", "", "form_old_next", visit);
  }
  const absl::Duration now = clock_.Monotonic();
  if (visit.served == Served::kPreview) {
    return previews_.Allow(now) ? Preview(visit) : Plain(429, "later\n");
  }
  if (verdict == http::FormTokens::Verdict::kSpent) {
    if (done_.Find(token, visit.session, now) != nullptr) {
      return GoTo("/done/" + token, visit);
    }
    return visit.served == Served::kOpen
               ? Message(410, "not_shown", "", "", visit)
               : Message(409, "sent_before", "", "sent_before_next", visit);
  }
  // Or strangers could use up what those who have the code need.
  if (visit.served == Served::kPair && !phones_->phones().IsCode(visit.rest)) {
    return Pair(visit);
  }
  if (!MayWrite(visit)) return TooFast(visit);
  return Act(visit);
}

bool AgentPage::MayWrite(const Visit& visit) {
  return visit.phone.empty() ? writes_.Allow(clock_.Monotonic())
                             : phones_->phones().AllowWrite(visit.phone);
}

http::Response AgentPage::Act(Visit& visit) {
  switch (visit.served) {
    case Served::kReport:
      return Report(visit);
    case Served::kMeToo:
      return MeToo(visit);
    case Served::kOpen: {
      OpenedView view;
      view.receipt = http::FieldOf(visit.fields, "receipt");
      return Open(200, std::move(view), visit);
    }
    case Served::kForget:
      done_.Forget(http::FieldOf(visit.fields, "done"), visit.session);
      return GoTo("/", visit);
    case Served::kRemember:
      return Remember(visit);
    case Served::kForgetMine: {
      http::Response response = GoTo("/inbox?said=forgotten", visit);
      response.headers.emplace_back("Set-Cookie",
                                    CookieFor(kReceiptsCookie, ""));
      return response;
    }
    case Served::kPhoneShow:
    case Served::kPhoneHide:
    case Served::kPhoneUnpair:
      return ActOnPhones(visit);
    case Served::kPair:
      return Pair(visit);
    default:
      return About(visit);
  }
}

http::Response AgentPage::Remember(Visit& visit) {
  const std::string token = http::FieldOf(visit.fields, "done");
  const Done* done = done_.Find(token, visit.session, clock_.Monotonic());
  if (done == nullptr || !done->named || done->receipt.empty()) {
    return Message(410, "not_shown", "", "not_shown_next", visit);
  }
  std::vector<std::string> mine{done->receipt};
  for (std::string& other :
       ReceiptsIn(http::CookieIn(visit.request.cookie, kReceiptsCookie))) {
    if (other != done->receipt) mine.push_back(std::move(other));
  }
  done_.Forget(token, visit.session);
  http::Response response = GoTo("/inbox?said=remembered", visit);
  constexpr absl::Duration kReceiptsKept = absl::Hours(24 * 90);
  response.headers.emplace_back(
      "Set-Cookie", CookieFor(kReceiptsCookie, CookieOf(mine), kReceiptsKept));
  return response;
}

}  // namespace earshot::agents
