#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "base/os/poll.h"
#include "base/os/random.h"
#include "dashboard_feed/sign_in/attempts.h"
#include "dashboard_feed/sign_in/password.h"
#include "dashboard_feed/sign_in/password_work.h"
#include "dashboard_feed/sign_in/sign_ins.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr char kPassword[] = "four calm words here";

class SignInsTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    sign_ins_.reset();
    sign_ins_ = *SignIns::Open(folder_.File("sign_in.db"));
  }
  std::string Begin(const std::string& leader, absl::Time now = kNow) {
    return *sign_ins_->BeginSession(leader, random_, now);
  }
  std::string Who(const std::string& secret, absl::Time now = kNow) {
    return *sign_ins_->LeaderOfSession(secret, now);
  }

  Folder folder_;
  os::SystemRandom random_;
  std::unique_ptr<SignIns> sign_ins_;
};

TEST_F(SignInsTest, ASessionIsGoodUntilItIsEndedAndOverARestart) {
  const std::string secret = Begin("dana");
  EXPECT_EQ(Who(secret), "dana");
  Reopen();
  EXPECT_EQ(Who(secret), "dana");
  EXPECT_EQ(Who(secret + "A"), "");
  EXPECT_EQ(Who(secret.substr(1)), "");
  EXPECT_EQ(Who(""), "");
  EXPECT_EQ(Who(std::string(100000, 'A')), "");
  ASSERT_TRUE(sign_ins_->EndSession(secret).ok());
  EXPECT_EQ(Who(secret), "");
}

TEST_F(SignInsTest, ASessionEndsWhenIdleAndAfterItsLongestTime) {
  const std::string idle = Begin("dana");
  const std::string used = Begin("dana");
  absl::Time now = kNow;
  for (; now < kNow + SignIns::kLongest; now += absl::Hours(6)) {
    EXPECT_EQ(Who(used, now), "dana");
  }
  EXPECT_EQ(Who(used, now), "") << "used all the time, and over";
  EXPECT_EQ(Who(idle, kNow + SignIns::kIdle - absl::Seconds(1)), "dana");
  const std::string other = Begin("dana");
  EXPECT_EQ(Who(other, kNow + SignIns::kIdle), "");
}

TEST_F(SignInsTest, OfTooManySessionsOfALeaderTheOldestGoes) {
  const std::string max = Begin("max");
  std::vector<std::string> secrets;
  for (size_t i = 0; i <= SignIns::kMostSessions; ++i) {
    secrets.push_back(Begin("dana", kNow + absl::Seconds(i)));
  }
  const absl::Time later = kNow + absl::Minutes(1);
  EXPECT_EQ(Who(secrets[0], later), "");
  for (size_t i = 1; i < secrets.size(); ++i) {
    EXPECT_EQ(Who(secrets[i], later), "dana") << i;
  }
  EXPECT_EQ(Who(max, later), "max");
}

TEST_F(SignInsTest, ANewPasswordEndsTheLeadersSessionsAndNoOther) {
  const std::string dana = Begin("dana");
  const std::string max = Begin("max");
  EXPECT_EQ(*sign_ins_->PasswordOf("dana"), "");
  ASSERT_TRUE(sign_ins_->SetPassword("dana", "hash", kNow).ok());
  EXPECT_EQ(*sign_ins_->PasswordOf("dana"), "hash");
  EXPECT_EQ(Who(dana), "");
  EXPECT_EQ(Who(max), "max");
}

TEST_F(SignInsTest, ATokenIsGoodUntilRevokedAndTheyAreBounded) {
  std::set<std::string> tokens;
  for (size_t i = 0; i < SignIns::kMostTokens; ++i) {
    tokens.insert(*sign_ins_->MakeToken("dana", random_, kNow));
  }
  EXPECT_EQ(tokens.size(), SignIns::kMostTokens);
  EXPECT_TRUE(absl::IsResourceExhausted(
      sign_ins_->MakeToken("dana", random_, kNow).status()));
  const std::string max = *sign_ins_->MakeToken("max", random_, kNow);
  EXPECT_EQ(*sign_ins_->LeaderOfToken(*tokens.begin()), "dana");
  EXPECT_EQ(*sign_ins_->LeaderOfToken(*tokens.begin() + "x"), "");
  EXPECT_EQ(Who(*tokens.begin()), "") << "a token is no session";
  EXPECT_EQ(*sign_ins_->RevokeTokens("dana"), SignIns::kMostTokens);
  EXPECT_EQ(*sign_ins_->LeaderOfToken(*tokens.begin()), "");
  EXPECT_EQ(*sign_ins_->LeaderOfToken(max), "max");
}

