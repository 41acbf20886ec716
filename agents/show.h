#ifndef EARSHOT_AGENTS_SHOW_H_
#define EARSHOT_AGENTS_SHOW_H_

#include <string>

#include "absl/time/time.h"

// The agent's JSON answers as text for people. Pure.
namespace earshot::agents {

struct ShowStyle {
  bool colour = false;
  absl::TimeZone zone;  // of the reader
};

std::string ShowStatus(const std::string& json, const ShowStyle& style);
std::string ShowInbox(const std::string& json, const ShowStyle& style);
std::string ShowRecorded(const std::string& json);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_SHOW_H_
