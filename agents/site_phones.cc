#include "agents/site_phones.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "agents/phones/network_address.h"
#include "agents/phones/own_certificate.h"
#include "base/http/cookies.h"
#include "base/os/status_text.h"

namespace earshot::agents {
namespace {

constexpr char kScheme[] = "https://";

// Where phones find a machine that listens there; empty: nowhere.
std::string HostFor(const std::string& listen) {
  std::string host = listen.substr(0, listen.rfind(':'));
  return host == "0.0.0.0" ? NetworkAddress().value_or("") : host;
}

v1::ControlResponse Failed(const absl::Status& status) {
  v1::ControlResponse response;
  response.set_code(static_cast<uint32_t>(status.code()));
  response.set_text(os::StatusText(status));
  return response;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SitePhones>> SitePhones::Open(
    const Settings& settings, const os::Clock& clock, os::Random& random) {
  std::unique_ptr<SitePhones> site(new SitePhones(settings, clock));
  const Settings::PhonePage& page = settings.phone_page;
  if (page.url.empty()) {
    site->host_ = HostFor(page.listen);
    if (site->host_.empty()) {
      return absl::FailedPreconditionError(
          "phone_page: this machine has no address in a network now; give url, "
          "for instance https://192.0.2.7:7416");
    }
  } else {
    site->origin_ = http::OriginOf(page.url);
    site->host_ = site->origin_.substr(sizeof(kScheme) - 1);
    const size_t colon = site->host_.rfind(':');
    if (colon != std::string::npos) site->host_.resize(colon);
  }
  const bool own = page.certificate_file.empty();
  site->certificate_ =
      own ? settings.File("phones.crt") : page.certificate_file;
  site->key_ = own ? settings.File("phones.key") : page.private_key_file;
  absl::Status status = site->KeepCertificate();
  if (!status.ok()) return status;
  auto phones = Phones::Open(settings.File("phones"), clock, random);
  if (!phones.ok()) return phones.status();
  site->phones_ = *std::move(phones);
  return site;
}

absl::Status SitePhones::KeepCertificate() {
  if (!page_.certificate_file.empty()) return absl::OkStatus();
  const auto made =
      KeepOwnCertificate({host_, clock_.Wall(), certificate_, key_});
  if (!made.ok()) return made.status();
  auto fingerprint = FingerprintOf(certificate_);
  if (!fingerprint.ok()) return fingerprint.status();
  fingerprint_ = *std::move(fingerprint);
  return absl::OkStatus();
}

void SitePhones::SetPort(uint16_t port) {
  if (page_.url.empty()) {
    origin_ = http::OriginOf(fmt::format("{}{}:{}", kScheme, host_, port));
  }
}

std::string SitePhones::Address() const {
  const auto code = phones_->code();
  return code ? fmt::format("{}/pair/{}", origin_, code->text) : "";
}

std::string SitePhones::StateJson() const {
  nlohmann::json state{{"paired", phones_->size()},
                       {"origin", origin_},
                       {"address", Address()},
                       {"fingerprint", fingerprint_}};
  if (const auto code = phones_->code()) {
    state["until"] =
        absl::FormatTime(absl::RFC3339_sec, code->until, absl::UTCTimeZone());
  }
  return state.dump();
}

v1::ControlResponse SitePhones::Handle(const v1::ControlRequest& request) {
  const std::string what =
      request.arguments_size() == 0 ? "show" : request.arguments(0);
  if (what == "code") {
    phones_->ShowCode();
  } else if (what == "hide") {
    phones_->EndCode();
  } else if (what == "unpair") {
    const absl::Status status = phones_->ForgetAll();
    if (!status.ok()) return Failed(status);
  } else if (what != "show") {
    return Failed(absl::InvalidArgumentError(
        fmt::format("phones: '{}' is none of show, code, hide, unpair", what)));
  }
  v1::ControlResponse response;
  response.set_body(StateJson());
  return response;
}

}  // namespace earshot::agents
