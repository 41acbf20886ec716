#ifndef EARSHOT_BASE_WIRE_ZAP_H_
#define EARSHOT_BASE_WIRE_ZAP_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/telemetry/metrics.h"
#include "base/wire/socket.h"

namespace earshot::wire {

// Says who a public key is. Called on the ZAP thread; must be thread-safe.
class Admission {
 public:
  virtual ~Admission() = default;
  // The name under which the key is enrolled; nothing: refuse.
  virtual std::optional<std::string> Admit(std::string_view public_key) = 0;
  // After a refusal, for the log.
  virtual void Refused(std::string_view address,
                       std::string_view public_key) = 0;
};

struct ZapCounters {
  telemetry::Counter admitted;
  telemetry::Counter refused;
};

// The property of a connection that holds the public key it was admitted by.
// A peer cannot set it: what ZAP says goes first.
inline constexpr char kKeyProperty[] = "Earshot-Key";

// Answers ZeroMQ's authentication requests (RFC 27) on a thread of its own,
// for one domain: CURVE alone, by the key. Fails closed: a request that is
// malformed, of another domain or mechanism, is refused. Start it before any
// bind; it must outlive the sockets.
class ZapHandler {
 public:
  static absl::StatusOr<std::unique_ptr<ZapHandler>> Start(
      Context& context, const std::string& domain, Admission& admission);
  ~ZapHandler();
  ZapHandler(const ZapHandler&) = delete;
  ZapHandler& operator=(const ZapHandler&) = delete;

  const ZapCounters& counters() const;

 private:
  struct Impl;
  explicit ZapHandler(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_ZAP_H_
