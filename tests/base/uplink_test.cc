#include "base/spool/uplink.h"

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

// The hub's side of one epoch: takes a batch only where it follows.
class FakeHub {
 public:
  explicit FakeHub(uint64_t epoch, uint64_t credit)
      : epoch_(epoch), credit_(credit) {
    for (std::string& hash : hash_) hash = wire::LaneHashStart(epoch);
  }

  v1::Welcome Welcome() const {
    v1::Welcome welcome;
    for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
      *welcome.add_durable() = Mark(lane);
      v1::Credit& credit = *welcome.add_credit();
      credit.set_lane(lane);
      credit.set_seq(seq_[lane] + credit_);
    }
    return welcome;
  }

  v1::Ack OnBatch(const v1::Batch& batch) {
    const uint32_t lane = batch.lane();
    const bool follows = batch.epoch() == epoch_ &&
                         batch.first_seq() == seq_[lane] + 1 &&
                         batch.hash_before() == hash_[lane];
    if (follows) {
      for (const v1::Record& record : batch.records()) {
        hash_[lane] = wire::LaneHashNext(hash_[lane], record.id());
        ++seq_[lane];
        ids_.push_back(record.id());
      }
    }
    return AckOf(lane, !follows);
  }

  v1::Ack OnLost(const v1::Lost& lost) {
    const uint32_t lane = lost.lane();
    const bool follows = lost.first_seq() == seq_[lane] + 1;
    if (follows) {
      lost_ += lost.last_seq() - seq_[lane];
      seq_[lane] = lost.last_seq();
      hash_[lane] = lost.hash_last();
    }
    return AckOf(lane, !follows);
  }

  v1::Ack AckOf(uint32_t lane, bool refused) const {
    v1::Ack ack;
    ack.set_epoch(epoch_);
    *ack.mutable_durable() = Mark(lane);
    ack.set_credit_seq(seq_[lane] + credit_);
    ack.set_refused(refused);
    return ack;
  }

  void SetHash(uint32_t lane, const std::string& hash) { hash_[lane] = hash; }
  uint64_t seq(uint32_t lane) const { return seq_[lane]; }
  uint64_t lost() const { return lost_; }
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  v1::LaneMark Mark(uint32_t lane) const {
    v1::LaneMark mark;
    mark.set_lane(lane);
    mark.set_seq(seq_[lane]);
    mark.set_hash(hash_[lane]);
    return mark;
  }
  const uint64_t epoch_;
  const uint64_t credit_;
  uint64_t seq_[wire::kMaxLanes] = {};
  std::string hash_[wire::kMaxLanes];
  uint64_t lost_ = 0;
  std::vector<std::string> ids_;
};

class UplinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto spool = Spool::Open(folder_.File("spool.db"),
                             {64 << 20, absl::Hours(24)}, random_);
    ASSERT_TRUE(spool.ok());
    spool_ = *std::move(spool);
  }
  void Fill(int count, uint32_t lane = 1) {
    std::vector<NewRecord> records;
    records.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      records.push_back({lane, 1, random_.Bytes(16), "body"});
    }
    ASSERT_TRUE(spool_->Append(records, kNow).ok());
  }
  // Everything that may go now, in order.
  std::vector<Uplink::Frame> Take(Uplink& uplink) {
    std::vector<Uplink::Frame> frames;
    while (true) {
      auto frame = uplink.Next();
      EXPECT_TRUE(frame.ok()) << frame.status();
      if (!frame.ok() || !frame->has_value()) return frames;
      frames.push_back(*std::move(*frame));
    }
  }
  static v1::Batch BatchOf(const Uplink::Frame& frame) {
    v1::Batch batch;
    EXPECT_EQ(frame.kind, v1::BATCH);
    EXPECT_TRUE(batch.ParseFromString(frame.body));
    return batch;
  }
  // Answers every frame until there are none.
  void Converse(Uplink& uplink, FakeHub& hub) {
    for (int round = 0; round < 1000; ++round) {
      const auto frames = Take(uplink);
      if (frames.empty()) return;
      for (const Uplink::Frame& frame : frames) {
        v1::Ack ack;
        if (frame.kind == v1::LOST) {
          v1::Lost lost;
          ASSERT_TRUE(lost.ParseFromString(frame.body));
          ack = hub.OnLost(lost);
        } else {
          ack = hub.OnBatch(BatchOf(frame));
        }
        const auto outcome = uplink.OnAck(ack);
        ASSERT_TRUE(outcome.ok()) << outcome.status();
        ASSERT_EQ(*outcome, Uplink::Outcome::kGoOn);
      }
    }
    FAIL() << "the conversation does not end";
  }
  testing::TempFolder folder_;
  testing::SeededRandom random_{11};
  std::unique_ptr<Spool> spool_;
};

