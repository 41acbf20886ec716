#ifndef EARSHOT_AGENTS_IMPORTING_IMPORTER_H_
#define EARSHOT_AGENTS_IMPORTING_IMPORTER_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/rows.h"

namespace earshot::agents {

inline constexpr size_t kImportBatchRows = 200;
inline constexpr size_t kImportBatchBytes = 1 << 20;

// A row on its way in. `draft` is as the file has it: not redacted; the
// reporter, if any, is its key in `name`.
struct ImportRow {
  uint64_t line = 0;
  contract::RecordId id;
  v1::Observation draft;
};

struct BadRow {
  uint64_t line = 0;
  std::string reason;
};

struct ImportTally {
  uint64_t read = 0;  // rows, bad ones included
  uint64_t recorded = 0;
  uint64_t already_known = 0;
  uint64_t refused = 0;
};

// What became of each row of a batch; a reason that is empty: it went in.
struct ImportOutcome {
  uint64_t recorded = 0;
  uint64_t already_known = 0;
  std::vector<BadRow> refused;
};

// Reads a file of rows in batches and gives each row its id: the same file is
// the same ids for ever, so that taking it in twice counts once, while equal
// rows inside one file are told apart. One thread. Memory: one batch, 16 bytes
// for each distinct row without an id of its own, and the first kKeptBadRows
// refusals.
class Importer {
 public:
  static constexpr size_t kKeptBadRows = 1000;

  // `source` names where the rows come from: usually the file's base name.
  Importer(std::istream& in, contract::RowFormat format, std::string source);

  // Reads at most `most` rows and gives the good ones, perhaps none, until
  // ended(). Bad rows are counted and passed over.
  std::vector<ImportRow> Next(size_t most = kImportBatchRows);
  void Note(const ImportOutcome& outcome);

  bool ended() const { return ended_; }
  const ImportTally& tally() const { return tally_; }
  const std::vector<BadRow>& bad_rows() const { return bad_rows_; }
  uint64_t bytes_read() const { return reader_.bytes_read(); }

 private:
  void Refuse(uint64_t line, const std::string& reason);
  contract::RecordId IdOf(const contract::Row& row);

  contract::RowReader reader_;
  const std::string source_;
  absl::flat_hash_map<uint64_t, uint32_t> equal_rows_;
  ImportTally tally_;
  std::vector<BadRow> bad_rows_;
  bool ended_ = false;
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_IMPORTING_IMPORTER_H_
