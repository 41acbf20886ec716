#include "router/access/access.h"

#include <gtest/gtest.h>

#include "base/wire/keys.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

class AccessTest : public ::testing::Test {
 protected:
  std::unique_ptr<Access> Open() {
    auto access = Access::Open(folder_.File("access.db"));
    EXPECT_TRUE(access.ok()) << access.status();
    return *std::move(access);
  }
  static Enrolled Peer(const std::string& name, const std::string& key) {
    Enrolled peer;
    peer.name = name;
    peer.public_key = key;
    peer.sites = {"store-014", "store-022"};
    peer.enrolled_at = testing::At("2026-11-02T10:00:00Z");
    return peer;
  }
  testing::TempFolder folder_;
  const std::string key_ = wire::GenerateKeyPair().public_key;
};

TEST_F(AccessTest, AnUnknownKeyIsNobody) { EXPECT_FALSE(Open()->Admit(key_)); }

TEST_F(AccessTest, WhatIsEnrolledBesideARunningRouterIsSeenAtOnce) {
  const auto running = Open();
  ASSERT_TRUE(Open()->Enrol(Peer("pc1", key_)).ok());
  EXPECT_EQ(running->Admit(key_), "pc1");
}

TEST_F(AccessTest, ARevokedKeyIsToldOnceAndAdmittedNoMore) {
  const auto running = Open();
  ASSERT_TRUE(running->Enrol(Peer("pc1", key_)).ok());
  ASSERT_TRUE(Open()->Revoke("pc1").ok());
  EXPECT_EQ(running->Refresh(), std::vector<std::string>{"pc1"});
  EXPECT_TRUE(running->Refresh().empty());
  EXPECT_FALSE(running->Admit(key_));
}

TEST_F(AccessTest, ARevocationIsToldThoughAKnockReadTheFileFirst) {
  const auto running = Open();
  ASSERT_TRUE(running->Enrol(Peer("pc1", key_)).ok());
  ASSERT_TRUE(Open()->Revoke("pc1").ok());
  EXPECT_FALSE(running->Admit(wire::GenerateKeyPair().public_key));
  EXPECT_EQ(running->Refresh(), std::vector<std::string>{"pc1"});
  EXPECT_TRUE(running->Refresh().empty());
}

TEST_F(AccessTest, OneKeyHasOneName) {
  const auto access = Open();
  ASSERT_TRUE(access->Enrol(Peer("pc1", key_)).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(access->Enrol(Peer("pc2", key_))));
}

TEST_F(AccessTest, SitesAndContactSurviveARestart) {
  {
    const auto access = Open();
    ASSERT_TRUE(access->Enrol(Peer("pc1", key_)).ok());
    access->NoteContact("pc1", "agent/1", testing::At("2026-11-03T08:00:00Z"));
    ASSERT_TRUE(access->Flush().ok());
  }
  const auto peer = Open()->Find("pc1");
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->sites, (std::vector<std::string>{"store-014", "store-022"}));
  EXPECT_EQ(peer->last_contact, testing::At("2026-11-03T08:00:00Z"));
}

}  // namespace
}  // namespace earshot::router
