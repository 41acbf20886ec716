#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_MAIL_ADDRESS_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_MAIL_ADDRESS_H_

#include <optional>
#include <string>
#include <string_view>

#include "earshot/v1/configuration.pb.h"

// Addresses of mail, and of a mail server, as a configuration writes them.
// Pure.
namespace earshot::feed {

struct Mailbox {
  std::string name;     // may be empty
  std::string address;  // earshot@example.com
  std::string domain;   // of the address
};

// local@domain in ASCII, at most 254 bytes, without quotes and comments.
bool IsMailAddress(std::string_view text);

// "Earshot <earshot@example.com>", or the address alone.
std::optional<Mailbox> ParseMailbox(std::string_view text);

// host:port with the default port of its security.
std::optional<std::string> SmtpServer(const v1::SmtpChannel& smtp);

// Whose address a leader's mail goes to; empty: nobody's.
std::string AddressOf(const v1::SmtpChannel& smtp, const std::string& leader);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_MAIL_ADDRESS_H_
