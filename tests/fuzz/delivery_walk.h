#ifndef EARSHOT_TESTS_FUZZ_DELIVERY_WALK_H_
#define EARSHOT_TESTS_FUZZ_DELIVERY_WALK_H_

#include "tests/fuzz/input.h"

namespace earshot::fuzz {

// Deliveries to a peer with a durable cursor, over sessions that break; and
// cursors that no honest peer would send.
void WalkDeliveries(Input& input);

}  // namespace earshot::fuzz

#endif  // EARSHOT_TESTS_FUZZ_DELIVERY_WALK_H_
