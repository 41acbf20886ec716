#ifndef EARSHOT_ROUTER_LOG_LOG_H_
#define EARSHOT_ROUTER_LOG_LOG_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/os/random.h"
#include "base/store/checkpointer.h"
#include "base/store/database.h"
#include "earshot/v1/log.pb.h"
#include "router/log/block.h"

// The durable log: the truth that everything else is a fold over. README.md
// has the tables. Personal parts stand beside it and can be erased without
// breaking the hash chain.
namespace earshot::router {

// It came from the agent that the report it is about came from, or from
// another.
inline constexpr std::string_view kOwn = "=own";
inline constexpr std::string_view kOther = "=other";

inline bool IsOwn(const OwnerToken& sender, const OwnerToken& reporter) {
  return sender.agent == kOwn ||
         (sender.NamesAgent() && sender.agent == reporter.agent);
}

// A token whose agent nobody needs any more.
struct SettledToken {
  uint64_t position = 0;
  std::string left;           // begins with '='; empty: nothing
  bool keeps_record = false;  // an order to erase it may yet have to name it
};

// With what the reporters of an insight that are anonymous are told apart, for
// as long as they are owed answers.
struct InsightKey {
  uint64_t insight = 0;
  std::string key;  // 32 bytes; empty: it goes
};

// Where a lane of an agent's epoch stands; overwritten in place.
struct Watermark {
  std::string agent;
  uint64_t epoch = 0;
  uint32_t lane = 0;
  uint64_t seq = 0;
  std::string hash;
};

// A record that was refused for good, redacted where it could be parsed.
struct DeadLetter {
  uint64_t id = 0;
  std::string agent;
  uint32_t lane = 0;
  std::string code;
  std::string text;    // what to do next
  std::string record;  // serialised v1::Record
  int64_t at = 0;      // seconds, rounded to the hour
  std::string state;   // kept, replay, replayed
};

// What is written in one piece.
struct LogAppend {
  EntryList entries;
  std::vector<Watermark> watermarks;
  std::vector<DeadLetter> dead_letters;
  std::vector<uint64_t> replayed;  // dead letters that these entries settle
  std::vector<uint64_t> kept;      // dead letters that stay as they were
  std::vector<uint64_t> erasures;  // positions whose personal part goes
  std::vector<SettledToken> settled;
  std::vector<InsightKey> insight_keys;
  std::vector<std::string> erasures_settled;  // asked ones, by id
  uint64_t dead_letters_cap = 0;              // not 0: keep the newest so many
};

struct LogRow {
  uint64_t position = 0;
  v1::LogKind kind = v1::LOG_KIND_UNSPECIFIED;
  uint32_t lane = 0;
  std::string body;
  std::string personal;  // empty: none, or erased
  bool erased = false;
  OwnerToken token;  // empty agent: none
};

// One connection to the log's file: write with one, read with others. One
// thread each.
class Log {
 public:
  using Checkpoints = store::Checkpoints;
  static absl::StatusOr<std::unique_ptr<Log>> Open(
      const std::string& path, os::Random& random,
      Checkpoints checkpoints = Checkpoints::kInCommits);
  static absl::StatusOr<std::unique_ptr<Log>> OpenForReading(
      const std::string& path);

  // Durable when it returns OK: all of the appends or none. Returns the
  // position of the first entry; the others follow without a gap.
  absl::StatusOr<uint64_t> Append(const std::vector<LogAppend>& appends);

  // Entries after `position`, in order, at most `most`, of one kind or all;
  // with personal parts.
  absl::StatusOr<std::vector<LogRow>> ReadAfter(uint64_t position, size_t most);
  absl::StatusOr<std::vector<LogRow>> ReadUrgentAfter(uint64_t position,
                                                      size_t most);
  absl::StatusOr<std::vector<LogRow>> ReadReadingsAfter(uint64_t position,
                                                        size_t most);
  // The position after which the last `most` readings up to `last` begin.
  absl::StatusOr<uint64_t> BeforeLastReadings(uint64_t last, size_t most);
  // Decisions and withdrawals strictly between two positions.
  absl::StatusOr<std::vector<LogRow>> ReadChangesBetween(uint64_t after,
                                                         uint64_t before);
  absl::StatusOr<std::optional<LogRow>> ReadOne(uint64_t position);

  absl::StatusOr<uint64_t> End();
  absl::StatusOr<std::vector<Watermark>> Watermarks();
  absl::StatusOr<std::vector<DeadLetter>> DeadLetters(const std::string& state,
                                                      size_t most);
  absl::StatusOr<std::optional<DeadLetter>> FindDeadLetter(uint64_t id);
  // From the command line, beside a running router: the file is changed
  // through a connection of its own.
  static absl::Status RequestReplay(const std::string& path, uint64_t id);
  // Likewise: what is to be erased, and dead letters that go at once.
  static absl::Status AskErasures(
      const std::string& path, const std::vector<v1::ErasureRecord>& erasures,
      const std::vector<uint64_t>& dead_letters);
  absl::StatusOr<std::vector<v1::ErasureRecord>> ErasuresAsked(size_t most);
  // Nothing where no agent is named (any more).
  absl::StatusOr<std::optional<OwnerToken>> FindToken(uint64_t position);
  // Empty: none.
  absl::StatusOr<std::string> FindInsightKey(uint64_t insight);

  // The hash under which each configuration file was last recorded, by name.
  absl::StatusOr<std::map<std::string, std::string>> Configurations();

  uint64_t generation() const { return generation_; }
  // 32 bytes.
  absl::StatusOr<std::string> ChainHead();
  int64_t DataVersion() { return database_->DataVersion(); }
  absl::Status Checkpoint() { return database_->Checkpoint(false); }

 private:
  // Of 8 KiB each. Reaching the second, which only an unbroken flood does,
  // costs one commit the copying of what came since the last wake.
  static constexpr int kCheckpointPages = 500;
  static constexpr int kMostWalPages = 8000;

  explicit Log(std::unique_ptr<store::Database> database);
  absl::Status LoadMeta(os::Random* random);
  absl::Status InsertBlocks();
  absl::Status Settle(const LogAppend& append);
  absl::Status ChangeParts(const std::vector<LogAppend>& appends);
  absl::Status ChangeInsightKeys(const LogAppend& append);
  absl::StatusOr<std::vector<LogRow>> Rows(store::Statement& statement,
                                           uint64_t after, uint64_t before,
                                           size_t most);

  std::unique_ptr<store::Database> database_;
  std::optional<store::Statement> read_one_;  // asked for one by one, often
  std::optional<store::Statement> find_token_;
  std::optional<store::Statement> find_insight_key_;
  std::optional<store::Statement> insert_;
  std::optional<store::Statement> put_watermark_;
  std::optional<store::Statement> insert_dead_letter_;
  std::optional<store::Statement> insert_group_;
  uint64_t generation_ = 0;
  uint64_t end_ = 0;        // writer only
  std::string chain_head_;  // writer only
  BlockBuilder builder_;    // likewise; memory of a group or two
  std::unique_ptr<store::Checkpointer> checkpointer_;
  // The WAL still holds what was erased: a reader or the checkpointer held up
  // its end. Tried again with each commit, of which there is one a minute. Also
  // where the program ended between the two: so with the first one.
  bool truncate_due_ = true;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOG_LOG_H_
