#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "router/log/block.h"
#include "tests/testing/seeded_random.h"

namespace earshot::router {
namespace {

struct Made {
  std::vector<LogEntry> entries;
  BlockBuilder builder;
};

class LogBlockTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  LogBlockTest() : random_(GetParam()) {}

  uint64_t Below(uint64_t limit) { return random_.NonZero() % limit; }

  // Entries of several kinds and lanes, some too large for a page, some with
  // nothing beside them.
  void Make(Made& made, uint64_t first) {
    made.builder.Begin(first, "chain");
    EntryList list;
    v1::LogKind kind = v1::LOG_OBSERVATION;
    uint32_t lane = 1;
    for (uint64_t i = 0; i < 300; ++i) {
      if (Below(20) == 0) kind = v1::LOG_READING;
      if (Below(20) == 0) kind = v1::LOG_OBSERVATION;
      if (Below(20) == 0) lane = 1 - lane;
      LogEntry entry;
      entry.kind = kind;
      entry.lane = lane;
      entry.body = random_.Bytes(Below(Below(40) == 0 ? 20000 : 300));
      if (Below(4) != 0) {
        entry.salt = random_.Bytes(16);
        entry.personal = random_.Bytes(1 + Below(300));
      }
      if (Below(4) != 0) entry.token = {"agent", random_.Bytes(16)};
      list.push_back(entry);
      // As appends of one commit.
      if (Below(10) == 0) made.builder.Add(std::exchange(list, EntryList()));
      made.entries.push_back(std::move(entry));
    }
    made.builder.Add(list);
  }

  testing::SeededRandom random_;
};

void ExpectSame(const LogEntry& entry, const BlockReader& read) {
  EXPECT_EQ(entry.kind, read.kind());
  EXPECT_EQ(entry.body, read.body());
  EXPECT_EQ(!entry.personal.empty(), read.parts().personal.has_value());
  EXPECT_EQ(entry.personal, read.parts().personal.value_or(""));
  EXPECT_EQ(entry.salt, read.parts().salt);
  EXPECT_EQ(entry.token ? entry.token->agent : "", read.parts().agent);
  EXPECT_EQ(entry.token ? entry.token->record : "", read.parts().record);
}

TEST_P(LogBlockTest, WhatGoesInComesOutInOrderByPages) {
  Made made;
  Make(made, 7);
  uint64_t position = 7;
  std::string chained = "chain";
  for (const BlockBuilder::Block& block : made.builder.Blocks()) {
    EXPECT_EQ(block.first, position);
    const bool one = block.first == block.last;
    EXPECT_TRUE(one || block.bodies.size() + block.parts.size() <=
                           BlockBuilder::kBlockBytes);
    BlockReader read(block.first, block.bodies, block.parts);
    while (read.Next()) {
      EXPECT_EQ(read.position(), position);
      const LogEntry& entry = made.entries.at(position - 7);
      EXPECT_EQ(block.kind, entry.kind);
      EXPECT_EQ(block.lane, entry.lane);
      ExpectSame(entry, read);
      ++position;
    }
    EXPECT_FALSE(read.damaged());
    EXPECT_EQ(block.last + 1, position);
    chained += block.bodies;
  }
  EXPECT_EQ(position, made.builder.next());
  EXPECT_EQ(position - 7, made.entries.size());
  EXPECT_EQ(chained, made.builder.chained());
}

TEST_P(LogBlockTest, SmallEntriesOfALaneShareAPage) {
  EntryList entries;
  for (int i = 0; i < 100; ++i) {
    entries.push_back({v1::LOG_OBSERVATION, 1, std::string(150, 'b'),
                       std::string(16, 's'), std::string(150, 'p'),
                       OwnerToken{"pc1", std::string(16, 'r')}});
  }
  BlockBuilder builder;
  builder.Begin(1, "");
  builder.Add(entries);
  EXPECT_LE(builder.Blocks().size(), 5U);
}

TEST_P(LogBlockTest, WhatIsChangedChangesNothingElse) {
  Made made;
  Make(made, 1);
  for (const BlockBuilder::Block& block : made.builder.Blocks()) {
    if (block.parts.empty()) continue;
    const uint64_t gone = block.first + Below(block.last - block.first + 1);
    const auto changed = ChangedParts(
        block.first, block.parts, [&](uint64_t position, EntryParts& parts) {
          if (position != gone) return;
          parts.personal.reset();
          parts.agent = "=own";
        });
    ASSERT_TRUE(changed.ok()) << changed.status();
    BlockReader read(block.first, block.bodies, *changed);
    while (read.Next()) {
      LogEntry entry = made.entries.at(read.position() - 1);
      if (read.position() == gone) {
        if (entry.personal.size() > 7) {  // else it may be elsewhere as well
          EXPECT_EQ(changed->find(entry.personal), std::string::npos);
        }
        entry.personal.clear();
        entry.salt.clear();
        entry.token = {"=own", entry.token ? entry.token->record : ""};
      }
      ExpectSame(entry, read);
      const auto alone = PartsAt(block.first, *changed, read.position());
      ASSERT_TRUE(alone.ok()) << alone.status();
      EXPECT_EQ(alone->record, read.parts().record);
    }
    EXPECT_FALSE(read.damaged());
    EXPECT_FALSE(PartsAt(block.first, *changed, block.last + 1).ok());
  }
}

// What the disk may give back instead of a block.
TEST_P(LogBlockTest, CutOrGarbledBlocksAreDamagedAndHarmNothing) {
  Made made;
  Make(made, 1);
  for (const BlockBuilder::Block& block : made.builder.Blocks()) {
    const auto whole = [&](std::string_view bodies, std::string_view parts) {
      BlockReader read(block.first, bodies, parts);
      uint64_t entries = 0;
      while (read.Next()) ++entries;
      return !read.damaged() && entries == block.last - block.first + 1;
    };
    const size_t cut = Below(block.bodies.size());
    EXPECT_FALSE(whole(block.bodies.substr(0, cut), block.parts));
    if (!block.parts.empty()) {
      const size_t left = 1 + Below(block.parts.size());
      EXPECT_EQ(whole(block.bodies, block.parts.substr(0, left)),
                left == block.parts.size());
    }
    std::string garbled(block.bodies);
    std::string garbled_parts(block.parts);
    for (std::string* bytes : {&garbled, &garbled_parts}) {
      if (!bytes->empty()) bytes->at(Below(bytes->size())) ^= '\x55';
    }
    whole(garbled, garbled_parts);
    ChangedParts(block.first, garbled_parts, [](uint64_t, EntryParts&) {})
        .status()
        .IgnoreError();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LogBlockTest,
                         ::testing::Range<uint64_t>(1, 21));

}  // namespace
}  // namespace earshot::router
