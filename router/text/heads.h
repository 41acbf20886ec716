#ifndef EARSHOT_ROUTER_TEXT_HEADS_H_
#define EARSHOT_ROUTER_TEXT_HEADS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace earshot::router {

// What a model of understanding is asked of every report, in the order of its
// heads.
enum class Head : uint8_t {
  kTopic,      // first level of the taxonomy
  kKind,       // pain_point, praise ...
  kSentiment,  // negative, neutral, positive, mixed
  kValence,    // -4..4
  kUrgency,    // 1..5
  kLanguage,   // ISO 639-1
};
inline constexpr std::array<std::string_view, 6> kHeadNames{
    "topic", "kind", "sentiment", "valence", "urgency", "language"};
inline constexpr size_t kHeads = kHeadNames.size();

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_HEADS_H_
