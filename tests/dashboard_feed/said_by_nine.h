#ifndef EARSHOT_TESTS_DASHBOARD_FEED_SAID_BY_NINE_H_
#define EARSHOT_TESTS_DASHBOARD_FEED_SAID_BY_NINE_H_

#include "earshot/v1/insight.pb.h"

namespace earshot::feed {

// Enough people at one site for everything to show.
inline void SaidByNine(v1::Insight& insight) {
  insight.set_observations(9);
  insight.set_reporters(9);
  v1::Cell& cell = *insight.add_cells();
  cell.set_site("north-1");
  cell.set_observations(9);
  cell.set_reporters(9);
}

}  // namespace earshot::feed

#endif  // EARSHOT_TESTS_DASHBOARD_FEED_SAID_BY_NINE_H_
