#ifndef EARSHOT_TESTS_ROUTER_ENTRY_AT_H_
#define EARSHOT_TESTS_ROUTER_ENTRY_AT_H_

#include <gtest/gtest.h>

#include "router/log/block.h"

namespace earshot::router {

// One of a list's entries, from 0, as it was added.
inline LogEntry EntryAt(const EntryList& entries, uint64_t index) {
  BlockReader read(0, entries.bodies(), entries.parts());
  while (read.Next() && read.position() < index) {
  }
  EXPECT_FALSE(read.damaged());
  EXPECT_EQ(read.position(), index);
  LogEntry entry;
  entry.kind = read.kind();
  entry.body = read.body();
  entry.salt = read.parts().salt;
  entry.personal = read.parts().personal.value_or("");
  entry.token = {std::string(read.parts().agent),
                 std::string(read.parts().record)};
  return entry;
}

}  // namespace earshot::router

#endif  // EARSHOT_TESTS_ROUTER_ENTRY_AT_H_
