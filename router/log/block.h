#ifndef EARSHOT_ROUTER_LOG_BLOCK_H_
#define EARSHOT_ROUTER_LOG_BLOCK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "earshot/v1/log.pb.h"

// Entries of one kind and lane in a row of the log's tables: a row for each
// entry would cost more than what it holds. Pure; README.md has the layout.
namespace earshot::router {

// Names the agent that must get the answers; the router's alone. Once nobody
// needs the name any more, what was found out with it may stand in its place.
struct OwnerToken {
  std::string agent;
  std::string record;  // record id, 16 bytes

  bool NamesAgent() const { return !agent.empty() && agent.front() != '='; }
};

struct LogEntry {
  v1::LogKind kind = v1::LOG_KIND_UNSPECIFIED;
  uint32_t lane = 1;
  std::string body;      // serialised message of log.proto
  std::string salt;      // 16 bytes, when there is a personal part
  std::string personal;  // serialised Personal...
  std::optional<OwnerToken> token;
};

// What stands beside a body and can be taken out of it. Views of a block.
struct EntryParts {
  std::optional<std::string_view> personal;
  std::string_view salt;  // 16 bytes, with `personal`
  std::string_view agent;
  std::string_view record;
};

// Entries on their way into the log, as their blocks will have them.
class EntryList {
 public:
  void push_back(const LogEntry& entry);
  void Add(v1::LogKind kind, uint32_t lane, std::string_view body,
           const EntryParts& parts);
  // The router's own, with nothing beside it.
  void Add(v1::LogKind kind, std::string_view body) { Add(kind, 1, body, {}); }
  // Memory for so many that have so many bytes in all.
  void Reserve(size_t entries, size_t bytes);

  size_t size() const { return heads_.size(); }
  bool empty() const { return heads_.empty(); }
  // Of memory, with what is reserved and not used.
  size_t bytes() const {
    return bodies_.capacity() + parts_.capacity() +
           heads_.capacity() * sizeof(Head);
  }
  bool has_urgent() const { return has_urgent_; }  // observations
  // As a BlockReader takes them, were they one block.
  std::string_view bodies() const { return bodies_; }
  std::string_view parts() const { return parts_; }

 private:
  friend class BlockBuilder;
  struct Head {
    v1::LogKind kind = v1::LOG_KIND_UNSPECIFIED;
    uint32_t lane = 0;
    size_t bodies_end = 0;
    size_t parts_end = 0;
    bool has_parts = false;
  };
  std::string bodies_;
  std::string parts_;
  std::vector<Head> heads_;
  bool has_urgent_ = false;
};

// Fills blocks with the entries of one commit. One thread.
class BlockBuilder {
 public:
  // Bodies and parts of a block that is not larger fit one page of the log's
  // file; one larger entry is a block of its own.
  static constexpr size_t kBlockBytes = 8100;

  // Views of the builder's memory, until the next Begin.
  struct Block {
    v1::LogKind kind = v1::LOG_KIND_UNSPECIFIED;
    uint32_t lane = 0;
    uint64_t first = 0;
    uint64_t last = 0;
    std::string_view bodies;
    std::string_view parts;  // empty: not one of them has any
  };

  // `chained`: what the chain's next hash begins with.
  void Begin(uint64_t first, std::string_view chained);
  void Add(const EntryList& entries);
  std::vector<Block> Blocks() const;
  // What was given to Begin and every entry since, as the chain hashes them.
  std::string_view chained() const { return bodies_; }
  uint64_t next() const { return next_; }

 private:
  struct Range {
    v1::LogKind kind = v1::LOG_KIND_UNSPECIFIED;
    uint32_t lane = 0;
    uint64_t first = 0;
    size_t bodies = 0;  // where they begin
    size_t parts = 0;
    bool has_parts = false;
  };
  Range& RangeFor(const EntryList::Head& head, size_t bytes);

  uint64_t next_ = 0;
  std::string bodies_;
  std::string parts_;
  std::vector<Range> ranges_;
};

// Goes through a block's entries in order.
class BlockReader {
 public:
  // `parts` may be empty.
  BlockReader(uint64_t first, std::string_view bodies, std::string_view parts)
      : position_(first - 1),
        bodies_(bodies),
        parts_(parts),
        has_parts_(!parts.empty()) {}

  // False at the end, and where the bytes are not a block: then `damaged`.
  bool Next();
  bool damaged() const { return damaged_; }
  uint64_t position() const { return position_; }
  v1::LogKind kind() const { return kind_; }
  std::string_view body() const { return body_; }
  const EntryParts& parts() const { return of_entry_; }

 private:
  bool Damaged();
  uint64_t position_;
  std::string_view bodies_;  // what is left of them
  std::string_view parts_;
  const bool has_parts_;
  bool damaged_ = false;
  v1::LogKind kind_ = v1::LOG_KIND_UNSPECIFIED;
  std::string_view body_;
  EntryParts of_entry_;
};

// Those of one entry of a block's parts; DataLoss where they are damaged, and
// where the block ends before it.
absl::StatusOr<EntryParts> PartsAt(uint64_t first, std::string_view parts,
                                   uint64_t position);

// A block's parts with those of some entries changed; DataLoss where they are
// damaged.
absl::StatusOr<std::string> ChangedParts(
    uint64_t first, std::string_view parts,
    const std::function<void(uint64_t position, EntryParts& parts)>& change);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOG_BLOCK_H_
