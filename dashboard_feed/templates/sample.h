#ifndef EARSHOT_DASHBOARD_FEED_TEMPLATES_SAMPLE_H_
#define EARSHOT_DASHBOARD_FEED_TEMPLATES_SAMPLE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "earshot/v1/digest.pb.h"

// Digests to try channels and templates with: no real data. Pure.
namespace earshot::feed {

struct SampleDigest {
  std::string name;
  v1::Digest digest;
};

// An empty one, an ordinary one, an alert, one with markup and script in what
// people wrote, and one as large as a digest gets.
std::vector<SampleDigest> SampleDigests();

// The ordinary one, for this leader, as of `now`.
v1::Digest TestDigest(const std::string& leader, absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_TEMPLATES_SAMPLE_H_
