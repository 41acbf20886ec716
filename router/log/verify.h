#ifndef EARSHOT_ROUTER_LOG_VERIFY_H_
#define EARSHOT_ROUTER_LOG_VERIFY_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

// Whether a log is what the router once wrote.
//
// Commits are chained: the hash of each is SHA-256 over the hash before it and,
// for each record, its kind (1 byte), the length of its body (8 bytes, little
// endian) and the body. A personal part stands beside its record, which holds a
// salted HMAC of it; it may have been erased, and then only that is missing.
// Whoever can write the file can make a new chain: what tells that is a hash
// which stands elsewhere, as at the end of each digest.
namespace earshot::router {

struct LogVerdict {
  uint64_t records = 0;
  uint64_t commits = 0;
  uint64_t personal = 0;   // parts that are as they were
  uint64_t erased = 0;     // parts that are gone
  std::string head;        // 32 bytes; of the last commit
  bool found = false;      // a commit has the hash that was asked for
  uint64_t broken_at = 0;  // position; 0: nothing is wrong
  std::string what;        // is wrong there
};

// Reads all of it, beside a running router if need be, up to the first thing
// that is wrong. `head`: how the hash of a commit begins that must be there;
// may be empty. `progress` is told of records read, now and then.
absl::StatusOr<LogVerdict> VerifyLog(
    const std::string& path, const std::string& head,
    const std::function<void(uint64_t)>& progress);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOG_VERIFY_H_
