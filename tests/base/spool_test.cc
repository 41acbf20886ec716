#include "base/spool/spool.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/wire/lane_hash.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::spool {
namespace {

const absl::Time kNow = testing::At("2026-11-02T08:00:00Z");

class SpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<Spool> Open(uint64_t cap = 64 << 20) {
    auto spool =
        Spool::Open(folder_.File("spool.db"), {cap, absl::Hours(24)}, random_);
    EXPECT_TRUE(spool.ok()) << spool.status();
    return *std::move(spool);
  }
  NewRecord Record(uint32_t lane, const std::string& body = "body") {
    return {lane, 1, random_.Bytes(16), body};
  }
  // Appends `count` records to the routine lane; their ids.
  std::vector<std::string> Fill(Spool& spool, int count,
                                const std::string& body = "body") {
    std::vector<NewRecord> records;
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) {
      records.push_back(Record(1, body));
      ids.push_back(records.back().id);
    }
    EXPECT_TRUE(spool.Append(records, kNow).ok());
    return ids;
  }
  testing::TempFolder folder_;
  testing::SeededRandom random_{7};
};

TEST_F(SpoolTest, NumbersEachLaneFromOneWithoutGaps) {
  auto spool = Open();
  ASSERT_TRUE(spool->Append({Record(1), Record(0), Record(1)}, kNow).ok());
  const auto lanes = spool->Lanes();
  ASSERT_TRUE(lanes.ok());
  EXPECT_EQ((*lanes)[0].spooled, 1U);
  EXPECT_EQ((*lanes)[1].spooled, 2U);
  const auto read = spool->Read(1, 1, 10, 1000);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[1].seq, 2U);
}

TEST_F(SpoolTest, HashChainIsThatOfTheContract) {
  auto spool = Open();
  const auto ids = Fill(*spool, 5);
  std::string expected = wire::LaneHashStart(spool->epoch());
  EXPECT_EQ(*spool->HashAt(1, 0), expected);
  for (size_t i = 0; i < ids.size(); ++i) {
    expected = wire::LaneHashNext(expected, ids[i]);
    EXPECT_EQ(*spool->HashAt(1, i + 1), expected);
  }
}

TEST_F(SpoolTest, WhatWasAppendedIsThereAfterReopening) {
  uint64_t epoch = 0;
  std::string id;
  {
    auto spool = Open();
    epoch = spool->epoch();
    id = Fill(*spool, 1).front();
  }
  auto spool = Open();
  EXPECT_EQ(spool->epoch(), epoch);
  const auto place = spool->Find(id);
  ASSERT_TRUE(place.ok() && place->has_value());
  EXPECT_EQ((*place)->seq, 1U);
}

TEST_F(SpoolTest, SameIdIsTakenOnceInOneCallAndAcrossCalls) {
  auto spool = Open();
  const NewRecord record = Record(1);
  const auto first = spool->Append({record, record}, kNow);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ((*first)[0], AppendResult::kAppended);
  EXPECT_EQ((*first)[1], AppendResult::kAlreadyThere);
  const auto again = spool->Append({record}, kNow);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)[0], AppendResult::kAlreadyThere);
  EXPECT_EQ((*spool->Lanes())[1].spooled, 1U);
}

TEST_F(SpoolTest, CapRefusesLoudlyAndDeletesNothingUnacked) {
  auto spool = Open(/*cap=*/20'000);
  const std::string body(1000, 'x');
  const auto ids = Fill(*spool, 18, body);
  const auto refused = spool->Append({Record(1, body)}, kNow);
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status()));
  for (const std::string& id : ids) {
    const auto place = spool->Find(id);
    EXPECT_TRUE(place.ok() && place->has_value());
  }
  EXPECT_EQ((*spool->Lanes())[1].spooled, 18U);
}

