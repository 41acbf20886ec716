#ifndef EARSHOT_ROUTER_TEXT_MODEL_LAYOUT_H_
#define EARSHOT_ROUTER_TEXT_MODEL_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "earshot/v1/model.pb.h"

// Where what stands in a model file: router/text/README.md.
namespace earshot::router {

inline constexpr std::string_view kMagic = "EARSHOTM";
inline constexpr uint32_t kModelVersion = 1;
inline constexpr size_t kVersionAt = 8;
inline constexpr size_t kHeadSizeAt = 12;
inline constexpr size_t kHeadAt = 16;
inline constexpr size_t kDigestBytes = 32;
inline constexpr size_t kShortestModel = kHeadAt + kDigestBytes;
inline constexpr size_t kPlaceBytes = 8;
inline constexpr uint32_t kRarityBits = 12;
// Of a feature that counts for a text's length, but says nothing.
inline constexpr uint32_t kNoRow = (1U << 20U) - 1;

// Offsets in bytes.
struct Layout {
  size_t places = 0;
  size_t ends = 0;
  size_t labels = 0;
  size_t weights = 0;
  size_t end = 0;
  size_t label_bytes = 1;
};
Layout LayoutOf(const v1::ModelHeader& header, size_t head_bytes);

// InvalidArgument for a head over a limit or that contradicts itself.
absl::Status CheckHead(const v1::ModelHeader& header);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_MODEL_LAYOUT_H_
