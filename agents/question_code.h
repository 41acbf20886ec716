#ifndef EARSHOT_AGENTS_QUESTION_CODE_H_
#define EARSHOT_AGENTS_QUESTION_CODE_H_

#include <string>

#include "base/os/bytes.h"

namespace earshot::agents {

// What people type to answer a question: 7 letters and digits.
inline std::string QuestionCode(const std::string& id) {
  constexpr size_t kBytes = 4;
  return os::ToBase32(id.substr(0, kBytes));
}

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_QUESTION_CODE_H_
