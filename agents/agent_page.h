#ifndef EARSHOT_AGENTS_AGENT_PAGE_H_
#define EARSHOT_AGENTS_AGENT_PAGE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agents/page/done.h"
#include "agents/page/forms.h"
#include "agents/page/page.h"
#include "agents/page/routes.h"
#include "agents/phones/pace.h"
#include "agents/site_phones.h"
#include "agents/station.h"
#include "base/http/form_tokens.h"
#include "base/http/http_server.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/telemetry/log.h"
#include "base/telemetry/log_limiter.h"

namespace earshot::agents {

// The page for the people of a site, on this machine alone; or the same page
// for the phones that are paired with it. Whoever is at it is nobody's user:
// what they report carries the name that they give or none, and what is theirs
// opens by its receipt. What it does goes through the station, as what commands
// do. On the agent's thread, and the server's own.
//
// Bounds: those of the server with kMostConnections; kWritesAMinute forms (of
// phones each has its own, and those that pair have these), and
// kPreviewsAMinute previews; of what was done the last DoneLately::kMost.
class AgentPage {
 public:
  static constexpr size_t kMostConnections = 32;
  static constexpr int kMostATurn = 16;
  static constexpr int kWritesAMinute = 20;
  static constexpr char kReceiptsCookie[] = "earshot_receipts";
  static constexpr char kPhoneCookie[] = "earshot_phone";
  static constexpr int kPreviewsAMinute = 240;
  static constexpr uint32_t kWarningsAMinute = 6;  // in the log

  struct Parts {  // borrowed; outlive the page
    Station& station;
    const os::Clock& clock;
    os::Random& random;
    telemetry::Log& log;
    SitePhones* phones = nullptr;  // null: none may open the page
    bool for_phones = false;       // this is the one that they open
  };
  // `listen`: host:port, checked by the settings.
  static absl::StatusOr<std::unique_ptr<AgentPage>> Start(
      const std::string& listen, const Parts& parts);

  // Readable when there is something to serve.
  int fd() const { return server_->fd(); }
  int port() const { return server_->port(); }
  // Answers those that wait, at most kMostATurn; whether any did. `connected`:
  // with the router.
  bool Serve(bool connected);
  // Null: none may open the page.
  void UsePhones(SitePhones* phones) { phones_ = phones; }
  // A certificate that was renewed on disk serves from then on.
  absl::Status RenewCertificate() {
    return server_->RenewCertificate().status();
  }

 private:
  // One request, and who sent it as far as that is known.
  struct Visit {
    const http::Request& request;
    Served served = Served::kNowhere;
    std::string rest;     // of the path
    std::string session;  // the secret in the browser's cookie
    bool fresh = false;   // it is given one with this answer
    std::string phone;    // the secret of a phone that is paired, or empty
    Fields fields;        // of the form, or of the query
    Frame frame;
  };

  explicit AgentPage(const Parts& parts)
      : station_(parts.station),
        clock_(parts.clock),
        random_(parts.random),
        log_(parts.log),
        phones_(parts.phones),
        for_phones_(parts.for_phones),
        forms_(parts.random) {}

  http::Response Answer(const http::Request& request);
  http::Response AnswerPage(Visit& visit, const Route& route);
  http::Response Read(Visit& visit);
  http::Response Write(Visit& visit);
  http::Response Act(Visit& visit);
  Frame FrameFor(const Visit& visit);
  http::Response AsPage(unsigned status, std::string page,
                        const Visit& visit) const;
  http::Response GoTo(const std::string& path, const Visit& visit) const;
  http::Response Message(unsigned status, const char* heading,
                         const std::string& error, const char* next,
                         const Visit& visit);
  http::Response ChangeLanguage(Visit& visit);

  std::string CookieFor(const char* name, const std::string& value,
                        absl::Duration kept = absl::ZeroDuration()) const;
  bool IsOurs(const http::Request& request) const;
  bool MayWrite(const Visit& visit);
  // One more that was refused, which the log tells now and then.
  void NoteRefused(const char* event);

  // agent_page_phones.cc.
  http::Response ShowPhone(PhoneView view, const Visit& visit);
  http::Response ActOnPhones(Visit& visit);
  http::Response Pair(Visit& visit);
  http::Response NotPaired(Visit& visit);

  // agent_page_acts.cc.
  http::Response Report(Visit& visit);
  http::Response MeToo(Visit& visit);
  http::Response Preview(Visit& visit);
  http::Response TooFast(Visit& visit);
  http::Response ShowReport(unsigned status, ReportView view,
                            const Visit& visit);
  http::Response ShowInbox(unsigned status, InboxView view, const Visit& visit);
  http::Response Open(unsigned status, OpenedView view, const Visit& visit);
  http::Response ShowDone(Visit& visit);
  http::Response Remember(Visit& visit);
  http::Response About(Visit& visit);
  http::Response AboutFailed(const v1::ControlResponse& failed, Visit& visit);
  http::Response Did(Done done, Visit& visit);
  std::string Say(const Visit& visit, const char* key,
                  const std::vector<std::string>& values = {}) const;
  std::string WhyNot(const v1::ControlResponse& failed,
                     const Visit& visit) const;
  v1::ControlResponse Ask(v1::ControlRequest request, const Visit& visit);
  nlohmann::json AskJson(const v1::ControlRequest& request, const Visit& visit);
  nlohmann::json KnownIssues(const Visit& visit);

  Station& station_;
  const os::Clock& clock_;
  os::Random& random_;
  telemetry::Log& log_;
  SitePhones* phones_;
  const bool for_phones_;
  std::unique_ptr<http::Server> server_;
  http::FormTokens forms_;
  DoneLately done_;
  Pace writes_{kWritesAMinute};
  Pace previews_{kPreviewsAMinute};
  telemetry::LogLimiter warnings_{kWarningsAMinute, absl::Minutes(1)};
  bool connected_ = false;
  uint64_t refused_ = 0;  // from elsewhere, or forged; since the start
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_AGENT_PAGE_H_