TEST_F(UplinkTest, SendsEverythingInOrderAndDrains) {
  Fill(1200);
  Fill(3, 0);
  Uplink uplink(*spool_);
  FakeHub hub(spool_->epoch(), 4096);
  ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
  const auto first = uplink.Next();
  ASSERT_TRUE(first.ok() && first->has_value());
  EXPECT_EQ(BatchOf(**first).lane(), 0U) << "urgent goes first";
  ASSERT_TRUE(uplink.OnAck(hub.OnBatch(BatchOf(**first))).ok());
  Converse(uplink, hub);
  EXPECT_EQ(hub.ids().size(), 1203U);
  EXPECT_TRUE(*uplink.Drained());
  EXPECT_EQ(uplink.InFlight(), 0U);
}

TEST_F(UplinkTest, NeverSendsPastItsCredit) {
  Fill(100);
  Uplink uplink(*spool_);
  FakeHub hub(spool_->epoch(), 30);
  ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
  uint64_t acked = 0;
  while (acked < 100) {
    const auto frames = Take(uplink);
    ASSERT_FALSE(frames.empty());
    EXPECT_LE(uplink.InFlight(), 30U);
    for (const Uplink::Frame& frame : frames) {
      ASSERT_TRUE(uplink.OnAck(hub.OnBatch(BatchOf(frame))).ok());
    }
    acked = hub.seq(1);
  }
  EXPECT_EQ(hub.ids().size(), 100U);
}

TEST_F(UplinkTest, RewindsToWhereTheHubStands) {
  Fill(60);
  Uplink uplink(*spool_);
  FakeHub hub(spool_->epoch(), 20);
  ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
  // The first batch is lost on the way; the hub refuses the second.
  const auto lost = Take(uplink);
  ASSERT_EQ(lost.size(), 1U);
  ASSERT_TRUE(uplink.OnAck(hub.AckOf(1, /*refused=*/true)).ok());
  EXPECT_EQ(uplink.counters().refused_batches, 1U);
  Converse(uplink, hub);
  EXPECT_EQ(hub.ids().size(), 60U);
}

