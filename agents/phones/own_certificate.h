#ifndef EARSHOT_AGENTS_PHONES_OWN_CERTIFICATE_H_
#define EARSHOT_AGENTS_PHONES_OWN_CERTIFICATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

// A certificate that a program makes for itself, for a network where nobody
// else vouches for it: what is sent is read by nobody in between, and whoever
// compares the fingerprint once knows whom they talk to. Blocking; any thread.
namespace earshot::agents {

// Days; the most that phones of all makers take.
inline constexpr int kOwnCertificateDays = 825;

struct OwnCertificate {
  std::string host;  // a name or an IPv4 or IPv6 address
  absl::Time now;
  std::string certificate_file;
  std::string private_key_file;  // readable by its owner alone
};

// Leaves the files alone when they are one for this host that holds for 30 more
// days; else replaces both: ECDSA on P-256, PEM, valid from a day before
// `now`. Whether it did.
absl::StatusOr<bool> KeepOwnCertificate(const OwnCertificate& wanted);

// SHA-256 of a certificate in PEM as browsers show it: AB:CD:...
absl::StatusOr<std::string> FingerprintOf(const std::string& certificate_file);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PHONES_OWN_CERTIFICATE_H_
