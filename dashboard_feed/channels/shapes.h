#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_SHAPES_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_SHAPES_H_

#include <string>

#include "earshot/v1/configuration.pb.h"

namespace earshot::feed {

inline constexpr size_t kSlackBlocks = 50;        // a message
inline constexpr size_t kSlackTextBytes = 2900;   // of 3000 characters a block
inline constexpr size_t kSlackHeaderBytes = 140;  // of 150
inline constexpr size_t kTeamsBytes = 26 << 10;   // of 28 KB a message

// `body`, made to fit what the receiver takes: texts that are too long end in
// "...", and elements past the limit give way to one line with `more`. What is
// no such message comes back as it was. Pure.
std::string FitShape(v1::WebhookChannel::Shape shape, const std::string& body,
                     const std::string& more);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_SHAPES_H_
