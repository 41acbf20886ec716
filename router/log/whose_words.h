#ifndef EARSHOT_ROUTER_LOG_WHOSE_WORDS_H_
#define EARSHOT_ROUTER_LOG_WHOSE_WORDS_H_

#include <string>

#include "router/log/log.h"

namespace earshot::router {

// The observation that a record is, or is said about by its reporter: a report,
// a verdict, an answer to a question. Empty: it is none of these, is about
// none, or cannot be read. Whether its words are there still is another matter.
std::string WhoseWords(const LogRow& row);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOG_WHOSE_WORDS_H_
