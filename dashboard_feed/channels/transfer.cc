#include "dashboard_feed/channels/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "dashboard_feed/channels/outcome.h"

namespace earshot::feed {
namespace {

constexpr size_t kKeptReplyBytes = 1024;
constexpr char kAgent[] = "earshot-feed/" EARSHOT_VERSION;

// What libcurl could not do at all, for a log: nothing of the address.
std::string ReasonOf(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "name not found";
    case CURLE_COULDNT_CONNECT:
      return "no connection";
    case CURLE_OPERATION_TIMEDOUT:
      return "timed out";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return "tls failed";
    case CURLE_USE_SSL_FAILED:
      return "no starttls";
    case CURLE_LOGIN_DENIED:
      return "sign-in refused";
    default:
      return "connection lost";
  }
}

}  // namespace

Transfer::Transfer(Parcel parcel)
    : parcel_(std::move(parcel)), easy_(curl_easy_init()) {
  PrepareEither();
  std::visit([this](const auto& content) { Prepare(content); },
             parcel_.content);
}

void Transfer::PrepareEither() {
  CURL* easy = easy_.get();
  const int64_t limit =
      std::max<int64_t>(absl::ToInt64Milliseconds(parcel_.limit), int64_t{1});
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(limit));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limit));
  // Also how long a good-bye may take; rounded up to seconds.
  curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   static_cast<long>((limit + 999) / 1000));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_PROXY, parcel_.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                   static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!parcel_.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, parcel_.ca_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
}

void Transfer::Prepare(const HttpPost& post) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_URL, post.url.c_str());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, kAgent);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(post.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post.body.c_str());
  curl_slist* list = nullptr;
  for (const std::string& header : post.headers) {
    list = curl_slist_append(list, header.c_str());
  }
  list = curl_slist_append(list, "Expect:");
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

void Transfer::AddPart(curl_mime* parent, const std::string& text,
                       const char* type) {
  curl_mimepart* part = curl_mime_addpart(parent);
  curl_mime_data(part, text.data(), text.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "quoted-printable");
}

void Transfer::Prepare(const Mail& mail) {
  CURL* easy = easy_.get();
  const bool tls = mail.security == Mail::Security::kTls;
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  const std::string url =
      fmt::format("{}://{}", tls ? "smtps" : "smtp", mail.server);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_USE_SSL,
                   static_cast<long>(mail.security == Mail::Security::kCleartext
                                         ? CURLUSESSL_NONE
                                         : CURLUSESSL_ALL));
  if (!mail.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, mail.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, mail.password.c_str());
  }
  const std::string sender = fmt::format("<{}>", mail.sender);
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, sender.c_str());
  const std::string recipient = fmt::format("<{}>", mail.recipient);
  recipients_.reset(curl_slist_append(nullptr, recipient.c_str()));
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients_.get());
  curl_slist* list = nullptr;
  for (const std::string& header : mail.headers) {
    list = curl_slist_append(list, header.c_str());
  }
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  // The last part is the one that readers prefer.
  mime_.reset(curl_mime_init(easy));
  curl_mimepart* both = curl_mime_addpart(mime_.get());
  curl_mime* alternatives = curl_mime_init(easy);
  if (!mail.text.empty()) {
    AddPart(alternatives, mail.text, "text/plain; charset=utf-8");
  }
  if (!mail.html.empty()) {
    AddPart(alternatives, mail.html, "text/html; charset=utf-8");
  }
  curl_mime_subparts(both, alternatives);
  curl_mime_type(both, "multipart/alternative");
  curl_easy_setopt(easy, CURLOPT_MIMEPOST, mime_.get());
}

// Not for this one: no URL, so the attempt is refused.
void Transfer::Prepare(const JsonLine& /*line*/) {}

size_t Transfer::OnBody(char* bytes, size_t size, size_t count, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  const size_t total = size * count;
  transfer.reply_bytes_ += total;
  if (transfer.reply_bytes_ > kMostReplyBytes) return 0;  // ends it
  const size_t room =
      kKeptReplyBytes - std::min(kKeptReplyBytes, transfer.reply_.size());
  transfer.reply_.append(bytes, std::min(total, room));
  return total;
}

size_t Transfer::OnHeader(char* bytes, size_t size, size_t count, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  const size_t total = size * count;
  // A mail server's lines come here; the last one is what it thinks.
  if (std::holds_alternative<Mail>(transfer.parcel_.content)) {
    transfer.reply_.assign(bytes, std::min(total, kKeptReplyBytes));
  }
  return total;
}

Attempt Transfer::Judge(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (std::holds_alternative<HttpPost>(parcel_.content)) {
    // Once there is a status, the rest of the answer changes nothing.
    if (status >= 200) {
      HttpAnswer answer;
      answer.status = static_cast<int>(status);
      answer.body = reply_;
      char* location = nullptr;
      curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
      if (location != nullptr) answer.location = location;
      curl_off_t wait = 0;
      curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait);
      if (wait > 0) answer.retry_after = absl::Seconds(int64_t{wait});
      return OfHttp(answer);
    }
  } else if (code == CURLE_OK || status >= 400) {
    return OfSmtp(code == CURLE_OK ? 250 : static_cast<int>(status), reply_);
  }
  Attempt attempt;
  attempt.reason = ReasonOf(code);
  attempt.detail = OneLine(
      error_[0] != '\0' ? error_ : curl_easy_strerror(code), kKeptReplyBytes);
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    attempt.result = Attempt::Result::kRefused;
    attempt.reason = "the address cannot be used";
  }
  return attempt;
}

Carried Transfer::Finish(CURLcode code) {
  return {parcel_.delivery, parcel_.channel, Judge(code)};
}

}  // namespace earshot::feed
