// The feed's two other sides for `tests/bench/run page`: the router that tells
// it of changes, and browsers that listen. `fill` writes a feed's data folder;
// `live` is both sides, and prints one JSON line.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/os/clock.h"
#include "base/os/poll.h"
#include "base/os/random.h"
#include "base/wire/hub_server.h"
#include "base/wire/keys.h"
#include "dashboard_feed/mirror/mirror.h"
#include "dashboard_feed/sign_in/sign_ins.h"
#include "proto/contract/times.h"
#include "tests/bench/month_model.h"
#include "tests/bench/timing.h"

namespace earshot::bench {
namespace {

struct Options {
  std::string data;
  std::string tokens;
  MonthSize size;
  size_t streams = 1000;
  int updates = 150;
  double per_second = 5;
};

int Fail(const absl::Status& status) {
  std::cerr << "page_load: " << status << '\n';
  return 1;
}

int Fill(const Options& options) {
  auto mirror = feed::Mirror::Open(options.data + "/mirror.db");
  if (!mirror.ok()) return Fail(mirror.status());
  const absl::Status filled = FillMonth(options.size, **mirror);
  if (!filled.ok()) return Fail(filled);
  auto sign_ins = feed::SignIns::Open(options.data + "/sign_in.db");
  if (!sign_ins.ok()) return Fail(sign_ins.status());
  os::SystemRandom random;
  std::ofstream tokens(options.tokens);
  for (const v1::Leader& leader : (*mirror)->model().organisation.leaders()) {
    const auto token = (*sign_ins)->MakeToken(leader.id(), random, absl::Now());
    if (!token.ok()) return Fail(token.status());
    tokens << *token << '\n';
  }
  return 0;
}

// Whoever dials is the feed.
class AnyKey : public wire::Admission {
 public:
  std::optional<std::string> Admit(std::string_view /*key*/) override {
    return "feed";
  }
  void Refused(std::string_view /*address*/,
               std::string_view /*key*/) override {}
};

// As much of a router as a feed that is up to date needs.
class Router {
 public:
  Router()
      : log_([](auto /*level*/, auto /*event*/, const auto& /*fields*/) {}) {}

  absl::Status Open() {
    wire::HubServerOptions options;
    options.listen = "tcp://127.0.0.1:*";
    options.keys = wire::GenerateKeyPair();
    options.zap_domain = "page-load";
    std::cout << options.keys.public_key << ' ' << std::flush;
    auto hub = wire::HubServer::Start(context_, std::move(options), admission_,
                                      clock_, random_, log_);
    if (!hub.ok()) return hub.status();
    hub_ = *std::move(hub);
    std::cout << hub_->endpoint() << std::endl;
    return absl::OkStatus();
  }

  int fd() const { return hub_->fd(); }
  bool connected() const { return session_ != 0; }
  void Pump() {
    hub_->Pump();
    while (const auto event = hub_->TakeEvent()) {
      if (event->type == wire::HubEvent::Type::kHello) {
        cursor_ = event->hello.cursor();
        session_ = event->session;
        v1::Welcome welcome;
        welcome.set_generation(cursor_.generation());
        welcome.set_peer("feed");
        hub_->Welcome(session_, std::move(welcome));
      } else if (event->type == wire::HubEvent::Type::kEnded) {
        session_ = 0;
      }
    }
  }
  void Tell(const v1::Insight& insight) {
    v1::Delivery delivery;
    delivery.set_generation(cursor_.generation());
    delivery.set_prev_seq(cursor_.seq());
    cursor_.set_seq(cursor_.seq() + 1);
    v1::Item& item = *delivery.add_items();
    item.set_seq(cursor_.seq());
    item.set_kind(v1::UPDATE_INSIGHT);
    item.set_body(insight.SerializeAsString());
    hub_->Send(session_, v1::UPDATE, delivery.SerializeAsString());
    hub_->Pump();
  }
  uint64_t seq() const { return cursor_.seq(); }

