#ifndef EARSHOT_ROUTER_INSIGHT_FIRST_HEARD_H_
#define EARSHOT_ROUTER_INSIGHT_FIRST_HEARD_H_

#include <algorithm>
#include <cstdint>

namespace earshot::router {

// A reporter counts in one of `cells`, where they were first heard. An
// observation was taken out of `cell`: of a reporter who has none left, or has
// others elsewhere. No cell counts more people than it has observations: who is
// gone may have been counted in another cell, and who is not is counted in
// another from now on. Pure.
template <typename Cells, typename Cell>
void MoveReporter(Cells& cells, Cell& cell, bool last_of_reporter) {
  const auto find = [&](const auto& wanted) {
    const auto found = std::find_if(cells.begin(), cells.end(), wanted);
    return found == cells.end() ? nullptr : &*found;
  };
  Cell* counted = &cell;
  if (last_of_reporter && cell.reporters() == 0) {
    counted = find([](const Cell& other) { return other.reporters() > 0; });
  }
  if (last_of_reporter && counted != nullptr && counted->reporters() > 0) {
    counted->set_reporters(counted->reporters() - 1);
  }
  if (cell.reporters() <= cell.observations()) return;
  cell.set_reporters(static_cast<uint32_t>(cell.observations()));
  Cell* const other = find([](const Cell& candidate) {
    return candidate.reporters() < candidate.observations();
  });
  if (other != nullptr) other->set_reporters(other->reporters() + 1);
}

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_FIRST_HEARD_H_
