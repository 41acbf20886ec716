#include "dashboard_feed/rehearse/rows_in_order.h"

#include <algorithm>
#include <utility>

#include "base/os/status_text.h"
#include "proto/contract/times.h"

namespace earshot::feed {

void RowsInOrder::Refuse(uint64_t line, std::string reason) {
  ++refused;
  if (bad.size() < kMostBad) bad.push_back({line, std::move(reason)});
}

RowsInOrder ReadRowsInOrder(std::istream& in, contract::RowFormat format) {
  RowsInOrder out;
  contract::RowReader reader(in, format);
  while (true) {
    auto row = reader.Next();
    if (absl::IsOutOfRange(row.status())) break;
    if (!row.ok()) {
      out.Refuse(reader.line(), os::StatusText(row.status()));
      continue;
    }
    OrderedRow ordered;
    ordered.line = reader.line();
    if (row->received_at) {
      ordered.arrived = *row->received_at;
    } else if (row->observation.has_observed_at()) {
      ordered.arrived = contract::ToTime(row->observation.observed_at());
    } else {
      out.Refuse(reader.line(),
                 "the row has no time; give it observed_at (RFC 3339) or ts "
                 "(seconds)");
      continue;
    }
    row->bytes.clear();
    ordered.row = *std::move(row);
    out.rows.push_back(std::move(ordered));
  }
  std::stable_sort(out.rows.begin(), out.rows.end(),
                   [](const OrderedRow& a, const OrderedRow& b) {
                     return a.arrived < b.arrived;
                   });
  return out;
}

}  // namespace earshot::feed