 private:
  os::SystemClock clock_;
  os::SystemRandom random_;
  telemetry::Log log_;
  AnyKey admission_;
  wire::Context context_{1};
  std::unique_ptr<wire::HubServer> hub_;
  uint64_t session_ = 0;
  v1::Cursor cursor_;
};

// All browsers, on one epoll.
class Browsers {
 public:
  Browsers() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~Browsers() {
    for (const auto& [fd, text] : unread_) ::close(fd);
    ::close(epoll_);
  }
  Browsers(const Browsers&) = delete;
  Browsers& operator=(const Browsers&) = delete;

  int fd() const { return epoll_; }
  size_t open() const { return open_; }
  size_t lost() const { return lost_; }
  const std::vector<double>& times() const { return times_; }

  void Open(uint16_t port, const std::string& token) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
      ++lost_;
      ::close(fd);
      return;
    }
    const std::string request = fmt::format(
        "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
        "Bearer {}\r\n\r\n",
        token);
    [[maybe_unused]] const ssize_t sent =
        ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    unread_[fd];
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void Sent(uint64_t seq) { sent_at_[seq] = Clock::now(); }

  void Read() {
    std::vector<epoll_event> ready(256);
    const int count =
        ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 0);
    for (int i = 0; i < count; ++i) {
      ReadOne(ready[static_cast<size_t>(i)].data.fd);
    }
  }

 private:
  void ReadOne(int fd) {
    char part[4096];
    const ssize_t got = ::recv(fd, part, sizeof(part), MSG_DONTWAIT);
    if (got <= 0) {
      if (got == 0) {
        ++lost_;
        ::close(fd);
        unread_.erase(fd);
      }
      return;
    }
    const auto now = Clock::now();
    std::string& text = unread_[fd];
    text.append(part, static_cast<size_t>(got));
    size_t end = 0;
    while ((end = text.find("\n\n")) != std::string::npos) {
      OnBlock(std::string_view(text).substr(0, end), now);
      text.erase(0, end + 2);
    }
  }

  void OnBlock(std::string_view block, Clock::time_point now) {
    const size_t id = block.find("id: ");
    if (id == std::string_view::npos) return;
    if (block.find("event: insight") == std::string_view::npos) {
      if (block.substr(0, 2) != ":\n") ++open_;  // the first thing it says
      return;
    }
    const size_t dash = block.find('-', id);
    const auto sent = sent_at_.find(std::strtoull(
        std::string(block.substr(dash + 1, 20)).c_str(), nullptr, 10));
    if (sent != sent_at_.end()) {
      times_.push_back(Microseconds(now - sent->second) / 1000);
    }
  }

  int epoll_;
  size_t open_ = 0;
  size_t lost_ = 0;
  std::map<int, std::string> unread_;
  std::map<uint64_t, Clock::time_point> sent_at_;  // by seq
  std::vector<double> times_;                      // milliseconds
};

// Heard everywhere, so that all leaders of its topic see it; every other time
// its state is another, which even the smallest group is told at once.
v1::Insight Update(const feed::Mirror& mirror, uint64_t id, int number) {
  v1::Insight insight = mirror.Latest(id).value_or(v1::Insight());
  insight.set_observations(insight.observations() +
                           static_cast<uint64_t>(number) + 1);
  insight.set_state(number % 2 == 0 ? v1::ACKNOWLEDGED : v1::HEARD);
  *insight.mutable_last_seen() = contract::ToStamp(absl::Now());
  return insight;
}

// Insights that most was said of.
std::vector<uint64_t> Largest(const feed::Mirror& mirror) {
  constexpr size_t kMost = 20;
  std::vector<std::pair<uint64_t, uint64_t>> sizes;
  const auto& insights = mirror.model().insights;
  for (size_t slot = 0; slot < insights.size(); ++slot) {
    if (!insights[slot].known) continue;
    sizes.emplace_back(insights[slot].observations, insights[slot].id);
  }
  std::sort(sizes.rbegin(), sizes.rend());
  std::vector<uint64_t> ids;
  for (const auto& [observations, id] : sizes) {
    if (ids.size() < kMost) ids.push_back(id);
  }
  return ids;
}

