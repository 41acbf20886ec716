#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_MAIL_HEADERS_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_MAIL_HEADERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/channels/mail_address.h"

// The headers of a digest's mail. Pure.
namespace earshot::feed {

// A value of a header: as it is when short and ASCII, else in encoded words
// (RFC 2047, UTF-8) on folded lines. Controls become blanks.
std::string EncodeHeader(std::string_view utf8);

struct MailSubject {
  Mailbox from;
  std::string recipient;
  std::string subject;
  std::string subscription;
  std::string period;           // its first seven bytes name the month
  std::string idempotency_key;  // becomes the Message-ID
  std::string unsubscribe;      // empty: mail to `from`
  absl::Time written;
};

// From, To, Subject, Date, Message-ID (the same for every attempt),
// In-Reply-To and References (one conversation a subscription and month),
// List-Unsubscribe, Auto-Submitted. One "Name: value" each.
std::vector<std::string> MailHeaders(const MailSubject& mail);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_MAIL_HEADERS_H_
