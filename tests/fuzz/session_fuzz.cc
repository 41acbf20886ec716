#include <cstdint>

#include "tests/fuzz/delivery_walk.h"
#include "tests/fuzz/hub_walk.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/peer_walk.h"

// The state machines of a session, each walked by the input: its first byte
// picks the hub, the peer or the deliveries, the others are the steps.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  earshot::fuzz::Input input(data, size);
  switch (input.Below(3)) {
    case 0:
      earshot::fuzz::WalkHub(input);
      break;
    case 1:
      earshot::fuzz::WalkPeer(input);
      break;
    default:
      earshot::fuzz::WalkDeliveries(input);
      break;
  }
  return 0;
}
