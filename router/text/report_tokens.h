#ifndef EARSHOT_ROUTER_TEXT_REPORT_TOKENS_H_
#define EARSHOT_ROUTER_TEXT_REPORT_TOKENS_H_

#include <string_view>

#include "router/text/tokens.h"

namespace earshot::router {

// Appends the tokens of one of the report's tags to those of its text, as
// words that stand after it. `scratch` keeps memory from call to call. Nothing
// is appended beyond kMostTokens.
void AppendTag(std::string_view tag, TokenisedText& scratch,
               TokenisedText& report);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_REPORT_TOKENS_H_
