#ifndef EARSHOT_DASHBOARD_FEED_REHEARSE_SAMPLES_H_
#define EARSHOT_DASHBOARD_FEED_REHEARSE_SAMPLES_H_

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "proto/contract/leader_scope.h"

namespace earshot::feed {

// The rows that stand behind an insight, the latest last. At most kMost each.
class Samples {
 public:
  struct Row {
    std::string id;
    std::string site;
    std::string channel;
    std::string shift;
    absl::Time arrived;
  };
  static constexpr size_t kMost = 256;

  void Add(uint64_t insight, Row row);
  // Ids of the last `most` of these insights in these of the leader's scopes,
  // the latest first.
  std::vector<std::string> Latest(const std::vector<uint64_t>& insights,
                                  const contract::LeaderScope& scope,
                                  contract::LeaderScope::Scopes scopes,
                                  size_t most) const;

 private:
  std::unordered_map<uint64_t, std::deque<Row>> rows_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_REHEARSE_SAMPLES_H_
