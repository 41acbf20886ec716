#include "router/text/report_tokens.h"

namespace earshot::router {

void AppendTag(std::string_view tag, TokenisedText& scratch,
               TokenisedText& report) {
  Tokenise(tag, scratch);
  if (scratch.tokens.empty() ||
      report.tokens.size() + scratch.tokens.size() > kMostTokens) {
    return;
  }
  if (!report.tokens.empty()) {
    report.tokens.back().clause_end = true;
    report.tokens.back().parted = true;
    report.text.push_back(' ');
  }
  const auto offset = static_cast<uint32_t>(report.text.size());
  report.text += scratch.text;
  for (Token token : scratch.tokens) {
    token.begin += offset;
    report.tokens.push_back(token);
  }
}

}  // namespace earshot::router
