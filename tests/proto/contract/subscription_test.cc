#include "proto/contract/subscription.h"

#include <gtest/gtest.h>

namespace earshot::contract {
namespace {

v1::Subscription Fine() {
  v1::Subscription s;
  s.set_id("dana-daily");
  s.set_leader("dana");
  return s;
}

std::string Said(const v1::Subscription& s) {
  std::string all;
  for (const std::string& mistake : SubscriptionMistakes(s)) {
    all += mistake + "\n";
  }
  return all;
}

TEST(SubscriptionTest, DefaultsAreFine) {
  EXPECT_TRUE(SubscriptionMistakes(Fine()).empty());
}

TEST(SubscriptionTest, EveryMistakeIsListed) {
  v1::Subscription s = Fine();
  s.set_at("25:00");
  s.set_time_zone("Europe/Nowhere");
  s.set_quiet_from("22:00");
  s.add_weekdays("mon");
  s.add_kinds("painpoint");
  s.set_top(51);
  s.add_channels("mail");
  s.add_channels("mail");
  EXPECT_EQ(SubscriptionMistakes(s).size(), 7U) << Said(s);
}

TEST(SubscriptionTest, AFieldOfAnotherCadenceIsAMistake) {
  v1::Subscription s = Fine();
  s.set_minutes_before(10);
  EXPECT_NE(Said(s).find("MEETING"), std::string::npos);
  s = Fine();
  s.set_cadence(v1::Subscription::HOURLY);
  s.add_weekdays("monday");
  EXPECT_NE(Said(s).find("weekdays are for"), std::string::npos);
  s = Fine();
  s.set_cadence(v1::Subscription::MEETING);
  EXPECT_NE(Said(s).find("time at which it begins"), std::string::npos);
}

TEST(SubscriptionTest, EscalationsGoWhereAlertsDoUnlessItSaysOtherwise) {
  v1::Subscription s = Fine();
  EXPECT_FALSE(TellsEscalations(s));
  s.set_cadence(v1::Subscription::IMMEDIATE);
  EXPECT_TRUE(TellsEscalations(s));
  s.set_escalations(v1::Subscription::OFF);
  EXPECT_FALSE(TellsEscalations(s));
  s.set_cadence(v1::Subscription::DAILY);
  s.set_escalations(v1::Subscription::ON);
  EXPECT_TRUE(TellsEscalations(s));
  EXPECT_NE(Said(s).find("needs channels"), std::string::npos);
  s.add_channels("mail");
  EXPECT_EQ(Said(s), "");
}

TEST(SubscriptionTest, ALanguageIsALanguage) {
  for (const char* fine : {"", "es", "fra", "pt-BR"}) {
    v1::Subscription s = Fine();
    s.set_language(fine);
    EXPECT_EQ(Said(s), "") << fine;
  }
  for (const char* wrong : {"e", "Spanish", "ES", "pt-br", "pt-", "es.html",
                            "-BR", "../x", "pt-BRA"}) {
    v1::Subscription s = Fine();
    s.set_language(wrong);
    EXPECT_NE(Said(s).find("not a language"), std::string::npos) << wrong;
  }
}

TEST(SubscriptionTest, QuietHoursOfAWholeDayAreRefused) {
  v1::Subscription s = Fine();
  s.set_quiet_from("08:00");
  s.set_quiet_to("08:00");
  EXPECT_NE(Said(s).find("ever be sent"), std::string::npos);
}

TEST(SubscriptionTest, AScopeCanOnlyNarrowTheLeaders) {
  v1::Organisation organisation;
  v1::Site& site = *organisation.add_sites();
  site.set_id("store-014");
  site.set_region("north");
  v1::Leader leader;
  leader.set_id("dana");
  leader.mutable_scope()->add_regions("north");
  leader.mutable_scope()->add_topics("checkout");
  v1::Subscription s = Fine();
  s.mutable_scope()->add_sites("store-014");
  s.mutable_scope()->add_topics("checkout/queues");
  EXPECT_TRUE(OutsideOf(organisation, leader, s).empty());
  s.mutable_scope()->add_sites("store-099");
  s.mutable_scope()->add_topics("checkouts");
  s.mutable_scope()->add_regions("south");
  EXPECT_EQ(OutsideOf(organisation, leader, s).size(), 3U);
}

TEST(SubscriptionTest, AChangeIsAboutItsLeadersOwn) {
  v1::LeaderChange change;
  change.set_leader("dana");
  EXPECT_TRUE(Validate(change));
  *change.mutable_set() = Fine();
  EXPECT_FALSE(Validate(change));
  change.mutable_set()->set_leader("max");
  EXPECT_TRUE(Validate(change));
  change.set_remove("");
  EXPECT_TRUE(Validate(change));
  change.set_remove("dana-daily");
  EXPECT_FALSE(Validate(change));
}

}  // namespace
}  // namespace earshot::contract
