#ifndef EARSHOT_DASHBOARD_FEED_REHEARSE_ROWS_IN_ORDER_H_
#define EARSHOT_DASHBOARD_FEED_REHEARSE_ROWS_IN_ORDER_H_

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/rows.h"

namespace earshot::feed {

struct OrderedRow {
  absl::Time arrived;  // received_at, else observed_at
  uint64_t line = 0;
  contract::Row row;
};

struct BadLine {
  uint64_t line = 0;
  std::string reason;
};

// All rows of a file by the time at which they arrived, equal ones as they
// stand. Memory: the rows. A row without any time is a bad one.
struct RowsInOrder {
  std::vector<OrderedRow> rows;
  std::vector<BadLine> bad;  // the first kMostBad; `refused` counts all
  uint64_t refused = 0;

  static constexpr size_t kMostBad = 1000;
  void Refuse(uint64_t line, std::string reason);
};

RowsInOrder ReadRowsInOrder(std::istream& in, contract::RowFormat format);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_REHEARSE_ROWS_IN_ORDER_H_
