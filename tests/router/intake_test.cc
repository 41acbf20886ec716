#include "router/intake/intake.h"

#include <gtest/gtest.h>

#include "base/wire/lane_hash.h"
#include "base/wire/limits.h"
#include "earshot/v1/log.pb.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/times.h"
#include "tests/router/entry_at.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"

namespace earshot::router {
namespace {

constexpr uint64_t kEpoch = 77;

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest()
      : random_(1),
        reader_(std::string(32, 'k'), redactor_, random_),
        intake_({}, reader_, {}) {
    peer_.name = "store-014-pc1";
    peer_.sites = {"store-014"};
  }

  v1::Observation Fine() const {
    v1::Observation observation;
    observation.set_text("The door sticks");
    observation.set_severity(3);
    observation.set_site("store-014");
    observation.set_channel("store");
    *observation.mutable_observed_at() = contract::ToStamp(now_);
    return observation;
  }

  // The next batch of the agent's lane, with one record for each observation.
  v1::Batch Next(const std::vector<v1::Observation>& observations,
                 uint32_t lane = 1) {
    v1::Batch batch;
    batch.set_epoch(kEpoch);
    batch.set_lane(lane);
    batch.set_first_seq(seq_ + 1);
    batch.set_hash_before(hash_);
    for (const v1::Observation& observation : observations) {
      v1::Record& record = *batch.add_records();
      record.set_kind(v1::RECORD_OBSERVATION);
      record.set_id(random_.Bytes(16));
      record.set_body(observation.SerializeAsString());
      hash_ = wire::LaneHashNext(hash_, record.id());
      ++seq_;
    }
    return batch;
  }

  Intake::Taken Take(const v1::Batch& batch) {
    return intake_.TakeBatch(peer_, kEpoch, batch.SerializeAsString(), now_);
  }

  const absl::Time now_ = testing::At("2026-11-02T10:00:00Z");
  testing::SeededRandom random_;
  contract::Redactor redactor_;
  RecordReader reader_;
  Intake intake_;
  Enrolled peer_;
  uint64_t seq_ = 0;
  std::string hash_ = wire::LaneHashStart(kEpoch);
};

TEST_F(IntakeTest, NothingIsAcknowledgedBeforeItsCommitIsDurable) {
  const Intake::Taken taken = Take(Next({Fine(), Fine()}));
  EXPECT_FALSE(taken.ack);
  ASSERT_NE(taken.ticket, 0U);
  EXPECT_EQ(taken.append.entries.size(), 2U);
  const auto done = intake_.OnCommitted(taken.ticket);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->ack.durable().seq(), 2U);
  EXPECT_EQ(done->ack.durable().hash(), hash_);
  EXPECT_FALSE(done->ack.refused());
}

TEST_F(IntakeTest, AGapWritesNothingAndSaysWhereTheLaneStands) {
  Next({Fine()});  // never arrives
  const Intake::Taken taken = Take(Next({Fine()}));
  EXPECT_EQ(taken.ticket, 0U);
  EXPECT_TRUE(taken.append.entries.empty());
  ASSERT_TRUE(taken.ack);
  EXPECT_TRUE(taken.ack->refused());
  EXPECT_EQ(taken.ack->durable().seq(), 0U);
}

TEST_F(IntakeTest, ABatchSentAgainIsWrittenOnce) {
  const v1::Batch batch = Next({Fine()});
  intake_.OnCommitted(Take(batch).ticket);
  const Intake::Taken again = Take(batch);
  EXPECT_EQ(again.ticket, 0U);
  EXPECT_EQ(again.note.repeats, 1U);
  EXPECT_EQ(intake_.counters().repeats.value(), 1U);
  ASSERT_TRUE(again.ack);
  EXPECT_EQ(again.ack->durable().seq(), 1U);
}

TEST_F(IntakeTest, AnotherHistoryUnderTheSameNumbersIsRefused) {
  v1::Batch batch = Next({Fine()});
  batch.set_hash_before(std::string(16, 'x'));
  EXPECT_EQ(Take(batch).ticket, 0U);
}

