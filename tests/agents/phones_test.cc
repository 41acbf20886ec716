#include "agents/phones/phones.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/os/files.h"
#include "earshot/v1/phones.pb.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::agents {
namespace {

class PhonesTest : public ::testing::Test {
 protected:
  std::unique_ptr<Phones> Open() {
    auto phones = Phones::Open(folder_.File("phones"), clock_, random_);
    EXPECT_TRUE(phones.ok()) << phones.status();
    return *std::move(phones);
  }
  std::string PairedWith(Phones& phones) {
    const auto secret = phones.Pair(phones.ShowCode().text);
    EXPECT_TRUE(secret.ok()) << secret.status();
    return secret.value_or("");
  }

  testing::TempFolder folder_;
  testing::FakeClock clock_{testing::At("2026-11-30T09:00:00Z")};
  testing::SeededRandom random_{11};
};

TEST_F(PhonesTest, APhoneThatOpensTheCodeInTimeIsKnownFromThenOn) {
  const auto phones = Open();
  const std::string secret = PairedWith(*phones);
  EXPECT_TRUE(phones->Paired(secret));
  EXPECT_FALSE(phones->Paired(secret + "0"));
  EXPECT_FALSE(phones->Paired(""));
  EXPECT_TRUE(Open()->Paired(secret)) << "after a restart";
}

TEST_F(PhonesTest, TheFileHoldsNoSecret) {
  const auto phones = Open();
  const std::string secret = PairedWith(*phones);
  const auto bytes = os::ReadFile(folder_.File("phones"), 1 << 20);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes->find(secret), std::string::npos);
  EXPECT_EQ(bytes->find(phones->code()->text), std::string::npos);
}

TEST_F(PhonesTest, ACodeIsOverAfterItsTimeItsPhonesAndTheNextOne) {
  const auto phones = Open();
  const std::string first = phones->ShowCode().text;
  const std::string second = phones->ShowCode().text;
  EXPECT_EQ(phones->Pair(first).status().code(), absl::StatusCode::kNotFound);
  for (int i = 0; i < Phones::kPhonesACode; ++i) {
    EXPECT_TRUE(phones->Pair(second).ok()) << i;
  }
  EXPECT_FALSE(phones->Pair(second).ok());
  EXPECT_FALSE(phones->code());
  const std::string third = phones->ShowCode().text;
  clock_.Advance(Phones::kCodeLives - absl::Seconds(1));
  EXPECT_TRUE(phones->IsCode(third));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(phones->IsCode(third));
  EXPECT_FALSE(phones->Pair(third).ok());
  phones->ShowCode();
  phones->EndCode();
  EXPECT_FALSE(phones->code());
  EXPECT_FALSE(phones->IsCode("")) << "no code is no code";
}

TEST_F(PhonesTest, APhoneIsForgottenWhenItAsksOrAllAreOrItsTimeIsOver) {
  const auto phones = Open();
  const std::string mine = PairedWith(*phones);
  const std::string other = PairedWith(*phones);
  EXPECT_EQ(phones->size(), 2U);
  ASSERT_TRUE(phones->Forget(mine).ok());
  EXPECT_FALSE(phones->Paired(mine));
  EXPECT_TRUE(phones->Paired(other));
  EXPECT_FALSE(Open()->Paired(mine));
  clock_.Advance(Phones::kPhoneLives);
  EXPECT_FALSE(phones->Paired(other));
  EXPECT_EQ(phones->size(), 0U);
  const std::string last = PairedWith(*phones);
  ASSERT_TRUE(phones->ForgetAll().ok());
  EXPECT_FALSE(phones->Paired(last));
  EXPECT_EQ(Open()->size(), 0U);
}

TEST_F(PhonesTest, OfThePairingTheDayIsKept) {
  const auto phones = Open();
  clock_.Advance(absl::Seconds(4711));
  const auto paired = phones->Paired(PairedWith(*phones));
  ASSERT_TRUE(paired);
  EXPECT_EQ(*paired, testing::At("2026-11-30T00:00:00Z"));
}

TEST_F(PhonesTest, PairedByAClockThatWasAheadItIsForgottenOnceThatIsRight) {
  clock_.Advance(absl::Hours(24 * 3650));
  const std::string secret = PairedWith(*Open());
  EXPECT_TRUE(Open()->Paired(secret));
  clock_.Advance(-absl::Hours(24 * 3650));
  EXPECT_FALSE(Open()->Paired(secret));
}

TEST_F(PhonesTest, NoMoreArePairedThanThereMayBe) {
  const auto phones = Open();
  std::set<std::string> secrets;
  for (size_t i = 0; i < Phones::kMostPhones; ++i) {
    secrets.insert(PairedWith(*phones));
  }
  EXPECT_EQ(secrets.size(), Phones::kMostPhones);
  const auto more = phones->Pair(phones->ShowCode().text);
  EXPECT_EQ(more.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(phones->size(), Phones::kMostPhones);
  clock_.Advance(Phones::kPhoneLives);
  EXPECT_TRUE(phones->Pair(phones->ShowCode().text).ok());
}

TEST_F(PhonesTest, OnePhonesFormsDoNotUseUpAnothers) {
  const auto phones = Open();
  const std::string loud = PairedWith(*phones);
  const std::string quiet = PairedWith(*phones);
  for (int i = 0; i < Phones::kWritesAMinute; ++i) {
    EXPECT_TRUE(phones->AllowWrite(loud));
  }
  EXPECT_FALSE(phones->AllowWrite(loud));
  EXPECT_TRUE(phones->AllowWrite(quiet));
  EXPECT_FALSE(phones->AllowWrite("nobody"));
  const std::string third = PairedWith(*phones);
  EXPECT_FALSE(phones->AllowWrite(loud)) << "another pairing changes nothing";
}

TEST_F(PhonesTest, ADamagedFileIsSaidToBe) {
  const std::string file = folder_.File("phones");
  ASSERT_TRUE(os::WriteFileAtomically(file, "\xff\xff", 0600).ok());
  EXPECT_EQ(Phones::Open(file, clock_, random_).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace earshot::agents
