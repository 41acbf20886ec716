#ifndef EARSHOT_TESTS_ROUTER_INSIGHT_NEAR_SIGNED_TEXT_H_
#define EARSHOT_TESTS_ROUTER_INSIGHT_NEAR_SIGNED_TEXT_H_

#include <string_view>

#include "router/insight/near/signature.h"
#include "router/text/tokens.h"

namespace earshot::router {

inline Signature SignatureOf(std::string_view utf8) {
  TokenisedText tokens;
  Tokenise(utf8, tokens);
  Signature signature;
  Signer().Sign(tokens, signature);
  return signature;
}

}  // namespace earshot::router

#endif  // EARSHOT_TESTS_ROUTER_INSIGHT_NEAR_SIGNED_TEXT_H_
