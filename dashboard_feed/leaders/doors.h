#ifndef EARSHOT_DASHBOARD_FEED_LEADERS_DOORS_H_
#define EARSHOT_DASHBOARD_FEED_LEADERS_DOORS_H_

#include <sys/types.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/wire/zap.h"
#include "earshot/v1/configuration.pb.h"

// Who may speak for a leader: by key from anywhere, by user on this machine.
namespace earshot::feed {

// The public keys of the mirrored organisation. Any thread. Keeps the last
// 100 refusals.
class LeaderKeys final : public wire::Admission {
 public:
  // The leaders whose key is no longer good, so that their sessions end.
  std::vector<std::string> Use(const v1::Organisation& organisation);

  std::optional<std::string> Admit(std::string_view public_key) override;
  void Refused(std::string_view address, std::string_view public_key) override;

  struct Refusal {
    std::string address;
    std::string public_key;
  };
  std::vector<Refusal> TakeRefusals();

 private:
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> leader_by_key_;
  std::vector<Refusal> refusals_;
};

// OK if the local user `user` may speak for `leader`: one of its local_users,
// or, when it names none, the user that the feed runs as. Being root is not
// enough.
absl::Status MaySpeakFor(const v1::Leader& leader, uid_t user, uid_t own);

// "a, b and 3 more", for an error that says which leaders there are.
std::string LeaderIds(const v1::Organisation& organisation);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LEADERS_DOORS_H_
