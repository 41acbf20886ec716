#ifndef EARSHOT_ROUTER_TEXT_ROW_SUMS_H_
#define EARSHOT_ROUTER_TEXT_ROW_SUMS_H_

#include <cstddef>
#include <cstdint>

namespace earshot::router {

// sums[i] += value * weights[i] for the first `count`. No sum may leave 32
// bits.
using AddRow = void (*)(const int8_t* weights, int32_t value, int32_t* sums,
                        size_t count);

// For every machine.
void PlainAddRow(const int8_t* weights, int32_t value, int32_t* sums,
                 size_t count);

// The fastest that this machine has. All give the same sums.
AddRow FastestAddRow();

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_ROW_SUMS_H_
