#ifndef EARSHOT_ROUTER_TEXT_ROW_SUMS_H_
#define EARSHOT_ROUTER_TEXT_ROW_SUMS_H_

#include <cstddef>
#include <cstdint>

namespace earshot::router {

// Weights with what they are multiplied with.
struct ValuedRow {
  const int8_t* weights = nullptr;
  int32_t value = 0;
};

// sums[i] += value * weights[i] of every row, for the first `count`. No sum may
// leave 32 bits.
using AddRows = void (*)(const ValuedRow* rows, size_t row_count, int32_t* sums,
                         size_t count);

// For every machine.
void PlainAddRows(const ValuedRow* rows, size_t row_count, int32_t* sums,
                  size_t count);

// The fastest that this machine has. All give the same sums.
AddRows FastestAddRows();

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_ROW_SUMS_H_
