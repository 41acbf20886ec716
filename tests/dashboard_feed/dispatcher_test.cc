#include "dashboard_feed/channels/dispatcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "dashboard_feed/outbox/outbox.h"
#include "dashboard_feed/templates/sample.h"
#include "tests/dashboard_feed/folder.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"

// Whenever a run ends, and however receivers behave.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// Receivers in the hand of a test: what was carried waits until it is told how
// it went. What they accepted outlives a run.
class TestCarrier final : public Carrier {
 public:
  explicit TestCarrier(std::vector<uint64_t>& accepted) : accepted_(accepted) {}
  void Carry(Parcel parcel) override { going_.push_back(std::move(parcel)); }
  std::optional<Carried> Take() override {
    if (done_.empty()) return std::nullopt;
    Carried carried = done_.front();
    done_.erase(done_.begin());
    return carried;
  }
  const std::vector<Parcel>& going() const { return going_; }
  // The receiver decides; the feed has not heard of it yet.
  void End(size_t index, Attempt::Result result) {
    Carried carried;
    carried.delivery = going_[index].delivery;
    carried.channel = going_[index].channel;
    carried.attempt.result = result;
    carried.attempt.reason = "told so";
    if (result == Attempt::Result::kDelivered) {
      accepted_.push_back(carried.delivery);
    }
    done_.push_back(carried);
    going_.erase(going_.begin() + static_cast<ptrdiff_t>(index));
  }

 private:
  std::vector<uint64_t>& accepted_;
  std::vector<Parcel> going_;
  std::vector<Carried> done_;
};

v1::FeedConfig Configuration() {
  v1::FeedConfig config;
  for (const char* name : {"first", "second", "spare"}) {
    v1::Channel& channel = *config.add_channels();
    channel.set_name(name);
    channel.mutable_file()->set_path("/nowhere");
    if (channel.name() != "spare") channel.set_fallback("spare");
  }
  return config;
}

class DispatcherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto channels = Channels::Load(Configuration());
    auto templates = Catalogue::Load("");
    ASSERT_TRUE(channels.ok() && templates.ok());
    channels_ = std::make_unique<Channels>(*std::move(channels));
    templates_ = std::make_unique<Catalogue>(*std::move(templates));
    Restart();
  }
  // As after a kill: nothing but the file is left.
  void Restart() {
    dispatcher_.reset();
    carrier_.reset();
    outbox_.reset();
    auto outbox = Outbox::Open(folder_.File("feed.db"), 400, random_);
    ASSERT_TRUE(outbox.ok());
    outbox_ = *std::move(outbox);
    carrier_ = std::make_unique<TestCarrier>(accepted_);
    dispatcher_ = std::make_unique<Dispatcher>(
        outbox_->deliveries(), *channels_, *templates_, *carrier_, clock_,
        random_, log_);
    ASSERT_TRUE(dispatcher_->Resume().ok());
  }
  // As on a machine that never ran.
  void Forget() {
    dispatcher_.reset();
    outbox_.reset();
    store::RemoveDatabase(folder_.File("feed.db"));
    Restart();
  }
  bool Add(const std::string& key, const std::vector<std::string>& channels) {
    Outbox::Entry entry;
    entry.subscription = "daily";
    entry.leader = "leader";
    entry.key = key;
    entry.to = clock_.Wall();
    entry.body = TestDigest("leader", clock_.Wall()).SerializeAsString();
    for (const std::string& channel : channels) {
      entry.channels.push_back(
          {channel, clock_.Wall() + absl::Hours(2), 0, ""});
    }
    const auto seq = outbox_->Add(entry);
    EXPECT_TRUE(seq.ok());
    return seq.ok() && seq->has_value();
  }
  std::vector<Delivery> All() {
    const auto rows = outbox_->deliveries().List({}, 1000);
    EXPECT_TRUE(rows.ok());
    return *rows;
  }
  bool Settled() {
    const auto rows = All();
    return std::all_of(rows.begin(), rows.end(), [](const Delivery& one) {
      return one.state == DeliveryState::kDelivered ||
             one.state == DeliveryState::kParked;
    });
  }
  size_t Accepted(uint64_t id) const {
    return static_cast<size_t>(
        std::count(accepted_.begin(), accepted_.end(), id));
  }
  // What holds whatever happened: what counts as delivered was accepted, and
  // what was parked went to the fallback, or is one.
  void CheckNothingIsLost() {
    for (const Delivery& one : All()) {
      if (one.state == DeliveryState::kDelivered) {
        EXPECT_GE(Accepted(one.id), 1u) << one.IdempotencyKey();
      } else if (one.channel != "spare") {
        const auto rows = All();
        EXPECT_TRUE(std::any_of(rows.begin(), rows.end(),
                                [&](const Delivery& other) {
                                  return other.period == one.period &&
                                         other.channel == "spare";
                                }))
            << one.IdempotencyKey();
      }
    }
  }

  Folder folder_;
  testing::FakeClock clock_{kNow};
  testing::SeededRandom random_{5};
  telemetry::Log log_{[](telemetry::Level, std::string_view,
                         const std::vector<telemetry::Field>&) {}};
  std::unique_ptr<Channels> channels_;
  std::unique_ptr<Catalogue> templates_;
  std::vector<uint64_t> accepted_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<TestCarrier> carrier_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, KilledAtEachStepADeliveryIsMadeAndItsPeriodIsOne) {
  const std::vector<std::function<void()>> steps{
      [this] { Add("a", {"first"}); },
      [this] { dispatcher_->Turn(); },
      [this] {
        if (!carrier_->going().empty()) {
          carrier_->End(0, Attempt::Result::kDelivered);
        }
      },
      [this] { dispatcher_->Collect(); },
  };
  for (size_t killed = 0; killed <= steps.size(); ++killed) {
    SCOPED_TRACE(killed);
    Forget();
    ASSERT_TRUE(All().empty());
    accepted_.clear();
    for (size_t step = 0; step < steps.size(); ++step) {
      if (step == killed) Restart();
      steps[step]();
    }
    Restart();
    EXPECT_FALSE(killed > 0 && Add("a", {"first"})) << "a second digest";
    for (int turn = 0; turn < 5 && !Settled(); ++turn) {
      dispatcher_->Turn();
      while (!carrier_->going().empty()) {
        carrier_->End(0, Attempt::Result::kDelivered);
      }
    }
    dispatcher_->Turn();
    ASSERT_EQ(All().size(), 1u);
    EXPECT_EQ(All()[0].state, DeliveryState::kDelivered);
    EXPECT_GE(Accepted(All()[0].id), 1u);
    EXPECT_LE(Accepted(All()[0].id), 2u);
  }
}