TEST_F(SignInsTest, WhatLetsSomebodyInIsNotInTheFile) {
  const std::string secret = Begin("dana");
  const std::string token = *sign_ins_->MakeToken("dana", random_, kNow);
  sign_ins_.reset();
  std::ifstream file(folder_.File("sign_in.db"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(bytes.find("dana"), std::string::npos);
  EXPECT_EQ(bytes.find(secret), std::string::npos);
  EXPECT_EQ(bytes.find(token.substr(8)), std::string::npos);
}

TEST(Password, FitsItsOwnHashAloneAndIsNotInIt) {
  const std::string hash = *HashPassword(kPassword);
  EXPECT_TRUE(IsPasswordHash(hash));
  EXPECT_TRUE(PasswordFits(hash, kPassword));
  EXPECT_FALSE(PasswordFits(hash, "four calm words"));
  EXPECT_FALSE(PasswordFits("", kPassword));
  EXPECT_FALSE(PasswordFits("no hash", kPassword));
  EXPECT_NE(hash, *HashPassword(kPassword)) << "salted";
  EXPECT_EQ(hash.find(kPassword), std::string::npos);
}

TEST(Password, WhatIsNoHashOfThisReleaseIsNotTaken) {
  for (const std::string& wrong :
       {std::string(), std::string(kPassword), std::string(500, 'a'),
        std::string("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"),
        std::string("$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA")}) {
    EXPECT_FALSE(IsPasswordHash(wrong)) << wrong;
  }
}

TEST(Password, ANewOneIsOneLineOfAFairLength) {
  EXPECT_TRUE(CheckNewPassword(kPassword).ok());
  EXPECT_FALSE(CheckNewPassword("short").ok());
  EXPECT_FALSE(CheckNewPassword(std::string(kLongestPassword + 1, 'a')).ok());
  EXPECT_FALSE(CheckNewPassword("two lines of\nwords").ok());
}

TEST(PasswordWork, TakesSoManyAtOnceAndGivesEachBack) {
  const std::string hash = *HashPassword(kPassword);
  PasswordWork work;
  uint64_t taken = 0;
  for (uint64_t id = 1; id <= 3 * PasswordWork::kMostWaiting; ++id) {
    PasswordWork::Job job{id, "dana", "::1", hash,
                          id % 2 == 0 ? kPassword : "wrong"};
    if (!work.Ask(job)) break;
    taken = id;
  }
  EXPECT_EQ(taken, PasswordWork::kMostWaiting);
  for (uint64_t id = 1; id <= taken; ++id) {
    std::optional<PasswordWork::Done> done;
    while (!(done = work.Take())) {
      ASSERT_TRUE(os::WaitReadable({work.fd()}, absl::Seconds(30)));
    }
    EXPECT_EQ(done->job.id, id);
    EXPECT_EQ(done->fits, id % 2 == 0);
    EXPECT_EQ(done->job.password, "");
  }
  PasswordWork::Job again{1, "dana", "::1", hash, kPassword};
  EXPECT_TRUE(work.Ask(again)) << "there is room again; what waits is dropped";
}

TEST(Attempts, OfOneNameAreLimitedWhereverTheyComeFrom) {
  Attempts attempts("key");
  absl::Duration now = absl::Hours(1);
  for (uint32_t i = 0; i < Attempts::kOfName; ++i) {
    EXPECT_EQ(attempts.Begin("dana", "10.0.0." + std::to_string(i), now),
              absl::ZeroDuration());
  }
  now += absl::Minutes(5);
  EXPECT_EQ(attempts.Begin("dana", "10.1.1.1", now), absl::Minutes(10));
  EXPECT_EQ(attempts.Begin("max", "10.1.1.1", now), absl::ZeroDuration());
  now += absl::Minutes(10);
  EXPECT_EQ(attempts.Begin("dana", "10.1.1.1", now), absl::ZeroDuration());
}

TEST(Attempts, OfOneAddressAreLimitedWhateverTheName) {
  Attempts attempts("key");
  uint32_t begun = 0;
  for (int i = 0; i < 10000; ++i) {
    // Of one network that a subscriber has.
    const std::string address = "2001:db8:1:2:3::" + std::to_string(i);
    if (attempts.Begin(std::to_string(i), address, absl::Hours(1)) ==
        absl::ZeroDuration()) {
      ++begun;
    }
  }
  EXPECT_EQ(begun, Attempts::kOfAddress);
  EXPECT_EQ(attempts.Begin("dana", "2001:db8:9:9::1", absl::Hours(1)),
            absl::ZeroDuration());
}

TEST(Attempts, WhatWasRightDoesNotCount) {
  Attempts attempts("key");
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(attempts.Begin("dana", "::1", absl::Hours(1)),
              absl::ZeroDuration());
    attempts.Forgive("dana", "::1");
  }
}

}  // namespace
}  // namespace earshot::feed
