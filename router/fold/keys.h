#ifndef EARSHOT_ROUTER_FOLD_KEYS_H_
#define EARSHOT_ROUTER_FOLD_KEYS_H_

#include <string>
#include <string_view>

#include "base/os/bytes.h"
#include "base/os/sha256.h"

namespace earshot::router {

// 16 bytes that stand for two values, for one purpose, and say nothing of them
// to those who do not have the router's key.
inline std::string Key(const os::HmacKey& router_key, std::string_view purpose,
                       std::string_view first, std::string_view second = {}) {
  constexpr size_t kKeyBytes = 16;
  std::string head(purpose);
  os::AppendU64(head, first.size());
  head.append(first);
  std::string key = router_key.Sign(head, second);
  key.resize(kKeyBytes);
  return key;
}

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_KEYS_H_
