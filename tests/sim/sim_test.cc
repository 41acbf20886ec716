#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "base/store/database.h"
#include "tests/sim/disk.h"
#include "tests/sim/run.h"
#include "tests/testing/seeded_random.h"

namespace earshot::sim {
namespace {

const std::vector<std::string> kTable{"CREATE TABLE t(x INTEGER)"};

class DiskTest : public ::testing::Test {
 protected:
  DiskTest() : random_(7), disk_(random_) { UseDisk(&disk_); }
  ~DiskTest() override { UseDisk(nullptr); }

  static auto Open() { return store::Database::Open("/pc/a.db", kTable); }
  static int64_t Rows(store::Database& database) {
    store::Statement ask = database.Prepare("SELECT COUNT(*) FROM t");
    const auto row = ask.Step();
    return row.ok() && *row ? ask.Int(0) : -1;
  }
  // As a machine that loses its power with the file open.
  void CutPower(std::unique_ptr<store::Database> database) {
    disk_.FreezeAfter("/pc", 0);
    database.reset();
    disk_.CutPower("/pc");
  }

  testing::SeededRandom random_;
  Disk disk_;
};

TEST_F(DiskTest, WhatWasCommittedSurvivesEveryPowerCut) {
  int64_t rows = 0;
  for (int life = 0; life < 200; ++life) {
    auto database = Open();
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_EQ(Rows(**database), rows) << "life " << life;
    ASSERT_TRUE((*database)->Execute("INSERT INTO t VALUES(1)").ok());
    ++rows;
    CutPower(*std::move(database));
  }
}

TEST_F(DiskTest, WhatWasNotSyncedMayBeLostOrNot) {
  std::set<int64_t> seen;
  for (int life = 0; life < 60; ++life) {
    disk_.Restore("/pc", {});
    store::OpenOptions unsafe;
    unsafe.full_sync = false;
    auto database = store::Database::Open("/pc/a.db", kTable, unsafe);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute("INSERT INTO t VALUES(1)").ok());
    CutPower(*std::move(database));
    auto again = Open();
    ASSERT_TRUE(again.ok());
    seen.insert(Rows(**again));
  }
  EXPECT_EQ(seen, (std::set<int64_t>{0, 1}));
}

TEST_F(DiskTest, AFullDiskRefusesAndKeepsWhatIsThere) {
  auto database = Open();
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE((*database)->Execute("INSERT INTO t VALUES(1)").ok());
  Disk::Faults full;
  full.full = true;
  disk_.SetFaults("/pc", full);
  const absl::Status refused =
      (*database)->Prepare("INSERT INTO t VALUES(2)").Run();
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  disk_.SetFaults("/pc", {});
  EXPECT_EQ(Rows(**database), 1);
  EXPECT_TRUE((*database)->Execute("INSERT INTO t VALUES(2)").ok());
}

TEST_F(DiskTest, AMachineThatIsAboutToLosePowerWritesNothingMore) {
  auto database = Open();
  ASSERT_TRUE(database.ok());
  disk_.FreezeAfter("/pc", 1);
  EXPECT_FALSE((*database)->Execute("INSERT INTO t VALUES(1)").ok());
  EXPECT_TRUE(disk_.Frozen("/pc"));
  CutPower(*std::move(database));
  EXPECT_FALSE(disk_.Frozen("/pc"));
  auto again = Open();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(Rows(**again), 0);
}

class RunTest : public ::testing::Test {
 protected:
  RunTest() { World::MakeFresh(site_); }
  Site site_;
};

TEST_F(RunTest, TheSameSeedIsTheSameHistory) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const Verdict first = RunSeed(site_, seed);
    const Verdict again = RunSeed(site_, seed);
    ASSERT_EQ(first.history.size(), again.history.size()) << "seed " << seed;
    for (size_t i = 0; i < first.history.size(); ++i) {
      ASSERT_EQ(checker::ToJsonLine(first.history[i]),
                checker::ToJsonLine(again.history[i]))
          << "seed " << seed;
    }
    EXPECT_EQ(first.events, again.events);
  }
}

// Otherwise a clean run would say nothing.
TEST_F(RunTest, RunsDoWhatTheyAreAbout) {
  size_t stored = 0;
  size_t shown = 0;
  size_t digests = 0;
  size_t verdicts = 0;
  std::map<checker::What, size_t> ok;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const Verdict verdict = RunSeed(site_, seed);
    for (const checker::Event& event : verdict.history) {
      stored += event.what == checker::What::kStored ? 1 : 0;
      shown += event.what == checker::What::kShown ? 1 : 0;
      digests += event.what == checker::What::kDigest ? 1 : 0;
      verdicts += event.what == checker::What::kHeard ? 1 : 0;
      ok[event.what] += event.outcome == checker::Outcome::kOk ? 1 : 0;
    }
  }
  EXPECT_GT(stored, 200U);
  EXPECT_GT(shown, 50U);
  EXPECT_GT(digests, 20U);
  EXPECT_GT(verdicts, 10U);
  const std::map<checker::What, size_t> fewest{{checker::What::kResolve, 8},
                                               {checker::What::kMerge, 5},
                                               {checker::What::kSplit, 1},
                                               {checker::What::kErase, 5}};
  for (const auto& [what, count] : fewest) {
    EXPECT_GT(ok[what], count) << static_cast<int>(what);
  }
}

}  // namespace
}  // namespace earshot::sim
