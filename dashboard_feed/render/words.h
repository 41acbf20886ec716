#ifndef EARSHOT_DASHBOARD_FEED_RENDER_WORDS_H_
#define EARSHOT_DASHBOARD_FEED_RENDER_WORDS_H_

#include <cstdint>
#include <string>

#include "earshot/v1/digest.pb.h"

// What a digest counts, as people read it: on terminals, in mails, on pages.
// Pure.
namespace earshot::feed {

// "412", or "<5" where small groups hide it.
std::string CountText(const v1::Count& count);
// "1 person", "<5 people".
std::string CountedText(const v1::Count& count, const char* one,
                        const char* many);

// "150 USD (30 to 480)"
std::string CostText(const v1::CostEstimate& cost);

// As short as people say it: 40 min, 3 h, 12 days.
std::string Lasting(int64_t seconds);
// The median of a step, by its name; empty: nothing took it yet.
std::string StepText(const v1::LoopHealth& health, const char* name);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_RENDER_WORDS_H_
