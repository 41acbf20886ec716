#ifndef EARSHOT_BASE_TELEMETRY_HEALTH_SERVER_H_
#define EARSHOT_BASE_TELEMETRY_HEALTH_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace earshot::telemetry {

enum class MetricKind { kCounter, kGauge };

// One line of /metrics at the moment of asking.
struct Metric {
  std::string name;  // earshot_router_records_total
  std::string help;
  MetricKind kind;
  double value;
  std::string label_name;  // empty: none
  std::string label_value;
};

// What the server asks the program. Called on the server's own thread; must
// not block for long.
struct HealthSource {
  std::function<std::vector<Metric>()> metrics;
  // Empty: ready. Otherwise why not, for /readyz.
  std::function<std::string()> not_ready;
};

// /healthz, /readyz and /metrics (Prometheus text format) over HTTP/1.1 on a
// thread of its own. Takes one request a connection, at most 8 KiB of headers
// within 5 s, so that a slow client holds it no longer than that. Serves 64
// waiting connections at most; the kernel refuses more.
class HealthServer {
 public:
  // `address` is host:port; port 0 lets the system choose.
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(
      const std::string& address, HealthSource source);
  ~HealthServer();
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

  uint16_t port() const;

 private:
  struct State;
  explicit HealthServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace earshot::telemetry

#endif  // EARSHOT_BASE_TELEMETRY_HEALTH_SERVER_H_
