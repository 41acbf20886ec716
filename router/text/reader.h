#ifndef EARSHOT_ROUTER_TEXT_READER_H_
#define EARSHOT_ROUTER_TEXT_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "earshot/v1/log.pb.h"
#include "router/text/taxonomy.h"
#include "router/text/tokens.h"

namespace earshot::router {

// Raised when the same text may read differently; it is in every Reading.
inline constexpr uint32_t kReadingVersion = 2;

// What one text says, before it is compared with others.
struct TextReading {
  std::string topic;
  std::string rule;
  uint32_t confidence_milli = 0;
  v1::ObservationKind kind = v1::OBSERVATION_KIND_UNSPECIFIED;
  std::string language;
  uint32_t urgency = 0;  // 1..5
  std::string normalised;
};

// Reads texts. Keeps only room from text to text: the same text always reads
// the same. One thread's.
class TextReader {
 public:
  // The reporter's own kind stands; a praise or noise topic gives theirs;
  // otherwise the kind is not guessed. Urgency is the severity, one higher for
  // a risk.
  TextReading Read(const Taxonomy& taxonomy,
                   const v1::ObservationRecord& observation,
                   const v1::PersonalObservation& personal);

 private:
  TokenisedText tokens_;
  std::vector<std::string_view> tags_;
  Taxonomy::Match match_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_READER_H_
