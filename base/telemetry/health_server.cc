#include "base/telemetry/health_server.h"

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <map>
#include <thread>
#include <utility>

// Boost 1.74 needs <utility> before it in C++20.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace earshot::telemetry {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

std::string MetricsText(const std::vector<Metric>& metrics) {
  std::vector<prometheus::MetricFamily> families;
  std::map<std::string, size_t> known;
  for (const Metric& metric : metrics) {
    const auto [entry, fresh] = known.emplace(metric.name, families.size());
    if (fresh) {
      prometheus::MetricFamily family;
      family.name = metric.name;
      family.help = metric.help;
      family.type = metric.kind == MetricKind::kCounter
                        ? prometheus::MetricType::Counter
                        : prometheus::MetricType::Gauge;
      families.push_back(std::move(family));
    }
    prometheus::ClientMetric value;
    if (!metric.label_name.empty()) {
      value.label.push_back({metric.label_name, metric.label_value});
    }
    value.counter.value = metric.value;
    value.gauge.value = metric.value;
    families[entry->second].metric.push_back(std::move(value));
  }
  return prometheus::TextSerializer().Serialize(families);
}

using Answer = http::response<http::string_body>;

Answer MakeAnswer(const http::request<http::empty_body>& request,
                  const HealthSource& source) {
  Answer answer(http::status::ok, request.version());
  answer.set(http::field::content_type, "text/plain; charset=utf-8");
  const std::string target(request.target());
  if (request.method() != http::verb::get &&
      request.method() != http::verb::head) {
    answer.result(http::status::method_not_allowed);
    answer.set(http::field::allow, "GET, HEAD");
    answer.body() = "only GET is served here\n";
  } else if (target == "/healthz") {
    answer.body() = "ok\n";
  } else if (target == "/readyz") {
    const std::string reason = source.not_ready();
    if (!reason.empty()) answer.result(http::status::service_unavailable);
    answer.body() = (reason.empty() ? "ready" : reason) + "\n";
  } else if (target == "/metrics") {
    answer.set(http::field::content_type,
               "text/plain; version=0.0.4; charset=utf-8");
    answer.body() = MetricsText(source.metrics());
  } else {
    answer.result(http::status::not_found);
    answer.body() = "try /healthz, /readyz or /metrics\n";
  }
  answer.keep_alive(false);
  answer.prepare_payload();
  if (request.method() == http::verb::head) answer.body().clear();
  return answer;
}

// One request, one answer, then closed. Keeps itself alive through the
// pending asynchronous operation alone; the io_context owns it.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Tcp::socket socket, const HealthSource& source)
      : stream_(std::move(socket)), source_(source) {
    parser_.header_limit(8192);
  }

  void Start() {
    stream_.expires_after(std::chrono::seconds(5));
    http::async_read_header(
        stream_, buffer_, parser_,
        [self = shared_from_this()](beast::error_code error, size_t) {
          if (!error) self->Reply();
        });
  }

 private:
  void Reply() {
    answer_ = MakeAnswer(parser_.get(), source_);
    stream_.expires_after(std::chrono::seconds(5));
    http::async_write(stream_, answer_,
                      [self = shared_from_this()](beast::error_code, size_t) {
                        beast::error_code ignored;
                        self->stream_.socket().shutdown(
                            Tcp::socket::shutdown_both, ignored);
                      });
  }

  beast::tcp_stream stream_;
  const HealthSource& source_;
  beast::flat_buffer buffer_{16384};
  http::request_parser<http::empty_body> parser_;
  Answer answer_;
};

}  // namespace

struct HealthServer::State {
  explicit State(HealthSource given)
      : source(std::move(given)), acceptor(context) {}

  void Accept() {
    acceptor.async_accept([this](beast::error_code error, Tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) {
        std::make_shared<Exchange>(std::move(socket), source)->Start();
      }
      Accept();
    });
  }

  HealthSource source;
  asio::io_context context{1};
  Tcp::acceptor acceptor;
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(
    const std::string& address, HealthSource source) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is not host:port, for instance 127.0.0.1:7412", address));
  }
  auto state = std::make_unique<State>(std::move(source));
  beast::error_code error;
  Tcp::resolver resolver(state->context);
  const auto found =
      resolver.resolve(address.substr(0, colon), address.substr(colon + 1),
                       Tcp::resolver::passive, error);
  if (!error) {
    const Tcp::endpoint endpoint = *found.begin();
    state->acceptor.open(endpoint.protocol(), error);
    state->acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    state->acceptor.bind(endpoint, error);
    if (!error) state->acceptor.listen(64, error);
  }
  if (error) {
    return absl::UnavailableError(
        fmt::format("listen on {}: {}; choose another http_listen", address,
                    error.message()));
  }
  state->Accept();
  state->thread = std::thread([raw = state.get()] { raw->context.run(); });
  return std::unique_ptr<HealthServer>(new HealthServer(std::move(state)));
}

HealthServer::HealthServer(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

HealthServer::~HealthServer() {
  state_->context.stop();
  state_->thread.join();
}

uint16_t HealthServer::port() const {
  beast::error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

}  // namespace earshot::telemetry