TEST_F(IntakeTest, AForeignSiteBecomesADeadLetterAndTheLaneGoesOn) {
  v1::Observation foreign = Fine();
  foreign.set_site("store-099");
  const Intake::Taken taken = Take(Next({Fine(), foreign, Fine()}));
  EXPECT_EQ(taken.append.entries.size(), 2U);
  ASSERT_EQ(taken.append.dead_letters.size(), 1U);
  EXPECT_EQ(taken.append.dead_letters[0].code, "site_not_allowed");
  const auto done = intake_.OnCommitted(taken.ticket);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->ack.durable().seq(), 3U);
  ASSERT_EQ(done->ack.nacks_size(), 1);
  EXPECT_EQ(done->ack.nacks(0).seq(), 2U);
}

TEST_F(IntakeTest, ADeadLetterIsTakenOnceItsCauseIsMended) {
  v1::Observation foreign = Fine();
  foreign.set_site("store-099");
  Intake::Taken taken = Take(Next({foreign}));
  DeadLetter letter = taken.append.dead_letters.at(0);
  letter.id = 5;
  EXPECT_EQ(intake_.TakeReplay(peer_, letter, now_).ticket, 0U);
  peer_.sites.push_back("store-099");
  const Intake::Taken replay = intake_.TakeReplay(peer_, letter, now_);
  EXPECT_EQ(replay.append.entries.size(), 1U);
  EXPECT_EQ(replay.append.replayed, std::vector<uint64_t>{5});
}

TEST_F(IntakeTest, WhatAnAgentFailedToRedactIsRedactedAndCounted) {
  v1::Observation leaky = Fine();
  leaky.set_text("She read out 4111 1111 1111 1111 to me");
  const Intake::Taken taken = Take(Next({leaky}));
  ASSERT_EQ(taken.append.entries.size(), 1U);
  EXPECT_EQ(EntryAt(taken.append.entries, 0).personal.find("4111"),
            std::string::npos);
  EXPECT_EQ(intake_.counters().redactor_hits.value(), 1U);
}

TEST_F(IntakeTest, TheRecordHoldsNothingPersonal) {
  v1::Observation named = Fine();
  named.set_text("planted verbatim");
  named.add_tags("planted-tag");
  named.mutable_reporter()->set_name("Planted Name");
  const Intake::Taken taken = Take(Next({named}));
  const LogEntry entry = EntryAt(taken.append.entries, 0);
  EXPECT_EQ(entry.body.find("planted"), std::string::npos);
  EXPECT_EQ(entry.body.find("Planted"), std::string::npos);
  EXPECT_NE(entry.personal.find("planted verbatim"), std::string::npos);
  v1::ObservationRecord record;
  ASSERT_TRUE(record.ParseFromString(entry.body));
  EXPECT_EQ(record.personal_hmac().size(), 32U);
}

TEST_F(IntakeTest, AnAnonymousRecordTellsNoArrivalFinerThanItsDay) {
  const Intake::Taken taken = Take(Next({Fine()}));
  v1::ObservationRecord record;
  ASSERT_TRUE(record.ParseFromString(EntryAt(taken.append.entries, 0).body));
  EXPECT_TRUE(record.anonymous());
  EXPECT_EQ(record.received_at().seconds() % 86400, 0);
  EXPECT_EQ(record.received_at().nanos(), 0);
}

TEST_F(IntakeTest, AFailedCommitTakesTheLaneBackToWhatIsDurable) {
  const v1::Batch first = Next({Fine()});
  const Intake::Taken taken = Take(first);
  const Intake::Taken second = Take(Next({Fine()}));
  ASSERT_NE(second.ticket, 0U);
  const auto failed = intake_.OnFailed(taken.ticket);
  intake_.OnFailed(second.ticket);
  ASSERT_TRUE(failed);
  EXPECT_TRUE(failed->ack.refused());
  EXPECT_EQ(failed->ack.durable().seq(), 0U);
  EXPECT_NE(Take(first).ticket, 0U);
}

