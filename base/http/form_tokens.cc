#include "base/http/form_tokens.h"

#include "absl/strings/escaping.h"
#include "base/os/bytes.h"

namespace earshot::http {
namespace {

constexpr size_t kNumberBytes = 12;
constexpr size_t kSealBytes = 18;
constexpr size_t kTokenBytes = (kNumberBytes + kSealBytes) / 3 * 4;
constexpr size_t kKeyBytes = 32;

}  // namespace

FormTokens::FormTokens(os::Random& random)
    : random_(random), key_(random.Bytes(kKeyBytes)) {}

std::string FormTokens::Seal(std::string_view session,
                             std::string_view number) const {
  // The session is of one length, so the two cannot be told apart otherwise.
  return key_.Sign(os::Sha256(session), number).substr(0, kSealBytes);
}

std::string FormTokens::Make(std::string_view session) {
  const std::string number = random_.Bytes(kNumberBytes);
  return absl::WebSafeBase64Escape(number + Seal(session, number));
}

FormTokens::Verdict FormTokens::Look(std::string_view session,
                                     std::string_view token) const {
  std::string bytes;
  if (session.empty() || token.size() != kTokenBytes ||
      !absl::WebSafeBase64Unescape({token.data(), token.size()}, &bytes) ||
      bytes.size() != kNumberBytes + kSealBytes) {
    return Verdict::kForged;
  }
  const std::string number = bytes.substr(0, kNumberBytes);
  if (!os::SameSecret(Seal(session, number), bytes.substr(kNumberBytes))) {
    return Verdict::kForged;
  }
  return spent_.find(token) != spent_.end() ? Verdict::kSpent : Verdict::kGood;
}

void FormTokens::Spend(std::string_view token) {
  if (!spent_.emplace(token).second) return;
  order_.emplace_back(token);
  if (order_.size() <= kRemembered) return;
  spent_.erase(order_.front());
  order_.pop_front();
}

}  // namespace earshot::http
