#ifndef EARSHOT_ROUTER_COMMANDS_UNDERSTAND_H_
#define EARSHOT_ROUTER_COMMANDS_UNDERSTAND_H_

#include <string>

#include "absl/status/status.h"

namespace earshot::router {

// `train --task understanding`: rows have `text`, `tags` and, in themselves or
// in `expected`, any of topic, kind, sentiment, valence, urgency, language.
// `taxonomy` empty: the default one.
absl::Status TrainOnReports(const std::string& train, const std::string& dev,
                            const std::string& taxonomy, const std::string& out,
                            bool json);

// `classify` without a model: one row out for each row of standard input, as
// the router with the configuration file `config` would read it; "" for the
// usual one. `taxonomy` not empty: in place of the configuration's.
absl::Status UnderstandRows(const std::string& config,
                            const std::string& taxonomy, bool why);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMANDS_UNDERSTAND_H_
