#ifndef EARSHOT_TESTS_FUZZ_HUB_WALK_H_
#define EARSHOT_TESTS_FUZZ_HUB_WALK_H_

#include "tests/fuzz/input.h"

namespace earshot::fuzz {

// Strangers, enrolled peers and the application against one hub, in the order
// that the input gives.
void WalkHub(Input& input);

}  // namespace earshot::fuzz

#endif  // EARSHOT_TESTS_FUZZ_HUB_WALK_H_
