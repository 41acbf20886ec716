#include "dashboard_feed/settings.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/config/text_config.h"
#include "base/http/http_server.h"
#include "base/os/files.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"
#include "dashboard_feed/channels/configured.h"

namespace earshot::feed {
namespace {

constexpr char kDefaultFile[] = "/etc/earshot/feed.conf";
constexpr uint32_t kMostKept = 10000;
constexpr int kMostProxies = 16;

void FillDefaults(v1::FeedConfig& config) {
  for (std::string& proxy : *config.mutable_trusted_proxy()) {
    proxy = http::AddressIn(proxy).value_or(proxy);
  }
  if (config.data_dir().empty()) {
    config.set_data_dir(os::DefaultStateFolder("feed"));
  }
  if (config.router().empty()) config.set_router("tcp://127.0.0.1:7411");
  if (config.listen().empty()) config.set_listen("tcp://127.0.0.1:7413");
  if (config.kept_digests() == 0) config.set_kept_digests(400);
  if (config.router_key().empty() && config.router_key_file().empty()) {
    config.set_router_key_file(os::DefaultStateFolder("router") +
                               "/router.key.pub");
  }
}

absl::Status CheckRanges(const v1::FeedConfig& config) {
  std::vector<config::Mistake> mistakes;
  const auto expect = [&](bool fine, std::string text) {
    if (!fine) mistakes.push_back({0, std::move(text)});
  };
  expect(config.router().rfind("tcp://", 0) == 0,
         fmt::format("router '{}' is not like tcp://127.0.0.1:7411",
                     config.router()));
  expect(config.listen().rfind("tcp://", 0) == 0,
         fmt::format("listen '{}' is not like tcp://127.0.0.1:7413",
                     config.listen()));
  expect(config.kept_digests() <= kMostKept,
         fmt::format("kept_digests is at most {}", kMostKept));
  expect(config.router_key().empty() ||
             wire::CheckPublicKey(config.router_key()).ok(),
         "router_key is not 40 characters, as router.key.pub holds them");
  expect(config.http_listen().empty() == config.public_url().empty(),
         "http_listen and public_url go together: where the feed listens, and "
         "how leaders reach it");
  expect(config.public_url().empty() ||
             config.public_url().rfind("https://", 0) == 0 ||
             config.public_url().rfind("http://", 0) == 0,
         fmt::format("public_url '{}' is not like https://earshot.example.com",
                     config.public_url()));
  expect(config.http_certificate().empty() == config.http_private_key().empty(),
         "http_certificate and http_private_key go together: two files in PEM");
  expect(config.http_certificate().empty() || !config.http_listen().empty(),
         "http_certificate is for what http_listen serves; give that too");
  expect(config.trusted_proxy_size() <= kMostProxies,
         fmt::format("there are at most {} trusted_proxy", kMostProxies));
  for (const std::string& proxy : config.trusted_proxy()) {
    expect(http::AddressIn(proxy).has_value(),
           fmt::format("trusted_proxy '{}' is no address, such as "
                       "127.0.0.1 or ::1",
                       proxy));
  }
  expect(config.sign_on_header().empty() || config.trusted_proxy_size() > 0,
         "sign_on_header is believed of a trusted_proxy alone; name one");
  expect(
      config.sign_on_header().find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") ==
          std::string::npos,
      fmt::format("sign_on_header '{}' is no name of a header, such as "
                  "X-Remote-User",
                  config.sign_on_header()));
  for (std::string& mistake : CheckChannels(config)) {
    expect(false, std::move(mistake));
  }
  return config::AsStatus("feed configuration", mistakes);
}

}  // namespace

absl::StatusOr<Settings> LoadSettings(const std::string& file,
                                      const std::string& data_dir) {
  Settings settings;
  std::string path = file;
  if (path.empty() && os::FileExists(kDefaultFile)) path = kDefaultFile;
  if (!path.empty()) {
    absl::Status status = config::LoadFile(path, settings.config);
    if (!status.ok()) return absl::InvalidArgumentError(os::StatusText(status));
  }
  settings.file = path;
  if (!data_dir.empty()) settings.config.set_data_dir(data_dir);
  FillDefaults(settings.config);
  absl::Status status = CheckRanges(settings.config);
  if (!status.ok()) return status;
  return settings;
}

absl::StatusOr<std::string> RouterPublicKey(const v1::FeedConfig& config) {
  if (!config.router_key().empty()) return config.router_key();
  auto key = wire::LoadPublicKey(config.router_key_file());
  if (key.ok()) return key;
  return absl::NotFoundError(fmt::format(
      "the router's public key is not in {}; start the router on this machine, "
      "or put what 'earshot-router keygen' prints there into router_key",
      config.router_key_file()));
}

}  // namespace earshot::feed
