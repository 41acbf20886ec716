#include "dashboard_feed/channels/outcome.h"

#include <fmt/format.h>

namespace earshot::feed {
namespace {

constexpr size_t kShownBytes = 300;

bool MayGoBetter(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

}  // namespace

std::string OneLine(std::string_view text, size_t most) {
  std::string line;
  for (const char c : text) {
    if (line.size() >= most) break;
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

Attempt OfHttp(const HttpAnswer& answer) {
  Attempt attempt;
  attempt.reason = fmt::format("http {}", answer.status);
  attempt.detail = OneLine(answer.body, kShownBytes);
  if (answer.status >= 200 && answer.status < 300) {
    attempt.result = Attempt::Result::kDelivered;
    return attempt;
  }
  if (MayGoBetter(answer.status)) {
    attempt.result = Attempt::Result::kTryAgain;
    attempt.wait = answer.retry_after;
    return attempt;
  }
  attempt.result = Attempt::Result::kRefused;
  if (answer.status >= 300 && answer.status < 400) {
    const std::string where = OneLine(answer.location, kShownBytes);
    attempt.reason += ", a redirect";
    attempt.detail =
        where.empty()
            ? "the receiver answers with a redirect to nowhere; set the "
              "channel's url to its new address"
            : fmt::format(
                  "the receiver has moved to {} ; if it is still "
                  "yours, set the channel's url to that, and retry",
                  where);
  } else if (answer.status == 401 || answer.status == 403) {
    attempt.detail = fmt::format(
        "the receiver lets nobody in with this url and key; check "
        "hmac_key_file and url{}{}",
        attempt.detail.empty() ? "" : ". It says: ", attempt.detail);
  }
  return attempt;
}

Attempt OfSmtp(int code, std::string_view reply) {
  Attempt attempt;
  attempt.reason =
      code == 0 ? "smtp connection lost" : fmt::format("smtp {}", code);
  attempt.detail = OneLine(reply, kShownBytes);
  if (code >= 500) {
    attempt.result = Attempt::Result::kRefused;
  } else if (code >= 200 && code < 300) {
    attempt.result = Attempt::Result::kDelivered;
  }
  return attempt;
}

}  // namespace earshot::feed
