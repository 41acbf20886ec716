#ifndef EARSHOT_PROTO_CONTRACT_TIMES_H_
#define EARSHOT_PROTO_CONTRACT_TIMES_H_

#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

// Between the messages' timestamps (UTC) and absl::Time.
namespace earshot::contract {

inline absl::Time ToTime(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds()) +
         absl::Nanoseconds(stamp.nanos());
}

inline google::protobuf::Timestamp ToStamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  const absl::Duration since = time - absl::UnixEpoch();
  const int64_t seconds =
      absl::ToInt64Seconds(absl::Floor(since, absl::Seconds(1)));
  stamp.set_seconds(seconds);
  stamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(since - absl::Seconds(seconds))));
  return stamp;
}

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_TIMES_H_
