#ifndef EARSHOT_AGENTS_CAPTURE_SHIFTS_H_
#define EARSHOT_AGENTS_CAPTURE_SHIFTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::agents {

// The shift in which something happened, and the moment at which it began.
struct ShiftAt {
  std::string name;
  absl::Time start;
};

// The shifts of a site by local time of day. Immutable; any thread.
class ShiftTable {
 public:
  // Morning 06-14, afternoon 14-18, evening 18-22, night 22-06.
  explicit ShiftTable(absl::TimeZone zone);

  // An empty list: the shifts above. InvalidArgument names the shift whose
  // times cannot be read.
  static absl::StatusOr<ShiftTable> FromConfig(
      const google::protobuf::RepeatedPtrField<v1::Shift>& shifts,
      absl::TimeZone zone);

  // The first shift of the list that contains the moment. A gap between
  // shifts has no name and begins with the local hour.
  ShiftAt At(absl::Time time) const;

  absl::TimeZone zone() const { return zone_; }

 private:
  struct Entry {
    std::string name;
    int starts = 0;  // minutes after local midnight
    int ends = 0;    // not above `starts`: past midnight
  };
  ShiftTable(std::vector<Entry> entries, absl::TimeZone zone);

  std::vector<Entry> entries_;
  absl::TimeZone zone_;
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_CAPTURE_SHIFTS_H_
