#ifndef EARSHOT_BASE_HTTP_FORM_TOKENS_H_
#define EARSHOT_BASE_HTTP_FORM_TOKENS_H_

#include <cstddef>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "base/os/random.h"
#include "base/os/sha256.h"

namespace earshot::http {

// What a form must bring back, so that a page from elsewhere cannot send it and
// none acts twice: a number used once and an HMAC of it and the session. Good
// until the program ends. One thread. The last kRemembered that were spent are
// remembered; what is older than these could act once more. No two are alike,
// so that how well a page is compressed tells nothing of the next one's
// (BREACH).
class FormTokens {
 public:
  static constexpr size_t kRemembered = 16384;

  explicit FormTokens(os::Random& random);

  // `session` is the secret that the browser keeps in its cookie.
  std::string Make(std::string_view session);

  enum class Verdict { kGood, kForged, kSpent };
  Verdict Look(std::string_view session, std::string_view token) const;
  // What it was for was done.
  void Spend(std::string_view token);

 private:
  std::string Seal(std::string_view session, std::string_view number) const;

  os::Random& random_;
  const os::HmacKey key_;
  std::set<std::string, std::less<>> spent_;
  std::deque<std::string> order_;  // of `spent_`, the oldest first
};

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_FORM_TOKENS_H_
