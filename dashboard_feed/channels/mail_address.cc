#include "dashboard_feed/channels/mail_address.h"

#include <fmt/format.h>

namespace earshot::feed {
namespace {

constexpr size_t kMostAddressBytes = 254;

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool IsAtomText(char c) {
  constexpr std::string_view kSpecial = "()<>[]:;@\\,\"";
  return c > ' ' && c < 0x7F && kSpecial.find(c) == std::string_view::npos;
}

bool IsHostText(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '-';
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

bool IsMailAddress(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() ||
      text.size() > kMostAddressBytes) {
    return false;
  }
  for (const char c : text.substr(0, at)) {
    if (!IsAtomText(c)) return false;
  }
  for (const char c : text.substr(at + 1)) {
    if (!IsHostText(c)) return false;
  }
  return true;
}

std::optional<Mailbox> ParseMailbox(std::string_view text) {
  for (const char c : text) {
    if (IsControl(c)) return std::nullopt;
  }
  Mailbox mailbox;
  text = Trimmed(text);
  const size_t open = text.find('<');
  if (open == std::string_view::npos) {
    mailbox.address = text;
  } else {
    if (text.back() != '>') return std::nullopt;
    mailbox.name = Trimmed(text.substr(0, open));
    mailbox.address = text.substr(open + 1, text.size() - open - 2);
  }
  if (!IsMailAddress(mailbox.address)) return std::nullopt;
  mailbox.domain = mailbox.address.substr(mailbox.address.rfind('@') + 1);
  return mailbox;
}

std::optional<std::string> SmtpServer(const v1::SmtpChannel& smtp) {
  std::string_view server = smtp.server();
  std::string_view port =
      smtp.security() == v1::SmtpChannel::TLS ? "465" : "587";
  std::string_view host = server;
  const size_t colon = server.rfind(':');
  const bool literal = !server.empty() && server.front() == '[';
  if (literal) {
    const size_t end = server.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = server.substr(0, end + 1);
    if (end + 1 < server.size()) {
      if (server[end + 1] != ':') return std::nullopt;
      port = server.substr(end + 2);
    }
    for (const char c : host.substr(1, host.size() - 2)) {
      if (!IsHostText(c) && c != ':') return std::nullopt;
    }
  } else if (colon != std::string_view::npos) {
    host = server.substr(0, colon);
    port = server.substr(colon + 1);
  }
  if (host.empty() || port.empty() || port.size() > 5) return std::nullopt;
  for (const char c : port) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  if (!literal) {
    for (const char c : host) {
      if (!IsHostText(c)) return std::nullopt;
    }
  }
  return fmt::format("{}:{}", host, port);
}

std::string AddressOf(const v1::SmtpChannel& smtp, const std::string& leader) {
  std::string otherwise;
  for (const v1::Recipient& recipient : smtp.recipients()) {
    if (recipient.leader() == leader) return recipient.address();
    if (recipient.leader().empty()) otherwise = recipient.address();
  }
  return otherwise;
}

}  // namespace earshot::feed
