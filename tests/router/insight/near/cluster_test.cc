#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "router/command_output.h"

namespace earshot::router {
namespace {

TEST(Cluster, EachRowIsAnsweredInOrderAndABadOneIsNamed) {
  std::istringstream in(
      "{\"id\":\"a\",\"text\":\"the gate at dock 4 sticks\",\"ts\":1}\n"
      "not json\n"
      "{\"id\":\"b\",\"text\":\"The gate at dock 4 sticks!\",\"odd\":[1]}\n"
      "{\"text\":\"no id\"}\n"
      "{\"id\":\"c\",\"text\":\"fwd: the gate at dock 4 stikcs\"}\n"
      "{\"id\":\"d\",\"text\":\"the gate at dock 5 sticks\","
      "\"observed_at\":\"2026-11-02T08:15:00-05:00\"}\n");
  std::ostringstream out;
  std::ostringstream bad;
  const absl::Status status =
      Cluster(in, out, bad, {.window = 100, .model = {}});
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(bad.str().find("line 2:"), std::string::npos);
  EXPECT_NE(bad.str().find("line 4:"), std::string::npos);
  std::istringstream lines(out.str());
  std::string line;
  std::string read;
  while (std::getline(lines, line)) {
    const auto row = nlohmann::json::parse(line);
    read += row.at("id").get<std::string>() + " " +
            row.at("cluster").get<std::string>() + " " +
            row.at("reason").get<std::string>() + "\n";
    EXPECT_GE(row.at("score").get<double>(), 0);
    EXPECT_LE(row.at("score").get<double>(), 1);
  }
  EXPECT_EQ(read, "a a new\nb a exact\nc a near\nd d new\n");
}

TEST(Cluster, GoodRowsAloneAreNoFailure) {
  std::istringstream in("{\"id\":1,\"text\":\"hello\"}\n");
  std::ostringstream out;
  std::ostringstream bad;
  EXPECT_TRUE(Cluster(in, out, bad, {.window = 1, .model = {}}).ok());
  EXPECT_EQ(bad.str(), "");
}

}  // namespace
}  // namespace earshot::router
