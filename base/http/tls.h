#ifndef EARSHOT_BASE_HTTP_TLS_H_
#define EARSHOT_BASE_HTTP_TLS_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/http/connection.h"

namespace earshot::http {

// For TLS 1.2 and later, with this certificate (PEM, those that vouch for it
// after it) and its key (PEM, without a passphrase). Errors name the file and
// say what to do. Any thread.
absl::StatusOr<TlsContext> MakeTlsContext(const std::string& certificate_file,
                                          const std::string& private_key_file);

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_TLS_H_
