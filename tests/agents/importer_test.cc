#include "agents/importing/importer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <set>
#include <sstream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

namespace earshot::agents {
namespace {

std::vector<ImportRow> ReadAll(Importer& importer) {
  std::vector<ImportRow> all;
  while (!importer.ended()) {
    for (ImportRow& row : importer.Next()) all.push_back(std::move(row));
  }
  return all;
}

std::vector<ImportRow> ReadAll(const std::string& text,
                               const std::string& source = "a.jsonl") {
  std::istringstream in(text);
  Importer importer(in, contract::RowFormatOf(source), source);
  return ReadAll(importer);
}

// One character for `bytes` bytes, then the rest.
class LongRow final : public std::streambuf {
 public:
  LongRow(char fill, size_t bytes, std::string rest)
      : block_(size_t{1} << 16, fill),
        blocks_(bytes / block_.size()),
        rest_(std::move(rest)) {}

 private:
  int underflow() override {
    std::string& next = blocks_ > 0 ? block_ : rest_;
    if (blocks_ == 0 && std::exchange(rest_given_, true)) return EOF;
    if (blocks_ > 0) --blocks_;
    setg(next.data(), next.data(), next.data() + next.size());
    return static_cast<unsigned char>(next.front());
  }
  std::string block_;
  size_t blocks_;
  std::string rest_;
  bool rest_given_ = false;
};

int64_t PeakKib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(ImporterTest, ARowOfAnyLengthTakesBoundedMemory) {
  const int64_t before = PeakKib();
  LongRow line('x', 96 << 20, "\n{\"text\": \"one\"}\n");
  std::istream lines(&line);
  Importer json(lines, contract::RowFormat::kJsonLines, "a.jsonl");
  EXPECT_EQ(ReadAll(json).size(), 1U);
  LongRow commas(',', 16 << 20, "\ntext\none\n");
  std::istream table(&commas);
  Importer csv(table, contract::RowFormat::kCsv, "a.csv");
  ReadAll(csv);
  EXPECT_EQ(csv.bytes_read(), (16U << 20) + 10);
  EXPECT_LT(PeakKib() - before, 64 << 10);
}

TEST(ImporterTest, SameFileGivesTheSameIds) {
  const std::string file =
      "{\"text\": \"one\"}\n{\"text\": \"two\", \"id\": \"7\"}\n";
  const auto first = ReadAll(file);
  const auto again = ReadAll(file);
  ASSERT_EQ(first.size(), 2U);
  ASSERT_EQ(again.size(), 2U);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].id, again[i].id);
  }
  EXPECT_NE(first[0].id, ReadAll(file, "b.jsonl")[0].id);
}

TEST(ImporterTest, EqualRowsInsideAFileAreToldApart) {
  const auto rows = ReadAll("{\"text\": \"same\"}\n{\"text\": \"same\"}\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NE(rows[0].id, rows[1].id);
}

TEST(ImporterTest, HowALineEndsDoesNotMakeAnotherRow) {
  const auto unix_rows = ReadAll("text\none\n", "a.csv");
  const auto other_rows = ReadAll("text\r\none\r\n", "a.csv");
  ASSERT_EQ(unix_rows.size(), 1U);
  ASSERT_EQ(other_rows.size(), 1U);
  EXPECT_EQ(unix_rows[0].id, other_rows[0].id);
}

TEST(ImporterTest, ABadRowIsReportedByItsLineAndTheRestGoesIn) {
  std::istringstream in(
      "{\"text\": \"one\"}\nnot json\n\n{\"text\": \"two\", \"severity\": 9}\n"
      "{\"text\": \"bad \xFF bytes\"}\n{\"text\": \"three\"}\n");
  Importer importer(in, contract::RowFormat::kJsonLines, "a.jsonl");
  const auto rows = ReadAll(importer);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].line, 6U);
  ASSERT_EQ(importer.bad_rows().size(), 3U);
  EXPECT_EQ(importer.bad_rows()[0].line, 2U);
  EXPECT_EQ(importer.bad_rows()[1].line, 4U);
  EXPECT_EQ(importer.bad_rows()[2].line, 5U);
  EXPECT_EQ(importer.tally().read, 5U);
  EXPECT_EQ(importer.tally().refused, 3U);
}

TEST(ImporterTest, AMomentOutsideOfTheCalendarIsRefused) {
  for (const char* at : {"infinite-future", "infinite-past",
                         "9999-12-31T23:59:60Z", "10000-01-01T00:00:00Z"}) {
    for (const char* key : {"observed_at", "received_at"}) {
      EXPECT_TRUE(ReadAll("{\"text\": \"one\", \"" + std::string(key) +
                          "\": \"" + at + "\"}\n")
                      .empty())
          << key << " " << at;
    }
  }
  EXPECT_EQ(ReadAll("{\"text\": \"one\", \"observed_at\": "
                    "\"9999-12-31T23:59:59.999Z\"}\n")
                .size(),
            1U);
}

TEST(ImporterTest, AnUnknownSourceWordIsAnImport) {
  const auto rows = ReadAll("{\"text\": \"one\", \"source\": \"sample\"}\n");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].draft.source(), v1::SOURCE_IMPORT);
}

TEST(ImporterTest, QuotingIsAllowedByDefaultUnlessAnonymous) {
  const auto rows = ReadAll(
      "{\"text\": \"one\", \"reporter\": \"r1\"}\n{\"text\": \"two\"}\n"
      "{\"text\": \"three\", \"quote\": true}\n"
      "{\"text\": \"four\", \"reporter\": \"r1\", \"quote\": false}\n");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(rows[0].draft.quote());
  EXPECT_FALSE(rows[1].draft.quote());
  EXPECT_TRUE(rows[2].draft.quote());
  EXPECT_FALSE(rows[3].draft.quote());
}

TEST(ImporterTest, BatchesAreBounded) {
  std::string file;
  for (int i = 0; i < 1000; ++i) {
    file += "{\"text\": \"row " + std::to_string(i) + "\"}\n";
  }
  std::istringstream in(file);
  Importer importer(in, contract::RowFormat::kJsonLines, "a.jsonl");
  std::set<contract::RecordId> ids;
  while (!importer.ended()) {
    const auto rows = importer.Next();
    EXPECT_LE(rows.size(), kImportBatchRows);
    for (const ImportRow& row : rows) ids.insert(row.id);
  }
  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace earshot::agents
