#include "router/text/row_sums.h"

#include <cstring>

namespace earshot::router {
namespace {

#if defined(__x86_64__)

constexpr size_t kLanes = 8;
using Bytes = int8_t __attribute__((vector_size(kLanes)));
using Words = int32_t __attribute__((vector_size(kLanes * sizeof(int32_t))));

__attribute__((target("avx2"))) void Avx2AddRow(const int8_t* weights,
                                                int32_t value, int32_t* sums,
                                                size_t count) {
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Bytes narrow;
    Words wide;
    std::memcpy(&narrow, weights + i, sizeof(narrow));
    std::memcpy(&wide, sums + i, sizeof(wide));
    wide += __builtin_convertvector(narrow, Words) * value;
    std::memcpy(sums + i, &wide, sizeof(wide));
  }
  for (; i < count; ++i) sums[i] += value * weights[i];
}

#endif

}  // namespace

void PlainAddRow(const int8_t* weights, int32_t value, int32_t* sums,
                 size_t count) {
  for (size_t i = 0; i < count; ++i) sums[i] += value * weights[i];
}

AddRow FastestAddRow() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) return &Avx2AddRow;
#endif
  return &PlainAddRow;
}

}  // namespace earshot::router