class Measurement {
 public:
  Measurement(const Options& options, const feed::Mirror& mirror)
      : options_(options), mirror_(mirror) {}

  absl::Status Run() {
    absl::Status status = router_.Open();
    if (!status.ok()) return status;
    Until([&] { return router_.connected(); });
    uint16_t port = 0;
    Until(
        [&] { return os::WaitReadable({STDIN_FILENO}, absl::ZeroDuration()); });
    std::cin >> port;
    std::ifstream tokens(options_.tokens);
    std::string token;
    size_t asked = 0;
    for (; asked < options_.streams && tokens >> token; ++asked) {
      browsers_.Open(port, token);
      Turn();
    }
    Until([&] { return browsers_.open() + browsers_.lost() >= asked; });
    Change();
    if (browsers_.times().empty()) {
      return absl::InternalError("no event came");
    }
    std::cout << fmt::format(
                     "{{\"live_streams\": {}, \"live_lost\": {}, "
                     "\"live_events\": {}, \"live_p50_ms\": {:.2f}, "
                     "\"live_p99_ms\": {:.2f}}}",
                     browsers_.open(), browsers_.lost(),
                     browsers_.times().size(), Quantile(browsers_.times(), 0.5),
                     Quantile(browsers_.times(), 0.99))
              << std::endl;
    // Its memory is looked at meanwhile.
    std::string end;
    while (std::cin >> end) {
    }
    return absl::OkStatus();
  }

 private:
  void Turn() {
    router_.Pump();
    browsers_.Read();
  }
  // A minute at most.
  template <typename Done>
  void Until(const Done& done) {
    const auto give_up = Clock::now() + std::chrono::minutes(1);
    while (!done() && Clock::now() < give_up) {
      os::WaitReadable({router_.fd(), browsers_.fd()}, absl::Milliseconds(20));
      Turn();
    }
  }
  void Change() {
    const std::vector<uint64_t> ids = Largest(mirror_);
    const auto step = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1 / options_.per_second));
    auto next = Clock::now();
    for (int i = 0; i < options_.updates; ++i) {
      next += step;
      Until([&] { return Clock::now() >= next; });
      const v1::Insight update =
          Update(mirror_, ids[static_cast<size_t>(i) % ids.size()], i);
      browsers_.Sent(router_.seq() + 1);
      router_.Tell(update);
    }
    next += std::chrono::seconds(2);
    Until([&] { return Clock::now() >= next; });
  }

  const Options& options_;
  const feed::Mirror& mirror_;
  Router router_;
  Browsers browsers_;
};

int Live(const Options& options) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  auto mirror = feed::Mirror::Open(options.data + "/mirror.db");
  if (!mirror.ok()) return Fail(mirror.status());
  const absl::Status done = Measurement(options, **mirror).Run();
  return done.ok() ? 0 : Fail(done);
}

int Main(int argc, char** argv) {
  CLI::App app{
      "A filled feed, a router that tells it of changes, and "
      "browsers that listen"};
  Options options;
  app.require_subcommand(1);
  CLI::App* const fill = app.add_subcommand("fill", "writes the data folder");
  CLI::App* const live = app.add_subcommand("live", "measures");
  for (CLI::App* const one : {fill, live}) {
    one->add_option("--data", options.data)->required();
    one->add_option("--tokens", options.tokens)->required();
  }
  fill->add_option("--insights", options.size.insights);
  fill->add_option("--observations", options.size.observations);
  fill->add_option("--leaders", options.size.leaders);
  live->add_option("--streams", options.streams);
  live->add_option("--updates", options.updates);
  live->add_option("--per-second", options.per_second);
  CLI11_PARSE(app, argc, argv);
  return fill->parsed() ? Fill(options) : Live(options);
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) { return earshot::bench::Main(argc, argv); }
