// Who is let in to the page: by a password and then a session, or by a token.
// What they may see and decide is asked where it is for every other door.
#include <fmt/format.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "base/http/cookies.h"
#include "base/os/status_text.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/sign_in/password.h"

namespace earshot::feed {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kIdBytes = 12;
constexpr char kWrong[] =
    "That id and password do not go together. Check both and try again.";

// Where somebody wanted to go before they were asked who they are: one of our
// pages, or nothing.
std::string Wanted(const http::Request& request) {
  const auto query = http::ParseForm(request.query);
  std::string path = query ? http::FieldOf(*query, "to") : std::string();
  const Route route = FindRoute(path).route;
  const bool page = route.reads && route.served != Served::kStyle &&
                    route.served != Served::kScript &&
                    path.compare(0, kApiPath.size(), kApiPath) != 0 &&
                    route.served != Served::kLink;
  return page ? path : std::string();
}

}  // namespace

PageDoor::PageDoor(std::unique_ptr<SignIns> opened,
                   const std::string& public_url, os::Random& random)
    : sign_ins(std::move(opened)),
      attempts(random.Bytes(kKeyBytes)),
      forms(random),
      origin(http::OriginOf(public_url)),
      base(http::PathOf(public_url)),
      secure(origin.rfind("https://", 0) == 0),
      session_cookie(secure ? "__Host-earshot" : "earshot"),
      form_cookie(session_cookie + "-form"),
      sign_on_key(random.Bytes(kKeyBytes)) {}

std::string PageDoor::Tell(const std::string& leader, const std::string& text,
                           os::Random& random) {
  if (told_.size() >= kMostTold) told_.pop_front();
  told_.push_back(
      {absl::WebSafeBase64Escape(random.Bytes(kIdBytes)), leader, text});
  return told_.back().id;
}

std::string PageDoor::Told(const std::string& leader,
                           const std::string& id) const {
  for (const Words& words : told_) {
    if (words.id == id && words.leader == leader) return words.text;
  }
  return {};
}

absl::Status Feed::OpenPage() {
  if (settings_.config.http_listen().empty()) return absl::OkStatus();
  auto sign_ins = SignIns::Open(settings_.InData("sign_in.db"));
  if (!sign_ins.ok()) return sign_ins.status();
  page_ = std::make_unique<PageDoor>(*std::move(sign_ins),
                                     settings_.config.public_url(), random_);
  return absl::OkStatus();
}

absl::StatusOr<Visitor> Feed::VisitorOf(const http::Request& request) {
  Visitor visitor;
  if (request.signed_on_by > 0) return SignedOn(request);
  const std::string token = http::BearerIn(request.authorization);
  const std::string secret =
      http::CookieIn(request.cookie, page_->session_cookie);
  const auto id = token.empty()
                      ? page_->sign_ins->LeaderOfSession(secret, clock_.Wall())
                      : page_->sign_ins->LeaderOfToken(token);
  if (!id.ok()) return id.status();
  if (!id->empty()) visitor.leader = mirror_->model().FindLeader(*id);
  if (visitor.leader != nullptr && token.empty()) visitor.session = secret;
  if (visitor.leader == nullptr && !token.empty()) {
    NoteNotLetIn("", request.peer, "no leader has this token");
  }
  return visitor;
}

void Feed::NoteNotLetIn(const std::string& leader, const std::string& address,
                        const char* why) {
  ++page_->counts.refused;
  uint64_t left_out = 0;
  if (Limited("sign in", left_out)) return;
  // What was typed as a name may be a password: only leaders are named.
  const bool known = mirror_->model().FindLeader(leader) != nullptr;
  log_.Warn("sign_in_refused", {{"leader", known ? leader : "unknown"},
                                {"address", address},
                                {"why", why},
                                {"left_out", left_out}});
}

http::Response Feed::AskToSignIn(const http::Request& request, unsigned status,
                                 const std::string& typed,
                                 const std::string& error) {
  Frame frame = FrameFor({});
  std::string secret = http::CookieIn(request.cookie, page_->form_cookie);
  const bool fresh = secret.size() != 4 * (kKeyBytes + 1) / 3;
  if (fresh) {
    secret = absl::WebSafeBase64Escape(random_.Bytes(kKeyBytes + 1));
  }
  frame.form_token = page_->forms.Make(secret);
  http::Response response =
      AsPage(status, SignInPage(Wanted(request), typed, error, frame));
  if (fresh) {
    response.headers.emplace_back(
        "Set-Cookie",
        http::CookieFor(page_->form_cookie, secret, page_->secure));
  }
  return response;
}

// Nothing: it is answered once the password was compared.
std::optional<http::Response> Feed::SignIn(const http::Request& request) {
  auto fields = http::ParseForm(request.body)
                    .value_or(std::map<std::string, std::string>());
  if (auto refused = RefuseForm(
          request, http::CookieIn(request.cookie, page_->form_cookie), fields,
          {})) {
    return refused;
  }
  PasswordWork::Job job;
  job.id = request.id;
  job.leader = http::FieldOf(fields, "leader");
  job.address = request.peer;
  job.password = http::FieldOf(fields, "password");
  Wipe(fields["password"]);
  if (job.password.size() > kLongestPassword) job.password.clear();
  const absl::Duration wait =
      page_->attempts.Begin(job.leader, job.address, clock_.Monotonic());
  if (wait > absl::ZeroDuration()) return LimitSignIn(request, job, wait);
  const auto hash = page_->sign_ins->PasswordOf(job.leader);
  if (!hash.ok()) return Broken(hash.status());
  // Whoever is no leader any more is nobody, after as much work.
  if (mirror_->model().FindLeader(job.leader) != nullptr) job.hash = *hash;
  if (!page_->passwords.Ask(job)) {
    page_->attempts.Forgive(job.leader, job.address);
    return LimitSignIn(request, job, absl::Seconds(1));
  }
  signing_in_.emplace(request.id, request);
  signing_in_.at(request.id).body.clear();
  return std::nullopt;
}