TEST_F(IntakeTest, LostRecordsAreSteppedOverAndCounted) {
  v1::Lost lost;
  lost.set_epoch(kEpoch);
  lost.set_lane(1);
  lost.set_first_seq(1);
  lost.set_last_seq(40);
  lost.set_hash_last(std::string(16, 'h'));
  lost.set_reason(v1::Lost::EXPIRED);
  const Intake::Taken taken =
      intake_.TakeLost(peer_, kEpoch, lost.SerializeAsString(), now_);
  ASSERT_NE(taken.ticket, 0U);
  const auto done = intake_.OnCommitted(taken.ticket);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->ack.durable().seq(), 40U);
  EXPECT_EQ(intake_.counters().lost.value(), 40U);
}

TEST_F(IntakeTest, ALostBeyondTheLargestNumberIsMalformed) {
  v1::Lost lost;
  lost.set_epoch(kEpoch);
  lost.set_lane(1);
  lost.set_first_seq(1);
  lost.set_hash_last(std::string(16, 'h'));
  for (const uint64_t last : {wire::kMaxSeq + 1, ~uint64_t{0}}) {
    lost.set_last_seq(last);
    EXPECT_TRUE(intake_.TakeLost(peer_, kEpoch, lost.SerializeAsString(), now_)
                    .malformed);
  }
  lost.set_last_seq(wire::kMaxSeq);
  const Intake::Taken taken =
      intake_.TakeLost(peer_, kEpoch, lost.SerializeAsString(), now_);
  const auto done = intake_.OnCommitted(taken.ticket);
  ASSERT_TRUE(done);
  EXPECT_GT(done->ack.credit_seq(), done->ack.durable().seq());
}

TEST_F(IntakeTest, WhatStaysInTheLogIsShortAndKnown) {
  const std::string long_text(3000, 'x');
  v1::Observation spent = Fine();
  spent.mutable_resolved_on_the_spot()->mutable_spent()->set_currency(
      long_text);
  v1::Observation newer = Fine();
  newer.mutable_promise()->set_promise("open-at-six");
  v1::PromiseKept& promise = *newer.mutable_promise();
  promise.GetReflection()->MutableUnknownFields(&promise)->AddLengthDelimited(
      99, long_text);
  const Intake::Taken taken = Take(Next({spent, newer}));
  ASSERT_EQ(taken.append.dead_letters.size(), 1U);
  EXPECT_EQ(taken.append.dead_letters[0].code, "currency_invalid");
  ASSERT_EQ(taken.append.entries.size(), 1U);
  EXPECT_LT(EntryAt(taken.append.entries, 0).body.size(), 1000U);
}

TEST_F(IntakeTest, APausedRouterGivesNoCreditBeyondWhatIsDurable) {
  intake_.SetPaused(true);
  const auto done = intake_.OnCommitted(Take(Next({Fine()})).ticket);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->ack.credit_seq(), 1U);
  intake_.SetPaused(false);
  for (const v1::Ack& ack : intake_.CreditOf(peer_.name, kEpoch)) {
    EXPECT_GT(ack.credit_seq(), ack.durable().seq());
  }
}

TEST_F(IntakeTest, BytesThatAreNoBatchAreKeptApartAndCounted) {
  const Intake::Taken taken =
      intake_.TakeBatch(peer_, kEpoch, "\x01garbage", now_);
  EXPECT_TRUE(taken.malformed);
  EXPECT_EQ(taken.unparsable.size(), 1U);
  EXPECT_EQ(intake_.counters().batches_malformed.value(), 1U);
}

TEST_F(IntakeTest, BeyondItsCreditNothingIsTaken) {
  IntakeOptions narrow;
  narrow.credit_records = 2;
  Intake intake(narrow, reader_, {});
  const v1::Batch three = Next({Fine(), Fine(), Fine()});
  const auto taken =
      intake.TakeBatch(peer_, kEpoch, three.SerializeAsString(), now_);
  EXPECT_EQ(taken.ticket, 0U);
  EXPECT_EQ(intake.counters().refused_batches.value(), 1U);
}

