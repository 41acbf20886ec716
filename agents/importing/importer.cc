#include "agents/importing/importer.h"

#include <cstring>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "base/os/status_text.h"
#include "proto/contract/validate.h"

namespace earshot::agents {
namespace {

// Two rows that differ only in how their line ends are the same row.
std::string WithoutLineEnd(std::string bytes) {
  while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) {
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace

Importer::Importer(std::istream& in, contract::RowFormat format,
                   std::string source)
    : reader_(in, format), source_(std::move(source)) {}

contract::RecordId Importer::IdOf(const contract::Row& row) {
  if (row.id) return contract::ImportedRecordId(source_, "id:" + *row.id);
  std::string key = "row:" + WithoutLineEnd(row.bytes);
  uint64_t short_hash = 0;
  std::memcpy(&short_hash, os::Sha256(key).data(), sizeof(short_hash));
  os::AppendU64(key, equal_rows_[short_hash]++);
  return contract::ImportedRecordId(source_, key);
}

void Importer::Refuse(uint64_t line, const std::string& reason) {
  ++tally_.refused;
  if (bad_rows_.size() < kKeptBadRows) bad_rows_.push_back({line, reason});
}

std::vector<ImportRow> Importer::Next(size_t most) {
  std::vector<ImportRow> rows;
  size_t bytes = 0;
  for (size_t i = 0; i < most && bytes < kImportBatchBytes; ++i) {
    auto row = reader_.Next();
    if (absl::IsOutOfRange(row.status())) {
      ended_ = true;
      break;
    }
    ++tally_.read;
    if (!row.ok()) {
      Refuse(reader_.line(), os::StatusText(row.status()));
      continue;
    }
    if (!contract::IsUtf8(row->bytes)) {
      Refuse(reader_.line(), "the row is not UTF-8; convert the file first");
      continue;
    }
    ImportRow out;
    out.line = reader_.line();
    out.id = IdOf(*row);
    out.draft = std::move(row->observation);
    out.draft.set_imported(true);
    if (row->reporter) {
      out.draft.mutable_reporter()->set_name(*row->reporter);
    }
    bytes += row->bytes.size();
    rows.push_back(std::move(out));
  }
  return rows;
}

void Importer::Note(const ImportOutcome& outcome) {
  tally_.recorded += outcome.recorded;
  tally_.already_known += outcome.already_known;
  for (const BadRow& bad : outcome.refused) Refuse(bad.line, bad.reason);
}

}  // namespace earshot::agents
