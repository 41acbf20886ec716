#include <sqlite3.h>

#include "tests/router/fold_fixture.h"

// A fold that is far behind: one step takes many records, whose readings go
// into the log while it still decides.
namespace earshot::router {
namespace {

constexpr uint64_t kReports = 10000;

class FoldLongStepTest : public FoldTest {
 protected:
  FoldLongStepTest() {
    LogAppend append;
    for (uint64_t i = 0; i < kReports; ++i) {
      const v1::Observation said =
          Said(i % 3 == 0 ? "The till froze" : "A parcel was late",
               "r" + std::to_string(i));
      v1::Record record;
      record.set_kind(v1::RECORD_OBSERVATION);
      record.set_id(random_.Bytes(16));
      record.set_body(said.SerializeAsString());
      append.entries.push_back(
          std::get<LogEntry>(records_.Read(agent_, 1, record, clock_.Wall())));
    }
    EXPECT_TRUE(writer_->AppendAndWait(std::move(append)).ok());
  }

  void Execute(const std::string& sql) {
    sqlite3* log = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.File("log.db").c_str(), &log), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(log, sql.c_str(), nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(log);
  }

  // The log takes this many readings and no more.
  void BreakAfter(uint64_t readings) {
    Execute("CREATE TRIGGER full BEFORE INSERT ON log_blocks WHEN NEW.last>" +
            std::to_string(kReports + readings) +
            " BEGIN SELECT RAISE(ABORT, 'full'); END");
  }
  void Mend() { Execute("DROP TRIGGER full"); }

  void ExpectAllCountedOnce() {
    EXPECT_EQ(*views_->Number("observations"), kReports);
    EXPECT_EQ(*views_->Number("repeats"), 0U);
    for (uint64_t position = 1; position <= kReports; ++position) {
      ASSERT_TRUE(*views_->HasEvidence(position)) << position;
    }
    EXPECT_EQ(Insight(1).observations() + Insight(2).observations(), kReports);
  }
};

TEST_F(FoldLongStepTest, WhatAFailedStepLeavesInTheLogIsItsBeginning) {
  BreakAfter(ReadingAppends::kAtOnce + 10);
  EXPECT_FALSE(fold_->Step().ok());
  EXPECT_FALSE(*views_->HasEvidence(1));
  uint64_t of = 0;
  const auto readings = reader_->ReadReadingsAfter(0, kReports);
  ASSERT_TRUE(readings.ok());
  for (const LogRow& row : *readings) {
    v1::Reading reading;
    ASSERT_TRUE(reading.ParseFromString(row.body));
    EXPECT_EQ(reading.of(), ++of);
  }
  EXPECT_LE(of, ReadingAppends::kAtOnce);
}

TEST_F(FoldLongStepTest, AfterAFailedStepAllCountsOnce) {
  BreakAfter(ReadingAppends::kAtOnce + 10);
  EXPECT_FALSE(fold_->Step().ok());
  Mend();
  FoldAll();
  ExpectAllCountedOnce();
}

TEST_F(FoldLongStepTest, ARestartAfterAFailedStepCountsAllOnce) {
  BreakAfter(ReadingAppends::kAtOnce + 10);
  EXPECT_FALSE(fold_->Step().ok());
  Mend();
  OpenFold(kTaxonomy);
  FoldAll();
  ExpectAllCountedOnce();
}

}  // namespace
}  // namespace earshot::router
