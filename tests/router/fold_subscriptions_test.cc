#include "earshot/v1/subscription.pb.h"
#include "proto/contract/subscription.h"
#include "tests/router/fold_fixture.h"

// Changes of subscriptions by leaders, as records of the log.
namespace earshot::router {
namespace {

class FoldSubscriptionsTest : public FoldTest {
 protected:
  void Send(const v1::LeaderChange& change) {
    Put(feed_, v1::RECORD_LEADER_CHANGE, change.SerializeAsString());
    FoldAll();
  }
  v1::LeaderChange ChangeOf(const std::string& leader) {
    clock_.Advance(absl::Seconds(1));
    v1::LeaderChange change;
    change.set_leader(leader);
    *change.mutable_at() = contract::ToStamp(clock_.Wall());
    return change;
  }
  v1::LeaderChange Set(const std::string& leader, const std::string& id,
                       const std::string& at = "08:00") {
    v1::LeaderChange change = ChangeOf(leader);
    change.mutable_set()->set_id(id);
    change.mutable_set()->set_leader(leader);
    change.mutable_set()->set_at(at);
    return change;
  }
  v1::LeaderChange Remove(const std::string& leader, const std::string& id) {
    v1::LeaderChange change = ChangeOf(leader);
    change.set_remove(id);
    return change;
  }
  v1::LeaderChange Mirrored(const std::string& id) {
    v1::LeaderChange change;
    change.ParseFromString(*views_->FindMirrored("subscription/" + id));
    return change;
  }
};

TEST_F(FoldSubscriptionsTest, WhoStandsInIsMirroredAndMadeAgainFromTheLog) {
  const auto naming = [&](const std::string& deputy) {
    v1::LeaderChange change = ChangeOf("dana");
    v1::Deputies& deputies = *change.mutable_deputies();
    if (deputy.empty()) return change;
    deputies.add_deputies()->set_leader(deputy);
    deputies.mutable_deputies(0)->set_until("2027-01-06");
    return change;
  };
  const auto mirrored = [&] {
    v1::LeaderChange change;
    change.ParseFromString(*views_->FindMirrored("deputies/dana"));
    return change;
  };
  const v1::LeaderChange early = naming("amara");
  Send(naming("eve"));
  Send(early);
  EXPECT_EQ(mirrored().deputies().deputies(0).leader(), "eve");
  Send(Set("dana", "brief"));
  EXPECT_EQ(mirrored().deputies().deputies(0).leader(), "eve");
  Report(Said("The till froze"));
  FoldAll();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(mirrored().deputies().deputies(0).leader(), "eve");
  Send(naming(""));
  EXPECT_TRUE(mirrored().has_deputies());
  EXPECT_TRUE(mirrored().deputies().deputies().empty());
}

TEST_F(FoldSubscriptionsTest, TheLastChangeIsMirroredAndMadeAgainFromTheLog) {
  Send(Set("dana", "brief", "08:00"));
  Send(Set("dana", "brief", "09:00"));
  Send(Set("dana", "daily"));
  Send(Remove("dana", "daily"));
  Report(Said("The till froze"));
  FoldAll();
  EXPECT_EQ(Mirrored("brief").set().at(), "09:00");
  EXPECT_EQ(Mirrored("daily").remove(), "daily");
  const std::string before = Mirrored("brief").SerializeAsString();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Mirrored("brief").SerializeAsString(), before);
  EXPECT_EQ(Mirrored("daily").remove(), "daily");
}

TEST_F(FoldSubscriptionsTest, AReloadedFileLeavesThem) {
  Send(Set("dana", "brief"));
  fold_->UseOrganisation(DefaultOrganisation(),
                         DefaultSubscriptions(DefaultOrganisation()));
  FoldAll();
  EXPECT_TRUE(Mirrored("brief").has_set());
}

TEST_F(FoldSubscriptionsTest, OneThatIsSentAgainLaterChangesNothing) {
  const v1::LeaderChange first = Set("dana", "brief", "08:00");
  Send(first);
  Send(Set("dana", "brief", "09:00"));
  Send(first);  // a feed that was restored from a copy
  EXPECT_EQ(Mirrored("brief").set().at(), "09:00");
}

TEST_F(FoldSubscriptionsTest, ANameThatIsInForceIsNobodyElses) {
  Send(Set("dana", "brief"));
  Send(Set("max", "brief"));
  Send(Remove("max", "brief"));
  EXPECT_EQ(Mirrored("brief").leader(), "dana");
  EXPECT_TRUE(Mirrored("brief").has_set());
  Send(Remove("dana", "brief"));
  Send(Set("max", "brief"));
  EXPECT_EQ(Mirrored("brief").leader(), "max");
}

TEST_F(FoldSubscriptionsTest, ALeaderHasSixteenAtATime) {
  for (int i = 0; i < 17; ++i) Send(Set("dana", "s" + std::to_string(i)));
  EXPECT_TRUE(Mirrored("s15").has_set());
  EXPECT_FALSE(Mirrored("s16").has_set());
  Send(Remove("dana", "s3"));
  Send(Set("dana", "s16"));
  EXPECT_TRUE(Mirrored("s16").has_set());
}

TEST_F(FoldSubscriptionsTest, OnlyAFeedSendsThem) {
  v1::Record record;
  record.set_kind(v1::RECORD_LEADER_CHANGE);
  record.set_id(std::string(16, 'i'));
  record.set_body(Set("dana", "brief").SerializeAsString());
  EXPECT_TRUE(std::holds_alternative<RecordReader::Refused>(
      records_.Read(agent_, 1, record, clock_.Wall())));
  record.set_body(Set("dana", "").SerializeAsString());
  EXPECT_TRUE(std::holds_alternative<RecordReader::Refused>(
      records_.Read(feed_, 1, record, clock_.Wall())));
}

}  // namespace
}  // namespace earshot::router
