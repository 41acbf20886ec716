#include "dashboard_feed/channels/mail_headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "base/os/bytes.h"
#include "base/os/sha256.h"

namespace earshot::feed {
namespace {

constexpr size_t kPlainBytes = 60;
constexpr size_t kWordBytes = 42;  // 56 of base64: a word of 75 at most
constexpr size_t kMostValueBytes = 400;
constexpr size_t kIdCharacters = 32;

bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string IdOf(std::string_view what, std::string_view of,
                 const std::string& domain) {
  return fmt::format("<{}@{}>",
                     os::ToHex(os::Sha256(what, of)).substr(0, kIdCharacters),
                     domain);
}

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                       c == '.';
    out += plain ? std::string(1, c)
                 : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::string EncodeHeader(std::string_view utf8) {
  std::string value;
  bool plain = utf8.size() <= kPlainBytes;
  for (const char c : utf8.substr(0, kMostValueBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    value += byte < 0x20 || byte == 0x7F ? ' ' : c;
    plain = plain && byte < 0x80;
  }
  while (utf8.size() > value.size() && !value.empty() &&
         Continues(utf8[value.size()])) {
    value.pop_back();
  }
  if (plain && value.find("=?") == std::string::npos) return value;
  std::string out;
  std::string_view rest = value;
  while (!rest.empty()) {
    size_t end = std::min(kWordBytes, rest.size());
    while (end > 0 && end < rest.size() && Continues(rest[end])) --end;
    if (end == 0) end = std::min(kWordBytes, rest.size());
    std::string word;
    absl::Base64Escape(std::string(rest.substr(0, end)), &word);
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("=?UTF-8?B?{}?=", word);
    rest.remove_prefix(end);
  }
  return out;
}

std::vector<std::string> MailHeaders(const MailSubject& mail) {
  const std::string& domain = mail.from.domain;
  std::string from = fmt::format("<{}>", mail.from.address);
  if (!mail.from.name.empty()) {
    std::string name = EncodeHeader(mail.from.name);
    if (name == mail.from.name) {
      std::string quoted;
      for (const char c : name) {
        if (c == '"' || c == '\\') continue;
        quoted += c;
      }
      name = fmt::format("\"{}\"", quoted);
    }
    from = name + " " + from;
  }
  const std::string thread =
      IdOf("thread:",
           fmt::format("{}:{}:{}", mail.subscription, mail.recipient,
                       mail.period.substr(0, 7)),
           domain);
  const std::string unsubscribe =
      mail.unsubscribe.empty()
          ? fmt::format("mailto:{}?subject=unsubscribe%20{}", mail.from.address,
                        PercentEncoded(mail.subscription))
          : mail.unsubscribe;
  return {
      "From: " + from,
      fmt::format("To: <{}>", mail.recipient),
      "Subject: " + EncodeHeader(mail.subject),
      "Date: " + absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", mail.written,
                                  absl::UTCTimeZone()),
      "Message-ID: " + IdOf("mail:", mail.idempotency_key, domain),
      "In-Reply-To: " + thread,
      "References: " + thread,
      fmt::format("List-Unsubscribe: <{}>", unsubscribe),
      "Auto-Submitted: auto-generated",
      "X-Auto-Response-Suppress: All",
  };
}

}  // namespace earshot::feed
