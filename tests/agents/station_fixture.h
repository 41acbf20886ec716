#ifndef EARSHOT_TESTS_AGENTS_STATION_FIXTURE_H_
#define EARSHOT_TESTS_AGENTS_STATION_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agents/station.h"
#include "earshot/v1/session.pb.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::agents {

inline constexpr uid_t kAda = 1001;

// The station of a store, to which no router is connected.
class StationFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    Settings settings;
    settings.data_dir = folder_.File("agent");
    settings.router = "tcp://127.0.0.1:1";
    settings.channel = "store";
    settings.site = "store-7";
    auto station = Station::Open(std::move(settings), clock_, random_);
    ASSERT_TRUE(station.ok()) << station.status();
    station_ = *std::move(station);
  }
  v1::ControlResponse AskAs(Person person, const std::string& command,
                            const std::vector<std::string>& arguments = {},
                            const std::string& body = "") {
    v1::ControlRequest request;
    request.set_command(command);
    for (const std::string& one : arguments) request.add_arguments(one);
    request.set_body(body);
    return station_->Handle(request, person);
  }
  // Of the routine lane.
  spool::StoredRecord Last() {
    const auto lanes = station_->spool().Lanes();
    const auto records =
        station_->spool().Read(1, (*lanes)[1].spooled, 1, 1 << 20);
    EXPECT_TRUE(records.ok() && records->size() == 1);
    return records->front();
  }
  // From the router: the only item of its delivery.
  void Deliver(uint64_t seq, v1::ReplyKind kind, const std::string& body) {
    v1::Delivery delivery;
    delivery.set_generation(5);
    delivery.set_prev_seq(seq - 1);
    delivery.set_reset(seq == 1);
    v1::Item& item = *delivery.add_items();
    item.set_seq(seq);
    item.set_kind(static_cast<uint32_t>(kind));
    item.set_body(body);
    const auto taken = station_->inbox().Take(delivery);
    ASSERT_TRUE(taken.ok() && taken->taken);
  }

  testing::TempFolder folder_;
  testing::FakeClock clock_{testing::At("2026-11-02T10:47:33Z")};
  testing::SeededRandom random_{3};
  std::unique_ptr<Station> station_;
};

}  // namespace earshot::agents

#endif  // EARSHOT_TESTS_AGENTS_STATION_FIXTURE_H_