TEST_F(DispatcherTest, OneThatNeverAnswersLeavesTheOthersTheirTurn) {
  for (int i = 0; i < 20; ++i) Add("key" + std::to_string(i), {"first"});
  Add("other", {"second"});
  dispatcher_->Turn();
  const auto& going = carrier_->going();
  EXPECT_EQ(
      std::count_if(going.begin(), going.end(),
                    [](const Parcel& one) { return one.channel == "first"; }),
      static_cast<ptrdiff_t>(Dispatcher::kOnTheirWay));
  EXPECT_TRUE(std::any_of(going.begin(), going.end(), [](const Parcel& one) {
    return one.channel == "second";
  }));
}

TEST_F(DispatcherTest, WhatNobodyTakesInTimeIsParkedAndGoesToTheFallback) {
  Add("a", {"first"});
  for (int turn = 0; turn < 3000 && !Settled(); ++turn) {
    dispatcher_->Turn();
    while (!carrier_->going().empty()) {
      carrier_->End(0, carrier_->going()[0].channel == "spare"
                           ? Attempt::Result::kDelivered
                           : Attempt::Result::kTryAgain);
    }
    clock_.Advance(absl::Seconds(10));
  }
  const auto rows = All();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].state, DeliveryState::kParked);
  EXPECT_GT(rows[1].attempts, 5u);
  EXPECT_EQ(rows[0].channel, "spare");
  EXPECT_EQ(rows[0].state, DeliveryState::kDelivered);
}

TEST_F(DispatcherTest, AChannelThatIsNotConfiguredIsParkedAndNamed) {
  Add("a", {"frist"});
  dispatcher_->Turn();
  ASSERT_EQ(All()[0].state, DeliveryState::kParked);
  EXPECT_NE(All()[0].detail.find("first"), std::string::npos);
}

TEST_F(DispatcherTest, RandomRunsWithKillsAndBadReceiversLoseNothing) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    testing::SeededRandom random(seed);
    Forget();
    accepted_.clear();
    int periods = 0;
    for (int action = 0; action < 120; ++action) {
      switch (random.Below(6)) {
        case 0:
          Add("key" + std::to_string(periods++), {"first", "second"});
          break;
        case 1:
          Restart();
          break;
        case 2:
        case 3:
          if (!carrier_->going().empty()) {
            carrier_->End(random.Below(carrier_->going().size()),
                          static_cast<Attempt::Result>(random.Below(3)));
          }
          break;
        case 4:
          clock_.Advance(
              absl::Seconds(static_cast<int64_t>(random.Below(900))));
          break;
        default:
          dispatcher_->Turn();
      }
    }
    for (int turn = 0; turn < 5000 && !Settled(); ++turn) {
      dispatcher_->Turn();
      while (!carrier_->going().empty()) {
        carrier_->End(0, Attempt::Result::kDelivered);
      }
      clock_.Advance(absl::Seconds(30));
    }
    EXPECT_TRUE(Settled());
    CheckNothingIsLost();
  }
}

}  // namespace
}  // namespace earshot::feed