TEST_F(SpoolTest, NearTheCapAcknowledgedRecordsGoFirst) {
  auto spool = Open(/*cap=*/20'000);
  const std::string body(1000, 'x');
  const auto ids = Fill(*spool, 18, body);
  ASSERT_TRUE(spool->MarkAcked(1, 10).ok());
  ASSERT_TRUE(spool->Append({Record(1, body)}, kNow).ok());
  EXPECT_FALSE(spool->Find(ids[0])->has_value());
  for (size_t i = 10; i < ids.size(); ++i) {
    EXPECT_TRUE(spool->Find(ids[i])->has_value());
  }
  EXPECT_TRUE(spool->HashAt(1, 10).ok());
}

TEST_F(SpoolTest, ExpiryTakesOldAcknowledgedRecordsAlone) {
  auto spool = Open();
  const auto ids = Fill(*spool, 4);
  ASSERT_TRUE(spool->MarkAcked(1, 2).ok());
  ASSERT_TRUE(spool->Expire(kNow + absl::Hours(23)).ok());
  EXPECT_TRUE(spool->Find(ids[0])->has_value());
  ASSERT_TRUE(spool->Expire(kNow + absl::Hours(25)).ok());
  EXPECT_FALSE(spool->Find(ids[0])->has_value());
  EXPECT_FALSE(spool->Find(ids[1])->has_value());
  EXPECT_TRUE(spool->Find(ids[2])->has_value());
  EXPECT_EQ((*spool->Lanes())[1].first, 3U);
}

TEST_F(SpoolTest, NewEpochNumbersWhatIsLeftFromOneAndRaisesAnAlarm) {
  auto spool = Open();
  const auto ids = Fill(*spool, 5);
  const uint64_t old = spool->epoch();
  ASSERT_TRUE(spool->NewEpoch({0, 2}).ok());
  EXPECT_NE(spool->epoch(), old);
  const auto read = spool->Read(1, 1, 10, 1000);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 3U);
  std::string expected = wire::LaneHashStart(spool->epoch());
  for (size_t i = 0; i < read->size(); ++i) {
    EXPECT_EQ((*read)[i].seq, i + 1);
    EXPECT_EQ((*read)[i].id, ids[i + 2]);
    expected = wire::LaneHashNext(expected, ids[i + 2]);
    EXPECT_EQ(*spool->HashAt(1, i + 1), expected);
  }
  EXPECT_EQ(spool->Status()->alarms, 1U);
  EXPECT_EQ((*spool->Find(ids[4]))->seq, 3U);
}

TEST_F(SpoolTest, ErasedBodiesLeaveNoTextInAnyFile) {
  auto spool = Open();
  const NewRecord record = Record(1, "a secret that must go");
  ASSERT_TRUE(spool->Append({record, Record(1, "stays")}, kNow).ok());
  const auto erased = spool->EraseBodies({record.id, random_.Bytes(16)});
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(*erased, 1U);
  EXPECT_TRUE((*spool->Read(1, 1, 1, 100))[0].body.empty());
  for (const char* name : {"spool.db", "spool.db-wal"}) {
    EXPECT_EQ(testing::Slurp(folder_.File(name)).find("a secret"),
              std::string::npos)
        << name;
  }
  EXPECT_EQ(*spool->EraseBodies({record.id}), 0U);
}

// The record went with a new epoch, before the order came.
TEST_F(SpoolTest, WhatIsNoRecordAnyMoreLeavesNoTextEither) {
  auto spool = Open();
  const NewRecord record = Record(1, "a secret that must go");
  ASSERT_TRUE(spool->Append({record, Record(1, "stays")}, kNow).ok());
  ASSERT_TRUE(spool->NewEpoch({0, 1}).ok());
  EXPECT_EQ(*spool->EraseBodies({record.id}), 0U);
  EXPECT_EQ(testing::Slurp(folder_.File("spool.db-wal")).find("a secret"),
            std::string::npos);
}

TEST_F(SpoolTest, TwoConnectionsAppendWithoutLosingNumbers) {
  auto one = Open();
  auto two = Open();
  for (int i = 0; i < 50; ++i) {
    Fill(i % 2 == 0 ? *one : *two, 1);
  }
  const auto read = one->Read(1, 1, 100, 1 << 20);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 50U);
  std::string expected = wire::LaneHashStart(one->epoch());
  for (const StoredRecord& record : *read) {
    expected = wire::LaneHashNext(expected, record.id);
  }
  EXPECT_EQ(*two->HashAt(1, 50), expected);
}

}  // namespace
}  // namespace earshot::spool
