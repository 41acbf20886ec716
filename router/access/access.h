#ifndef EARSHOT_ROUTER_ACCESS_ACCESS_H_
#define EARSHOT_ROUTER_ACCESS_ACCESS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/store/database.h"
#include "base/wire/zap.h"

namespace earshot::router {

enum class Role { kAgent, kFeed };
std::string_view RoleName(Role role);
absl::StatusOr<Role> ParseRole(std::string_view name);

// Whom an operator let in, and for what.
struct Enrolled {
  std::string name;
  std::string public_key;
  Role role = Role::kAgent;
  std::vector<std::string> sites;  // it may report for; empty: any
  bool revoked = false;
  absl::Time enrolled_at;
  absl::Time last_contact;  // InfinitePast: never
  std::string build;
};

// The table of enrolled keys, a file of its own that the command line may
// change beside the running router. Any thread.
class Access final : public wire::Admission {
 public:
  static absl::StatusOr<std::unique_ptr<Access>> Open(const std::string& path);

  // InvalidArgument for a bad key, name or site; AlreadyExists when another
  // name has the key. The same name with a new key replaces the old one.
  absl::Status Enrol(const Enrolled& peer);
  absl::Status Revoke(const std::string& name);
  std::vector<Enrolled> List();
  std::optional<Enrolled> Find(std::string_view name);

  // Rereads the file if another process changed it. The names revoked since
  // the last call, whichever thread noticed first.
  std::vector<std::string> Refresh();
  // Grows when the table was read anew.
  uint64_t Edition() const { return edition_.load(); }

  // In memory; Flush writes them in one transaction.
  void NoteContact(std::string_view name, std::string_view build,
                   absl::Time at);
  absl::Status Flush();

  // wire::Admission, on the ZAP thread.
  std::optional<std::string> Admit(std::string_view public_key) override;
  void Refused(std::string_view address, std::string_view public_key) override;

  struct Refusal {
    std::string address;
    std::string public_key;
  };
  // At most 100 since the last call; the rest only counts.
  std::vector<Refusal> TakeRefusals();

 private:
  explicit Access(std::unique_ptr<store::Database> database);
  absl::Status Load();

  std::mutex mutex_;
  std::unique_ptr<store::Database> database_;
  int64_t version_ = -1;
  std::atomic<uint64_t> edition_ = 0;
  std::map<std::string, Enrolled, std::less<>> by_name_;
  std::map<std::string, std::string, std::less<>> name_of_key_;
  std::map<std::string, bool> dirty_;
  std::vector<Refusal> refusals_;
  std::vector<std::string> ended_;  // not yet told by Refresh
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ACCESS_ACCESS_H_
