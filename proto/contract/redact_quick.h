#ifndef EARSHOT_PROTO_CONTRACT_REDACT_QUICK_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_QUICK_H_

#include <string_view>

namespace earshot::contract::redact {

// True only if Scan and the finders would find nothing in `text`: plain ASCII,
// accented letters of western Europe and placeholders, with too few digits,
// spoken or written, for any number, and no address. One pass, no memory; most
// texts of people end here. Says nothing about an organisation's own patterns.
bool NothingToFind(std::string_view text);

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_QUICK_H_