TEST_F(UplinkTest, TakesANewEpochWhenTheHashesDisagree) {
  Fill(10);
  Uplink uplink(*spool_);
  FakeHub hub(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
  Converse(uplink, hub);
  Fill(5);
  hub.SetHash(1, std::string(16, 'x'));
  const uint64_t old = spool_->epoch();
  const auto outcome = uplink.OnWelcome(hub.Welcome());
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(*outcome, Uplink::Outcome::kRedial);
  EXPECT_NE(spool_->epoch(), old);
  // What was not acknowledged goes again, under the new epoch.
  FakeHub fresh(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(fresh.Welcome()).ok());
  Converse(uplink, fresh);
  EXPECT_EQ(fresh.ids().size(), 5U);
  EXPECT_EQ(uplink.counters().new_epochs, 1U);
}

TEST_F(UplinkTest, AnAckBeyondWhatWasSpooledIsNotBelieved) {
  Fill(3);
  Uplink uplink(*spool_);
  FakeHub hub(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
  v1::Ack ack = hub.AckOf(1, false);
  ack.mutable_durable()->set_seq(4);
  const auto outcome = uplink.OnAck(ack);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(*outcome, Uplink::Outcome::kRedial);
  EXPECT_EQ((*spool_->Lanes())[1].spooled, 3U);
  EXPECT_EQ((*spool_->Lanes())[1].acked, 0U);
}

TEST_F(UplinkTest, RefillsAHubThatWasRestoredFromABackup) {
  Fill(40);
  Uplink uplink(*spool_);
  FakeHub before(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(before.Welcome()).ok());
  Converse(uplink, before);
  FakeHub restored(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(restored.Welcome()).ok());
  Converse(uplink, restored);
  EXPECT_EQ(restored.ids(), before.ids());
  EXPECT_GT(uplink.counters().hub_regressed, 0U);
}

TEST_F(UplinkTest, WhatIsInFlightWithoutAnyAckForLongHasStalled) {
  Fill(3);
  Uplink uplink(*spool_);
  FakeHub hub(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
  const absl::Duration start = absl::Hours(1);
  const absl::Duration later = start + Uplink::kStalledAfter;
  EXPECT_FALSE(uplink.Stalled(start));
  EXPECT_EQ(uplink.StallsAt(), absl::InfiniteDuration());
  ASSERT_TRUE((*uplink.Next()).has_value());
  EXPECT_FALSE(uplink.Stalled(start));
  EXPECT_FALSE(*uplink.Drained());
  EXPECT_EQ(uplink.StallsAt(), later);
  EXPECT_FALSE(uplink.Stalled(later - absl::Milliseconds(1)));
  EXPECT_TRUE(uplink.Stalled(later));
  // Any word of the hub is progress.
  ASSERT_TRUE(uplink.OnAck(hub.AckOf(1, false)).ok());
  EXPECT_FALSE(uplink.Stalled(later));
}

TEST_F(UplinkTest, ASpoolThatARestoredHubWantsAgainIsNotDrained) {
  Fill(3);
  Uplink uplink(*spool_);
  FakeHub before(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(before.Welcome()).ok());
  Converse(uplink, before);
  EXPECT_TRUE(*uplink.Drained());
  FakeHub restored(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(restored.Welcome()).ok());
  EXPECT_FALSE(*uplink.Drained());
  Converse(uplink, restored);
  EXPECT_TRUE(*uplink.Drained());
}

TEST_F(UplinkTest, DeclaresWhatExpiredAsLostAndGoesOn) {
  Fill(10);
  Uplink uplink(*spool_);
  FakeHub before(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(before.Welcome()).ok());
  Converse(uplink, before);
  ASSERT_TRUE(spool_->Expire(kNow + absl::Hours(48)).ok());
  Fill(4);
  FakeHub restored(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(restored.Welcome()).ok());
  Converse(uplink, restored);
  EXPECT_EQ(restored.lost(), 10U);
  EXPECT_EQ(restored.ids().size(), 4U);
  EXPECT_TRUE(*uplink.Drained());
}

TEST_F(UplinkTest, WhatExpiresBeforeItIsSentAgainIsDeclaredLost) {
  Fill(10);
  Uplink uplink(*spool_);
  FakeHub before(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(before.Welcome()).ok());
  Converse(uplink, before);
  // The hub wants them all again; they go before it gets any.
  FakeHub restored(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(restored.Welcome()).ok());
  ASSERT_TRUE(spool_->Expire(kNow + absl::Hours(48)).ok());
  Fill(4);
  Converse(uplink, restored);
  EXPECT_EQ(restored.lost(), 10U);
  EXPECT_EQ(restored.ids().size(), 4U);
  EXPECT_EQ(uplink.counters().new_epochs, 0U);
}

TEST_F(UplinkTest, ARefusedRecordIsKeptForStatusAndTheLaneGoesOn) {
  Fill(2);
  Uplink uplink(*spool_);
  FakeHub hub(spool_->epoch(), 100);
  ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
  v1::Ack ack = hub.OnBatch(BatchOf(Take(uplink).front()));
  v1::Nack& nack = *ack.add_nacks();
  nack.set_seq(2);
  nack.set_code("site_unknown");
  nack.set_text("enrol the site");
  ASSERT_TRUE(uplink.OnAck(ack).ok());
  const auto refused = spool_->Refused(10);
  ASSERT_TRUE(refused.ok());
  ASSERT_EQ(refused->size(), 1U);
  EXPECT_EQ(refused->front().code, "site_unknown");
  EXPECT_TRUE(*uplink.Drained());
}

// Connections break at random places; whatever is lost on the way, the hub
// ends with each record once and in order.
TEST_F(UplinkTest, RandomBreaksLoseNothingAndRepeatNothing) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    testing::SeededRandom dice(seed);
    Uplink uplink(*spool_);
    FakeHub hub(spool_->epoch(), 50);
    for (int round = 0; round < 40; ++round) {
      Fill(static_cast<int>(dice.Below(30)));
      ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
      for (const Uplink::Frame& frame : Take(uplink)) {
        if (dice.Below(4) == 0) break;  // the frame and all after it are lost
        v1::Ack ack;
        if (frame.kind == v1::LOST) {
          v1::Lost lost;
          ASSERT_TRUE(lost.ParseFromString(frame.body));
          ack = hub.OnLost(lost);
        } else {
          ack = hub.OnBatch(BatchOf(frame));
        }
        if (dice.Below(4) == 0) continue;  // the answer is lost
        ASSERT_EQ(*uplink.OnAck(ack), Uplink::Outcome::kGoOn);
      }
    }
    ASSERT_TRUE(uplink.OnWelcome(hub.Welcome()).ok());
    Converse(uplink, hub);
    const auto spooled = spool_->Lanes();
    EXPECT_EQ(hub.ids().size(), (*spooled)[1].spooled) << "seed " << seed;
    EXPECT_TRUE(*uplink.Drained());
    ASSERT_TRUE(spool_->NewEpoch({0, (*spooled)[1].spooled}).ok());
  }
}

}  // namespace
}  // namespace earshot::spool
