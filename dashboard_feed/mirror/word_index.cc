#include "dashboard_feed/mirror/word_index.h"

#include <fmt/format.h>

namespace earshot::feed {
namespace {

constexpr int kMergePages = 300;

std::string WordsOf(const v1::Insight& insight) {
  std::string text = insight.title();
  for (const v1::Verbatim& verbatim : insight.verbatims()) {
    text += "\n" + verbatim.text();
  }
  return text;
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// In FTS5's language: every word, the last one by its beginning. A word is a
// string there, so nothing in it is an operator.
std::string Expression(const std::string& words) {
  std::string expression;
  std::string word;
  size_t count = 0;
  const auto end_word = [&] {
    if (word.empty() || ++count > WordIndex::kMostWords) return;
    expression += (expression.empty() ? "\"" : " \"") + word + "\"";
    word.clear();
  };
  for (const char c : words) {
    if (IsSpace(c)) {
      end_word();
    } else if (c == '"') {
      word += "\"\"";
    } else if (c != '\0') {
      word += c;
    }
  }
  end_word();
  return expression.empty() ? "" : expression + " *";
}

}  // namespace

const char* WordIndex::Migration() {
  return "CREATE VIRTUAL TABLE words USING fts5(text, columnsize=0,"
         " tokenize='unicode61 remove_diacritics 2');";
}

absl::Status WordIndex::Open() {
  return database_.Execute(
      "PRAGMA temp_store=MEMORY;"
      "CREATE VIRTUAL TABLE temp.shown USING fts5(text, columnsize=0,"
      " tokenize='unicode61 remove_diacritics 2');");
}

absl::StatusOr<bool> WordIndex::Empty() {
  store::Statement any = database_.Prepare("SELECT 1 FROM words LIMIT 1");
  const auto row = any.Step();
  if (!row.ok()) return row.status();
  return !*row;
}

absl::Status WordIndex::Put(const v1::Insight& insight) {
  const std::string text = WordsOf(insight);
  bool there = false;
  {
    store::Statement read =
        database_.Prepare("SELECT text FROM words WHERE rowid=?1");
    read.Bind(1, insight.id());
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    there = *row;
    if (there && read.Text(0) == text) return absl::OkStatus();
  }
  if (there) {
    store::Statement drop =
        database_.Prepare("DELETE FROM words WHERE rowid=?1");
    absl::Status status = drop.Bind(1, insight.id()).Run();
    if (!status.ok()) return status;
  }
  if (text.empty()) return absl::OkStatus();
  store::Statement put =
      database_.Prepare("INSERT INTO words(rowid, text) VALUES(?1,?2)");
  return put.Bind(1, insight.id()).BindText(2, text).Run();
}

// Row by row it would take seconds.
absl::Status WordIndex::Clear() {
  return database_.Execute(fmt::format("DROP TABLE words;{}", Migration()));
}

absl::StatusOr<std::vector<uint64_t>> WordIndex::Find(const std::string& words,
                                                      size_t most) {
  std::vector<uint64_t> found;
  const std::string expression = Expression(words);
  if (expression.empty()) return found;
  store::Statement ask = database_.Prepare(
      "SELECT rowid FROM words WHERE words MATCH ?1"
      " ORDER BY rowid DESC LIMIT ?2");
  ask.BindText(1, expression).Bind(2, uint64_t{most});
  absl::StatusOr<bool> row = false;
  while ((row = ask.Step()).ok() && *row) found.push_back(ask.Unsigned(0));
  if (!row.ok()) return row.status();
  return found;
}

absl::StatusOr<std::vector<size_t>> WordIndex::Among(
    const std::vector<std::string>& texts, const std::string& words) {
  std::vector<size_t> found;
  const std::string expression = Expression(words);
  if (expression.empty() || texts.empty()) return found;
  auto transaction = database_.Begin();
  if (!transaction.ok()) return transaction.status();
  absl::Status status = database_.Execute("DELETE FROM temp.shown");
  if (!status.ok()) return status;
  store::Statement put =
      database_.Prepare("INSERT INTO temp.shown(rowid, text) VALUES(?1,?2)");
  for (size_t i = 0; i < texts.size(); ++i) {
    status = put.Bind(1, uint64_t{i}).BindText(2, texts[i]).Run();
    if (!status.ok()) return status;
  }
  store::Statement ask = database_.Prepare(
      "SELECT rowid FROM temp.shown WHERE shown MATCH ?1 ORDER BY rowid");
  ask.BindText(1, expression);
  absl::StatusOr<bool> row = false;
  while ((row = ask.Step()).ok() && *row) {
    found.push_back(static_cast<size_t>(ask.Unsigned(0)));
  }
  if (!row.ok()) return row.status();
  status = database_.Execute("DELETE FROM temp.shown");
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  return found;
}

// A negative number of pages begins to merge all parts into one; positive ones
// go on until a step changes nothing (FTS5's documentation, "merge").
absl::StatusOr<bool> WordIndex::Tidy() {
  if (tidy()) return true;
  const auto changed = [&]() -> absl::StatusOr<int64_t> {
    store::Statement count = database_.Prepare("SELECT total_changes()");
    const auto row = count.Step();
    if (!row.ok()) return row.status();
    return count.Int(0);
  };
  const auto before = changed();
  if (!before.ok()) return before.status();
  const int pages = tidy_ == Tidying::kDue ? -kMergePages : kMergePages;
  absl::Status status = database_.Execute(
      fmt::format("INSERT INTO words(words, rank) VALUES('merge', {})", pages));
  if (!status.ok()) return status;
  const auto after = changed();
  if (!after.ok()) return after.status();
  tidy_ = *after - *before < 2 ? Tidying::kNone : Tidying::kGoesOn;
  return tidy();
}

}  // namespace earshot::feed
