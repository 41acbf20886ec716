#ifndef EARSHOT_BASE_OS_STATUS_TEXT_H_
#define EARSHOT_BASE_OS_STATUS_TEXT_H_

#include <string>

#include "absl/status/status.h"

namespace earshot::os {

// The message as std::string: the library's own string_view is another type
// on older distributions.
inline std::string StatusText(const absl::Status& status) {
  return std::string(status.message());
}

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_STATUS_TEXT_H_
