#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_SCRUB_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_SCRUB_H_

#include <cstdint>
#include <set>

#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// Takes the words of these insights out of a digest that was sent: verbatims,
// titles, and wherever else it says them. A digest does not tell whose words
// they are, so all that it quotes of them go. False: it says nothing of them.
// Pure.
bool Scrub(const std::set<uint64_t>& insights, v1::Digest& digest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_SCRUB_H_