http::Response Feed::LimitSignIn(const http::Request& request,
                                 PasswordWork::Job& job, absl::Duration wait) {
  Wipe(job.password);
  ++page_->counts.limited;
  NoteNotLetIn(job.leader, job.address, "too many tries");
  const int64_t seconds = absl::ToInt64Seconds(wait) + 1;
  http::Response response = AskToSignIn(
      request, 429, job.leader,
      wait > absl::Minutes(1)
          ? fmt::format("Too many tries. Try again in {} minutes, or set a new "
                        "password on the machine of the feed.",
                        (seconds + 59) / 60)
          : "Many sign in at this moment. Try again in a few seconds.");
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

void Feed::FinishSignIns() {
  while (const auto done = page_->passwords.Take()) {
    const auto request = signing_in_.extract(done->job.id);
    if (request.empty()) continue;
    http_->Answer(done->job.id, AfterPassword(request.mapped(), *done));
  }
}

http::Response Feed::AfterPassword(const http::Request& request,
                                   const PasswordWork::Done& done) {
  const std::string& leader = done.job.leader;
  const auto hash = page_->sign_ins->PasswordOf(leader);
  if (!hash.ok()) return Broken(hash.status());
  // It may have been changed, or the leader have left, in the meantime.
  if (!done.fits || *hash != done.job.hash ||
      mirror_->model().FindLeader(leader) == nullptr) {
    NoteNotLetIn(leader, done.job.address, "wrong password");
    return AskToSignIn(request, 403, leader, kWrong);
  }
  page_->attempts.Forgive(leader, done.job.address);
  const std::string before =
      http::CookieIn(request.cookie, page_->session_cookie);
  if (!before.empty()) {
    const absl::Status ended = page_->sign_ins->EndSession(before);
    if (!ended.ok()) return Broken(ended);
  }
  const auto secret =
      page_->sign_ins->BeginSession(leader, random_, clock_.Wall());
  if (!secret.ok()) return Broken(secret.status());
  ++page_->counts.signed_in;
  CheckListeners(leader);  // the oldest session may have made room
  log_.Info("signed_in", {{"leader", leader}, {"address", done.job.address}});
  const std::string wanted = Wanted(request);
  http::Response response = GoTo(wanted.empty() ? "/" : wanted);
  response.headers.emplace_back(
      "Set-Cookie",
      http::CookieFor(page_->session_cookie, *secret, page_->secure));
  return response;
}

http::Response Feed::SignOut(const Visitor& visitor) {
  const absl::Status ended = page_->sign_ins->EndSession(visitor.session);
  if (!ended.ok()) return Broken(ended);
  log_.Info("signed_out", {{"leader", visitor.leader->id()}});
  CheckListeners(visitor.leader->id());
  http::Response response = GoTo("/sign-in");
  response.headers.emplace_back(
      "Set-Cookie", http::CookieFor(page_->session_cookie, "", page_->secure));
  return response;
}

absl::StatusOr<std::string> Feed::ControlSignIn(
    const v1::Leader& leader, const v1::ControlRequest& control) {
  if (page_ == nullptr) {
    return absl::FailedPreconditionError(
        "this feed serves no page; give it http_listen and public_url, and "
        "restart it");
  }
  const std::string& command = control.command();
  const std::string argument =
      control.arguments_size() > 1 ? control.arguments(1) : "";
  SignIns& sign_ins = *page_->sign_ins;
  if (command == "password") {
    if (!IsPasswordHash(argument)) {
      return absl::InvalidArgumentError(
          "that is no password of this release; use its 'earshot-feed "
          "password'");
    }
    absl::Status status =
        sign_ins.SetPassword(leader.id(), argument, clock_.Wall());
    if (!status.ok()) return status;
    log_.Info("password_changed", {{"leader", leader.id()}});
    CheckListeners(leader.id());
    return fmt::format(
        "{} has a new password; all sessions are signed out. Sign in at "
        "{}{}/sign-in",
        leader.id(), page_->origin, page_->base);
  }
  if (command == "sign-out") {
    const auto ended = sign_ins.EndSessions(leader.id());
    if (!ended.ok()) return ended.status();
    log_.Info("signed_out", {{"leader", leader.id()}, {"sessions", *ended}});
    CheckListeners(leader.id());
    return fmt::format("{} {} signed out", *ended,
                       *ended == 1 ? "session is" : "sessions are");
  }
  if (argument == "revoke") {
    const auto gone = sign_ins.RevokeTokens(leader.id());
    if (!gone.ok()) return gone.status();
    log_.Info("tokens_revoked", {{"leader", leader.id()}, {"tokens", *gone}});
    CheckListeners(leader.id());
    return fmt::format("{} {} good no more", *gone,
                       *gone == 1 ? "token is" : "tokens are");
  }
  auto token = sign_ins.MakeToken(leader.id(), random_, clock_.Wall());
  if (token.ok()) log_.Info("token_made", {{"leader", leader.id()}});
  return token;
}

}  // namespace earshot::feed
