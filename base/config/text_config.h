#ifndef EARSHOT_BASE_CONFIG_TEXT_CONFIG_H_
#define EARSHOT_BASE_CONFIG_TEXT_CONFIG_H_

#include <google/protobuf/message.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

// Configuration in protobuf text format.
namespace earshot::config {

// One mistake and where it stands. `line` counts from 1; 0: the whole file.
struct Mistake {
  int line = 0;
  std::string text;  // what is wrong and what would be right
};

// The lines on which a message's own fields begin, from 1, by name and place
// among those of the name.
using FieldLines = std::map<std::pair<std::string, int>, int>;

// Reads `text` into `message`. All mistakes are listed, not the first alone:
// unknown fields, wrong values, syntax (at most 50). On any mistake the
// content of `message` is unspecified. `lines` may be null. A file is at most
// kMostBytes.
constexpr size_t kMostBytes = 4 << 20;
std::vector<Mistake> ParseText(const std::string& text,
                               google::protobuf::Message& message,
                               FieldLines* lines = nullptr);

// One InvalidArgument with every mistake on a line of its own, as
// "path:line: text", at most 50 of them and how many more there are; OK when
// there is none.
absl::Status AsStatus(const std::string& path,
                      const std::vector<Mistake>& mistakes);

// Reads and parses a file.
absl::Status LoadFile(const std::string& path,
                      google::protobuf::Message& message,
                      FieldLines* lines = nullptr);

}  // namespace earshot::config

#endif  // EARSHOT_BASE_CONFIG_TEXT_CONFIG_H_
