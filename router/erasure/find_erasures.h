#ifndef EARSHOT_ROUTER_ERASURE_FIND_ERASURES_H_
#define EARSHOT_ROUTER_ERASURE_FIND_ERASURES_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/os/random.h"
#include "earshot/v1/log.pb.h"
#include "router/log/log.h"

// What is to go when somebody asks for it: looked for in the log, from the
// command line, beside a router that may run.
namespace earshot::router {

// Whose words are meant.
struct ErasureWanted {
  std::set<std::string> observations;  // ids of the router
  std::string reporter_key;            // empty: nobody's
  std::string reporter;                // the name
};

struct ErasuresFound {
  std::vector<v1::ErasureRecord> records;  // for Log::AskErasures
  std::vector<uint64_t> letters;           // dead letters, likewise
  uint64_t texts = 0;
  uint64_t words = 0;  // reasons of verdicts, and answers to questions
};

// Reads the whole log; `read` is told how far it is. `router_key` makes ids.
absl::StatusOr<ErasuresFound> FindErasures(
    Log& log, const ErasureWanted& wanted, const std::string& router_key,
    os::Random& random, const std::function<void(uint64_t)>& read);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ERASURE_FIND_ERASURES_H_
