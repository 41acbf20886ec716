#ifndef EARSHOT_AGENTS_SITE_PHONES_H_
#define EARSHOT_AGENTS_SITE_PHONES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/phones/phones.h"
#include "agents/settings.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "earshot/v1/control.pb.h"

namespace earshot::agents {

// How phones of the site's network reach their page: which are paired, where it
// is, and with which certificate. Of the agent; its pages borrow it. One
// thread.
class SitePhones {
 public:
  // Makes a certificate where none is configured. `clock` and `random` are
  // borrowed. Errors say what to change in phone_page.
  static absl::StatusOr<std::unique_ptr<SitePhones>> Open(
      const Settings& settings, const os::Clock& clock, os::Random& random);

  Phones& phones() { return *phones_; }

  // Where the page is served, once that is known.
  void SetPort(uint16_t port);
  const std::string& listen() const { return page_.listen; }
  const std::string& origin() const { return origin_; }  // https://host[:port]
  // What a code is shown for; empty: none is shown now.
  std::string Address() const;

  const std::string& certificate_file() const { return certificate_; }
  const std::string& private_key_file() const { return key_; }
  // Of our own certificate; empty: somebody vouches for the one there is.
  const std::string& fingerprint() const { return fingerprint_; }
  // Before our own certificate ends it is made anew.
  absl::Status KeepCertificate();

  // `phones`: show, code, hide or unpair; the body says what is so afterwards.
  v1::ControlResponse Handle(const v1::ControlRequest& request);

 private:
  SitePhones(const Settings& settings, const os::Clock& clock)
      : page_(settings.phone_page), clock_(clock) {}
  std::string StateJson() const;

  const Settings::PhonePage page_;
  const os::Clock& clock_;
  std::string host_;
  std::string origin_;
  std::string certificate_;
  std::string key_;
  std::string fingerprint_;
  std::unique_ptr<Phones> phones_;
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_SITE_PHONES_H_