TEST_F(IntakeTest, ABatchOfAnotherEpochThanItsSessionIsMalformed) {
  EXPECT_TRUE(intake_
                  .TakeBatch(peer_, kEpoch + 1,
                             Next({Fine()}).SerializeAsString(), now_)
                  .malformed);
}

TEST_F(IntakeTest, EpochsOfOnePeerAreBounded) {
  for (uint64_t epoch = 1; epoch <= Intake::kEpochsPerPeer; ++epoch) {
    ASSERT_TRUE(intake_.MayUseEpoch(peer_.name, epoch));
    seq_ = 0;
    hash_ = wire::LaneHashStart(epoch);
    v1::Batch batch = Next({Fine()});
    batch.set_epoch(epoch);
    ASSERT_NE(
        intake_.TakeBatch(peer_, epoch, batch.SerializeAsString(), now_).ticket,
        0U);
  }
  EXPECT_FALSE(intake_.MayUseEpoch(peer_.name, Intake::kEpochsPerPeer + 1));
  EXPECT_TRUE(intake_.MayUseEpoch(peer_.name, 7));
  EXPECT_TRUE(intake_.MayUseEpoch("another", 7000));
}

TEST_F(IntakeTest, ASpoolThatWasMadeAgainIsToldFromTheFirstOne) {
  EXPECT_FALSE(intake_.StartsAnew(peer_.name, kEpoch));
  Take(Next({Fine()}));
  EXPECT_FALSE(intake_.StartsAnew(peer_.name, kEpoch));
  EXPECT_TRUE(intake_.StartsAnew(peer_.name, kEpoch + 1));
  EXPECT_FALSE(intake_.StartsAnew("another", kEpoch + 1));
}

TEST_F(IntakeTest, AnAckThatThisLogDoesNotKnowTellsThatItIsAnOlderCopy) {
  const Intake intake({}, reader_, {{peer_.name, kEpoch, 1, 10, "hash"}});
  v1::Hello hello;
  hello.set_epoch(kEpoch);
  v1::LaneMark& acked = *hello.add_acked();
  acked.set_lane(1);
  acked.set_seq(10);
  EXPECT_FALSE(intake.IsBehind(peer_.name, hello));
  acked.set_seq(11);
  EXPECT_TRUE(intake.IsBehind(peer_.name, hello));
  acked.set_seq(10);
  hello.set_epoch(kEpoch + 1);
  EXPECT_TRUE(intake.IsBehind(peer_.name, hello));
}

TEST_F(IntakeTest, OnlyAFeedSendsDecisions) {
  v1::Batch batch = Next({Fine()});
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  decision.mutable_answer()->set_text("We are on it");
  batch.mutable_records(0)->set_kind(v1::RECORD_DECISION);
  batch.mutable_records(0)->set_body(decision.SerializeAsString());
  const Intake::Taken taken = Take(batch);
  ASSERT_EQ(taken.append.dead_letters.size(), 1U);
  EXPECT_EQ(taken.append.dead_letters[0].code, "role_not_allowed");
}

TEST_F(IntakeTest, OnlyAFeedSendsWhatLeadersSawOnVisits) {
  v1::Observation visit = Fine();
  visit.set_source(v1::SOURCE_LEADER_VISIT);
  const Intake::Taken taken = Take(Next({visit}));
  ASSERT_EQ(taken.append.dead_letters.size(), 1U);
  EXPECT_EQ(taken.append.dead_letters[0].code, "role_not_allowed");
}

TEST_F(IntakeTest, ThanksGoWithPraiseAlone) {
  v1::Observation thanks = Fine();
  thanks.mutable_thanks()->set_name("Priya");
  const Intake::Taken taken = Take(Next({thanks}));
  ASSERT_EQ(taken.append.dead_letters.size(), 1U);
  EXPECT_EQ(taken.append.dead_letters[0].code, "thanks_invalid");
}

}  // namespace
}  // namespace earshot::router
