#include "proto/contract/validate.h"

#include <gtest/gtest.h>

#include <string>

namespace earshot::contract {
namespace {

std::string CodeOf(const std::optional<Refusal>& refusal) {
  return refusal ? refusal->code : "";
}

TEST(ValidateTest, EveryWordOfADecisionIsBounded) {
  const std::string long_text(kMaxAnswerBytes + 1, 'x');
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  decision.mutable_assign()->set_owner(long_text);
  EXPECT_EQ(CodeOf(Validate(decision)), "owner_invalid");
  decision.mutable_correct_topic()->set_topic(long_text);
  EXPECT_EQ(CodeOf(Validate(decision)), "topic_invalid");
  decision.mutable_reopen()->set_reason(long_text);
  EXPECT_EQ(CodeOf(Validate(decision)), "text_too_long");
  decision.mutable_answer()->set_text("On Thursday");
  decision.mutable_answer()->set_language(long_text);
  EXPECT_EQ(CodeOf(Validate(decision)), "language_invalid");
  decision.mutable_answer()->set_language("en");
  EXPECT_EQ(CodeOf(Validate(decision)), "");
}

TEST(ValidateTest, WhatOpenedTheInsightOfADecisionIsARecordsIdOrLeftOut) {
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  decision.mutable_answer()->set_text("On Thursday");
  for (const size_t size : {size_t{0}, size_t{16}}) {
    decision.set_opened_by(std::string(size, 'o'));
    EXPECT_EQ(CodeOf(Validate(decision)), "") << size;
  }
  for (const size_t size : {size_t{1}, size_t{15}, size_t{17}}) {
    decision.set_opened_by(std::string(size, 'o'));
    EXPECT_EQ(CodeOf(Validate(decision)), "opened_by_invalid") << size;
  }
}

TEST(ValidateTest, ACurrencyIsThreeLettersOrLeftOut) {
  v1::Observation observation;
  observation.set_text("Gave a voucher");
  observation.set_severity(2);
  observation.set_site("store-014");
  observation.set_channel("store");
  observation.mutable_observed_at()->set_seconds(1793613600);
  v1::Money& spent =
      *observation.mutable_resolved_on_the_spot()->mutable_spent();
  for (const char* currency : {"", "EUR"}) {
    spent.set_currency(currency);
    EXPECT_EQ(CodeOf(Validate(observation)), "") << currency;
  }
  for (const char* currency : {"EURO", "eur", "E U", "4111111111111111"}) {
    spent.set_currency(currency);
    EXPECT_EQ(CodeOf(Validate(observation)), "currency_invalid") << currency;
  }
}

}  // namespace
}  // namespace earshot::contract
