#include "agents/settings.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/config/text_config.h"
#include "base/http/cookies.h"
#include "base/os/files.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"
#include "proto/contract/validate.h"

namespace earshot::agents {
namespace {

constexpr char kSystemConfig[] = "/etc/earshot/agent.conf";
constexpr char kSystemSocket[] = "/run/earshot/agent/agent.sock";

absl::StatusOr<contract::PersonalKind> KindOfPattern(const std::string& type) {
  for (const auto kind :
       {contract::PersonalKind::kCard, contract::PersonalKind::kEmail,
        contract::PersonalKind::kPhone, contract::PersonalKind::kSsn,
        contract::PersonalKind::kIban, contract::PersonalKind::kPolicyNumber,
        contract::PersonalKind::kAccountNumber}) {
    if (contract::PersonalKindName(kind) == type) return kind;
  }
  return absl::InvalidArgumentError(fmt::format(
      "patterns: type '{}' is none of policy_number, account_number, card, "
      "email, phone, ssn, iban",
      type));
}

class Mistakes {
 public:
  void Add(std::string text) { mistakes_.push_back({0, std::move(text)}); }
  void Add(const absl::Status& status) {
    if (!status.ok()) Add(os::StatusText(status));
  }
  absl::Status Result(const std::string& path) const {
    return config::AsStatus(path, mistakes_);
  }

 private:
  std::vector<config::Mistake> mistakes_;
};

void FillPatterns(const v1::AgentConfig& config, Settings& out,
                  Mistakes& mistakes) {
  std::vector<contract::CustomPattern> patterns;
  for (const v1::RedactionPattern& pattern : config.patterns()) {
    const auto kind = KindOfPattern(pattern.type());
    if (!kind.ok()) {
      mistakes.Add(kind.status());
      continue;
    }
    patterns.push_back({*kind, pattern.regex()});
  }
  if (patterns.empty()) return;
  auto redactor = contract::Redactor::WithPatterns(patterns);
  if (redactor.ok()) {
    out.redactor = *std::move(redactor);
  } else {
    mistakes.Add(redactor.status());
  }
}

void FillShifts(const v1::AgentConfig& config, Settings& out,
                Mistakes& mistakes) {
  absl::TimeZone zone = absl::LocalTimeZone();
  if (!config.time_zone().empty() &&
      !absl::LoadTimeZone(config.time_zone(), &zone)) {
    mistakes.Add(
        fmt::format("time_zone '{}' is unknown; give one such as Europe/Berlin",
                    config.time_zone()));
  }
  auto shifts = ShiftTable::FromConfig(config.shifts(), zone);
  if (shifts.ok()) {
    out.shifts = *std::move(shifts);
  } else {
    mistakes.Add(shifts.status());
  }
}

void FillRouter(const v1::AgentConfig& config, Settings& out,
                Mistakes& mistakes) {
  out.router =
      config.router().empty() ? "tcp://127.0.0.1:7411" : config.router();
  if (out.router.rfind("tcp://", 0) != 0 ||
      out.router.find(':', 6) == std::string::npos) {
    mistakes.Add(fmt::format("router '{}' is not tcp://host:port", out.router));
  }
  out.router_key = config.router_key();
  if (!out.router_key.empty()) {
    mistakes.Add(wire::CheckPublicKey(out.router_key));
  }
  out.router_key_file = config.router_key_file();
  if (out.router_key_file.empty()) {
    out.router_key_file = os::DefaultStateFolder("router") + "/router.key.pub";
  }
}

void FillNumbers(const v1::AgentConfig& config, Settings& out,
                 Mistakes& mistakes) {
  if (config.spool_cap_mib() > 1 << 20) {
    mistakes.Add("spool_cap_mib is at most 1048576 (1 TiB)");
  } else if (config.spool_cap_mib() > 0) {
    out.spool.cap_bytes = uint64_t{config.spool_cap_mib()} << 20;
  }
  if (config.retain_days() > 365) {
    mistakes.Add("retain_days is at most 365");
  } else if (config.retain_days() > 0) {
    out.spool.retain = absl::Hours(24) * config.retain_days();
  }
}

// Whoever reaches the page may report in it and read what the site may read.
bool IsOfThisMachine(const std::string& host) {
  if (host == "localhost") return true;
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 &&
         (ntohl(address.s_addr) >> 24U) == 127U;
}

// "host:port" taken apart.
std::optional<std::pair<std::string, uint32_t>> HostAndPort(
    const std::string& listen) {
  const size_t colon = listen.find(':');
  uint32_t port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(listen.substr(colon + 1), &port) || port > 65535) {
    return std::nullopt;
  }
  return std::pair(listen.substr(0, colon), port);
}

void FillPage(const v1::AgentConfig& config, Settings& out,
              Mistakes& mistakes) {
  out.page_listen = config.page_listen();
  if (out.page_listen.empty()) return;
  const auto where = HostAndPort(out.page_listen);
  if (!where) {
    mistakes.Add(fmt::format(
        "page_listen '{}' is not host:port, for instance 127.0.0.1:7415",
        out.page_listen));
  } else if (!IsOfThisMachine(where->first)) {
    mistakes.Add(fmt::format(
        "page_listen '{}' may be reached from other machines, and the page "
        "asks nobody who they are: give 127.0.0.1:{}, and phone_page for "
        "phones",
        out.page_listen, where->second));
  }
}

void FillPhonePage(const v1::AgentConfig& config, Settings& out,
                   Mistakes& mistakes) {
  const v1::PhonePage& page = config.phone_page();
  out.phone_page = {page.listen(), page.url(), page.certificate_file(),
                    page.private_key_file()};
  if (page.listen().empty()) {
    if (config.has_phone_page()) {
      mistakes.Add("phone_page: listen is missing, for instance 0.0.0.0:7416");
    }
    return;
  }
  if (!HostAndPort(page.listen())) {
    mistakes.Add(fmt::format(
        "phone_page: listen '{}' is not host:port, for instance 0.0.0.0:7416",
        page.listen()));
  }
  if (!page.url().empty() &&
      (page.url().rfind("https://", 0) != 0 || page.url().size() > 200 ||
       !http::PathOf(page.url()).empty())) {
    mistakes.Add(
        fmt::format("phone_page: url '{}' is not https://host:port, "
                    "of at most 200 bytes and without a path",
                    page.url()));
  }
  if (page.certificate_file().empty() != page.private_key_file().empty()) {
    mistakes.Add(
        "phone_page: certificate_file and private_key_file go together; give "
        "both, or none for one that the agent makes");
  }
}

std::string DefaultSocket(const Settings& settings) {
  const char* runtime = std::getenv("RUNTIME_DIRECTORY");  // systemd's
  if (runtime != nullptr && *runtime != '\0') {
    return std::string(runtime) + "/agent.sock";
  }
  return settings.File("agent.sock");
}

}  // namespace

