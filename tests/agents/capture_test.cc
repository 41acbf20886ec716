#include "agents/capture/capture.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/contract/times.h"
#include "tests/testing/fake_clock.h"

namespace earshot::agents {
namespace {

using testing::At;

const absl::Time kNow = At("2026-11-02T10:47:33Z");

class CaptureTest : public ::testing::Test {
 protected:
  static v1::Observation Draft(const std::string& text) {
    v1::Observation draft;
    draft.set_text(text);
    return draft;
  }
  absl::StatusOr<Captured> Take(const v1::Observation& draft) {
    return Capture({redactor_, shifts_, "store-7", "store"}, draft, kNow);
  }
  const contract::Redactor redactor_;
  const ShiftTable shifts_{absl::UTCTimeZone()};
};

TEST_F(CaptureTest, FillsWhatWasLeftOut) {
  v1::Observation draft = Draft("lane 3 froze");
  draft.mutable_reporter()->set_name("Ada");
  const auto captured = Take(draft);
  ASSERT_TRUE(captured.ok()) << captured.status();
  const v1::Observation& seen = captured->observation;
  EXPECT_EQ(seen.severity(), 3U);
  EXPECT_EQ(seen.subject(), v1::SUBJECT_CUSTOMER);
  EXPECT_EQ(seen.source(), v1::SOURCE_EMPLOYEE);
  EXPECT_EQ(seen.site(), "store-7");
  EXPECT_EQ(seen.channel(), "store");
  EXPECT_EQ(seen.shift(), "morning");
  EXPECT_EQ(contract::ToTime(seen.observed_at()), kNow);
  EXPECT_EQ(captured->lane, kRoutineLane);
}

TEST_F(CaptureTest, AnonymousMomentIsTheStartOfItsShift) {
  const auto captured = Take(Draft("lane 3 froze"));
  ASSERT_TRUE(captured.ok());
  EXPECT_EQ(contract::ToTime(captured->observation.observed_at()),
            At("2026-11-02T06:00:00Z"));
}

TEST_F(CaptureTest, OpenAlwaysKeepsTheMomentOfAnAnonymousReport) {
  v1::Observation severe = Draft("exit blocked");
  severe.set_severity(5);
  v1::Observation risk = Draft("exit blocked");
  risk.set_kind(v1::OBSERVATION_KIND_RISK);
  v1::Observation tagged = Draft("exit blocked");
  tagged.add_tags("safety");
  for (const v1::Observation& draft : {severe, risk, tagged}) {
    const auto captured = Take(draft);
    ASSERT_TRUE(captured.ok());
    EXPECT_TRUE(captured->open_always);
    EXPECT_EQ(contract::ToTime(captured->observation.observed_at()), kNow);
  }
  EXPECT_EQ(Take(severe)->lane, kUrgentLane);
}

TEST_F(CaptureTest, PersonalNumbersLeaveEveryFreeText) {
  v1::Observation draft = Draft("card 4111 1111 1111 1111 was read out");
  draft.add_tags("jo@example.com");
  draft.mutable_reporter()->set_name("call 4111111111111111");
  draft.mutable_promise()->set_promise("mail jo@example.com");
  const auto captured = Take(draft);
  ASSERT_TRUE(captured.ok()) << captured.status();
  const std::string bytes = captured->observation.SerializeAsString();
  EXPECT_EQ(bytes.find("4111"), std::string::npos);
  EXPECT_EQ(bytes.find("jo@example.com"), std::string::npos);
  EXPECT_EQ(captured->observation.redactions(), 4U);
}

TEST_F(CaptureTest, ASiteThatLooksLikeACardIsRefused) {
  v1::Observation draft = Draft("lane 3 froze");
  draft.set_site("4111111111111111");
  EXPECT_TRUE(absl::IsInvalidArgument(Take(draft).status()));
}

TEST_F(CaptureTest, WhatTheContractRefusesIsRefusedHere) {
  EXPECT_FALSE(Take(Draft("  ")).ok());
  EXPECT_FALSE(Take(Draft(std::string(20'000, 'x'))).ok());
  v1::Observation draft = Draft("fine");
  draft.set_severity(6);
  EXPECT_FALSE(Take(draft).ok());
}

TEST_F(CaptureTest, PseudonymIsStableForAKeyAndAPerson) {
  EXPECT_EQ(Pseudonym("key", "ada"), Pseudonym("key", "ada"));
  EXPECT_NE(Pseudonym("key", "ada"), Pseudonym("key", "bob"));
  EXPECT_NE(Pseudonym("key", "ada"), Pseudonym("other", "ada"));
  EXPECT_EQ(Pseudonym("key", "ada").size(), 16U);
}

}  // namespace
}  // namespace earshot::agents
