#include "router/text/row_sums.h"

#include <algorithm>
#include <cstring>

namespace earshot::router {
namespace {

#if defined(__x86_64__)

constexpr size_t kLanes = 8;
constexpr size_t kTile = 6;  // vectors of sums that stay in registers
using Bytes = int8_t __attribute__((vector_size(kLanes)));
using Words = int32_t __attribute__((vector_size(kLanes * sizeof(int32_t))));

// All rows over as many columns as `vectors` hold, from `first` on.
template <size_t vectors>
__attribute__((target("avx2"))) void AddTile(const ValuedRow* rows,
                                             size_t row_count, int32_t* sums,
                                             size_t first) {
  Words wide[vectors];
  std::memcpy(wide, sums + first, sizeof(wide));
  for (size_t row = 0; row < row_count; ++row) {
    const int8_t* const weights = rows[row].weights + first;
    const int32_t value = rows[row].value;
    for (size_t i = 0; i < vectors; ++i) {
      Bytes narrow;
      std::memcpy(&narrow, weights + i * kLanes, sizeof(narrow));
      wide[i] += __builtin_convertvector(narrow, Words) * value;
    }
  }
  std::memcpy(sums + first, wide, sizeof(wide));
}

__attribute__((target("avx2"))) void Avx2AddRows(const ValuedRow* rows,
                                                 size_t row_count,
                                                 int32_t* sums, size_t count) {
  size_t first = 0;
  for (; first + kTile * kLanes <= count; first += kTile * kLanes) {
    AddTile<kTile>(rows, row_count, sums, first);
  }
  for (; first + kLanes <= count; first += kLanes) {
    AddTile<1>(rows, row_count, sums, first);
  }
  for (size_t row = 0; row < row_count; ++row) {
    for (size_t i = first; i < count; ++i) {
      sums[i] += rows[row].value * rows[row].weights[i];
    }
  }
}

#endif

}  // namespace

void PlainAddRows(const ValuedRow* rows, size_t row_count, int32_t* sums,
                  size_t count) {
  for (size_t row = 0; row < row_count; ++row) {
    for (size_t i = 0; i < count; ++i) {
      sums[i] += rows[row].value * rows[row].weights[i];
    }
  }
}

AddRows FastestAddRows() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) return &Avx2AddRows;
#endif
  return &PlainAddRows;
}

}  // namespace earshot::router
