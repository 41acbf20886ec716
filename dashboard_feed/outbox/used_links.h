#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_USED_LINKS_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_USED_LINKS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/store/database.h"

namespace earshot::feed {

// The key that seals links in mails, and which of them were acted by; in the
// outbox's database, which outlives it. One thread. A link is remembered until
// it has expired.
class UsedLinks {
 public:
  static const char* Migration();

  explicit UsedLinks(store::Database& database) : database_(database) {}

  // `size` secret bytes, made at the first call and the same ever after.
  absl::StatusOr<std::string> Key(size_t size, os::Random& random);

  absl::StatusOr<bool> Used(std::string_view token);
  // Durable when it returns OK. Those that have expired go.
  absl::Status Use(std::string_view token, absl::Time expires, absl::Time now);

 private:
  store::Database& database_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_USED_LINKS_H_
