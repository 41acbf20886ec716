#ifndef EARSHOT_ROUTER_EXPORT_LABELS_H_
#define EARSHOT_ROUTER_EXPORT_LABELS_H_

#include <cstddef>
#include <iosfwd>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "router/log/log.h"
#include "router/views/views.h"

namespace earshot::router {

struct LabelOptions {
  absl::Time since = absl::InfinitePast();  // corrections the router got then
  size_t most = 100000;  // rows; those beyond are left out, the newest insights
};

// Leaders' topic corrections as training rows: {"id","text","label"}, a line
// for each text of each insight whose topic is the one that a leader gave it
// last. What was erased or taken back is not there. A row tells neither who
// said it, where, when nor in which order: its id is a hash of text and label,
// equal rows are one, and rows are sorted by id. ResourceExhausted, when rows
// were left out; the others are written.
absl::Status ExportLabels(Log& log, Views& views, const LabelOptions& options,
                          std::ostream& out);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_EXPORT_LABELS_H_
