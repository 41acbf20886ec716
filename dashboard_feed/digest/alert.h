#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_ALERT_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_ALERT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/model.h"
#include "earshot/v1/digest.pb.h"

// What a leader is told at once, in the form of a digest with one section, so
// that every client and channel can show it. Pure.
namespace earshot::feed {

inline constexpr size_t kMostTogether = 20;  // alerts listed in one

struct AlertRequest {
  std::vector<v1::Alert> alerts;  // the last kMostTogether are listed
  std::string subscription;       // empty: the leader's own queue
  std::string period;             // see Digest
  std::string time_zone;          // to show times in; empty: the leader's
  absl::Time now;
};

// `alerts` are in the leader's scope and open: each shows its site, severity
// and moment. Counts and title are those of its insight, as small groups allow;
// the verbatim is the observation's own, if it may be quoted.
v1::Digest BuildAlert(const Model& model, const v1::Leader& leader,
                      const AlertRequest& request);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_ALERT_H_
