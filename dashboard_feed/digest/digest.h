#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_DIGEST_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_DIGEST_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// One leader's digest: what is in it and in which order. Pure: the same model
// and request give the same digest. The model is only read, its words by one
// thread at a time.
namespace earshot::feed {

// Observations by insight, rising; 0 where they were hidden, so that no
// difference gives a hidden number away.
using ShownCounts = std::vector<std::pair<uint64_t, uint64_t>>;

// What the digest before this one showed.
struct Before {
  bool any = false;
  absl::Time to;
  ShownCounts shown;
  std::vector<v1::DigestNumber> numbers;   // at the top of it
  std::set<std::string> told_not_applied;  // keys, of all those before as well
};

struct DigestRequest {
  const v1::Subscription* subscription = nullptr;  // null: on demand
  std::string period;
  absl::Time from;
  absl::Time to;  // and what "now" is
  Before before;
  v1::DigestAsk ask;
  // Of so many insights, what can be done at once is, on a second thread that
  // lives as long as the call. The digest is the same.
  size_t worth_a_thread = 20000;
};

struct Built {
  v1::Digest digest;
  ShownCounts shown;  // for the next Before
  size_t items = 0;
};

Built BuildDigest(const Model& model, const v1::Leader& leader,
                  const DigestRequest& request);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_DIGEST_H_