std::string ConfigFile(const SettingsSource& source) {
  if (!source.config_file.empty()) return source.config_file;
  return os::FileExists(kSystemConfig) ? kSystemConfig : "";
}

absl::StatusOr<Settings> LoadSettings(const SettingsSource& source) {
  v1::AgentConfig config;
  const std::string path = ConfigFile(source);
  if (!path.empty()) {
    absl::Status status = config::LoadFile(path, config);
    if (!status.ok()) return status;
  }
  Settings settings;
  Mistakes mistakes;
  settings.data_dir = !source.data_dir.empty() ? source.data_dir
                      : !config.data_dir().empty()
                          ? config.data_dir()
                          : os::DefaultStateFolder("agent");
  settings.socket = DefaultSocket(settings);
  settings.channel = config.channel().empty() ? "store" : config.channel();
  settings.site = config.site();
  settings.drop_folder = config.drop_folder();
  for (const auto& [what, name] :
       {std::pair<const char*, std::string>{"site", settings.site},
        {"channel", settings.channel}}) {
    if (!name.empty() && !contract::IsName(name)) {
      mistakes.Add(fmt::format("{} is not 1 to {} printable characters", what,
                               contract::kMaxNameBytes));
    }
  }
  FillRouter(config, settings, mistakes);
  FillShifts(config, settings, mistakes);
  FillPatterns(config, settings, mistakes);
  FillNumbers(config, settings, mistakes);
  FillPage(config, settings, mistakes);
  FillPhonePage(config, settings, mistakes);
  absl::Status status = mistakes.Result(path);
  if (!status.ok()) return status;
  return settings;
}

std::string HostName() {
  char name[64] = {};
  if (::gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') {
    return "unnamed";
  }
  return name;
}

std::string EnrolCommand(const std::string& public_key) {
  // A key may begin with a dash.
  return fmt::format("earshot-router enrol {} -- '{}'", HostName(), public_key);
}

std::vector<std::string> SocketCandidates(const SettingsSource& source,
                                          const Settings& settings) {
  std::vector<std::string> candidates{settings.File("agent.sock")};
  if (settings.socket != candidates[0]) candidates.push_back(settings.socket);
  // The machine's own daemon, unless another one's folder was asked for.
  if (source.data_dir.empty() && source.config_file.empty() &&
      std::getenv("EARSHOT_STATE") == nullptr) {
    candidates.emplace_back(kSystemSocket);
  }
  return candidates;
}

}  // namespace earshot::agents
