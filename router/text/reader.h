#ifndef EARSHOT_ROUTER_TEXT_READER_H_
#define EARSHOT_ROUTER_TEXT_READER_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "earshot/v1/log.pb.h"
#include "router/text/taxonomy.h"
#include "router/text/understanding.h"

namespace earshot::router {

// Raised when the same text may read differently; it is in every Reading.
inline constexpr uint32_t kReadingVersion = 3;

// What one text says, before it is compared with others.
struct TextReading {
  std::string topic;
  std::string rule;
  uint32_t confidence_milli = 0;  // in the topic
  v1::ObservationKind kind = v1::OBSERVATION_KIND_UNSPECIFIED;
  std::string sentiment;
  std::string language;                  // "und": nothing to tell it by
  int32_t valence = 0;                   // -4..4
  uint32_t urgency = 0;                  // 1..5
  std::array<uint32_t, kHeads> milli{};  // confidences, by Head
  std::string model;                     // first 8 bytes of its content hash
  std::string normalised;
};

// Reads texts. Keeps only room from text to text: the same text always reads
// the same with the same model. One thread's.
class TextReader {
 public:
  // From the next text on. Without it, the model that ships.
  void Use(std::shared_ptr<const Model> model);

  // The reporter's own kind stands, and so does the severity: it is the
  // urgency, one higher for a risk. Without a severity the text's is taken.
  // `tokens`: of the text.
  absl::StatusOr<TextReading> Read(const Taxonomy& taxonomy,
                                   const v1::ObservationRecord& observation,
                                   const v1::PersonalObservation& personal,
                                   const TokenisedText& tokens);

 private:
  std::optional<Understanding> understanding_;
  std::string model_;  // of TextReading
  std::vector<std::string_view> tags_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_READER_H_
