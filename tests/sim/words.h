#ifndef EARSHOT_TESTS_SIM_WORDS_H_
#define EARSHOT_TESTS_SIM_WORDS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/sim/plan.h"

// What people write in a run. Words that only one of them uses are as long as
// each other, so that none is found where another stands.
namespace earshot::sim {

inline constexpr std::array<const char*, kTexts> kWords{
    "the self checkout froze again", "we ran out of bags at the till",
    "a customer slipped on the wet floor", "the card reader is slow today"};

// Which of these it begins with; kTexts: none.
inline uint64_t WordsOf(std::string_view text) {
  uint64_t which = 0;
  while (which < kTexts && !text.starts_with(kWords.at(which))) ++which;
  return which;
}

// A word of the report with this number alone, in its text or, with another
// `mark`, in a reason.
inline std::string OwnWord(char mark, uint64_t number) {
  std::string word{mark, 'x'};
  for (int i = 0; i < 4; ++i, number /= 26) {
    word += static_cast<char>('a' + number % 26);
  }
  return word + "zk";
}

}  // namespace earshot::sim

#endif  // EARSHOT_TESTS_SIM_WORDS_H_
