#ifndef EARSHOT_TESTS_FUZZ_PEER_WALK_H_
#define EARSHOT_TESTS_FUZZ_PEER_WALK_H_

#include "tests/fuzz/input.h"

namespace earshot::fuzz {

// One peer against whatever answers it, in the order that the input gives.
void WalkPeer(Input& input);

}  // namespace earshot::fuzz

#endif  // EARSHOT_TESTS_FUZZ_PEER_WALK_H_
