// How the leader's page is served: over which connections, and which proxies
// before it are believed.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "dashboard_feed/feed.h"

namespace earshot::feed {
namespace {

constexpr size_t kMostPages = 256;     // connections, ...
constexpr size_t kMostStreams = 1100;  // ... and these beside them
constexpr absl::Duration kCertificateLook = absl::Minutes(1);

// The one that the proxy itself has written; what stands before it anybody may
// have.
std::string LastHop(const std::string& forwarded_for) {
  const size_t comma = forwarded_for.rfind(',');
  return std::string(absl::StripAsciiWhitespace(
      forwarded_for.substr(comma == std::string::npos ? 0 : comma + 1)));
}

}  // namespace

absl::Status Feed::OpenHttp() {
  const v1::FeedConfig& config = settings_.config;
  os::RaiseDescriptorLimit();  // each connection is one
  http::ServerOptions options;
  options.listen = config.http_listen();
  options.most_connections = kMostPages + kMostStreams;
  options.certificate_file = config.http_certificate();
  options.private_key_file = config.http_private_key();
  options.sign_on_header = config.sign_on_header();
  if (page_->secure || !options.certificate_file.empty()) {
    options.headers.emplace_back("Strict-Transport-Security",
                                 "max-age=31536000");
  }
  auto server = http::Server::Start(std::move(options));
  if (!server.ok()) return server.status();
  http_ = *std::move(server);
  live_ = std::make_unique<Live>(mirror_->model(), kMostStreams);
  next_certificate_look_ = clock_.Monotonic() + kCertificateLook;
  return absl::OkStatus();
}

void Feed::RenewCertificate() {
  if (http_ == nullptr) return;
  next_certificate_look_ = clock_.Monotonic() + kCertificateLook;
  const auto renewed = http_->RenewCertificate();
  if (!renewed.ok()) {
    log_.Error("certificate_not_renewed",
               {{"why", os::StatusText(renewed.status())},
                {"next", "the one before is used until this is mended"}});
  } else if (*renewed) {
    log_.Info("certificate_renewed",
              {{"file", settings_.config.http_certificate()}});
  }
}

void Feed::BelieveProxy(http::Request& request) {
  const auto& trusted = settings_.config.trusted_proxy();
  const bool proxy =
      std::find(trusted.begin(), trusted.end(), request.peer) != trusted.end();
  if (proxy) {
    const auto hop = http::AddressIn(LastHop(request.forwarded_for));
    if (hop) request.peer = *hop;
    return;
  }
  if (request.signed_on_by == 0) return;
  // Whoever is no proxy says who they are by other means.
  request.signed_on_by = 0;
  request.signed_on.clear();
  ++page_->counts.sign_ons_refused;
  uint64_t left_out = 0;
  if (Limited("sign on", left_out)) return;
  log_.Warn("sign_on_refused", {{"address", request.peer},
                                {"why", "this address is no trusted_proxy"},
                                {"left_out", left_out}});
}

// A form of such a page brings back what only its own reader was given, as with
// any other session.
absl::StatusOr<Visitor> Feed::SignedOn(const http::Request& request) {
  Visitor visitor;
  if (request.signed_on_by == 1) {
    visitor.leader = mirror_->model().FindLeader(request.signed_on);
  }
  if (visitor.leader != nullptr) {
    visitor.session = absl::WebSafeBase64Escape(
        page_->sign_on_key.Sign("sign on", visitor.leader->id()));
    return visitor;
  }
  ++page_->counts.sign_ons_refused;
  NoteNotLetIn("", request.peer,
               "the proxy let somebody in whom the organisation file does not "
               "name");
  return visitor;
}

}  // namespace earshot::feed
