#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "router/insight/near/near_index.h"
#include "tests/router/insight/near/signed_text.h"

// How well the repeats of tests/data/duplicates are found. The floors lie a
// little below what is reached, see docs/reference/cluster.md.
namespace earshot::router {
namespace {

using nlohmann::json;

struct Row {
  std::string gold;
  std::string kind;
  std::string anchor;
  uint64_t found = 0;
};

std::vector<json> ReadRows(const std::string& file) {
  std::vector<json> rows;
  std::ifstream in(EARSHOT_SOURCE_DIR "/tests/data/duplicates/" + file);
  std::string line;
  while (std::getline(in, line)) rows.push_back(json::parse(line));
  return rows;
}

std::map<std::string, Row> ClusterRows() {
  std::map<std::string, Row> rows;
  for (const json& gold : ReadRows("near.gold.jsonl")) {
    Row& row = rows[gold["id"]];
    row.gold = gold["cluster"];
    row.kind = gold["kind"];
    row.anchor = gold["anchor"].is_string() ? gold["anchor"] : json("");
  }
  NearIndex index({});
  uint64_t next = 0;
  for (const json& row : ReadRows("near.jsonl")) {
    const Signature signature = SignatureOf(std::string(row["text"]));
    const auto match = index.Find(signature);
    const uint64_t cluster = match ? match->cluster : next;
    rows[row["id"]].found = cluster;
    index.Add(next++, cluster, signature);
  }
  return rows;
}

double F1(double precision, double recall) {
  return 2 * precision * recall / (precision + recall);
}

TEST(NearScore, TheRepeatsOfThePublicSetAreFound) {
  const auto rows = ClusterRows();
  ASSERT_GT(rows.size(), 6000U);
  std::map<std::string, double> gold;
  std::map<uint64_t, double> found;
  std::map<std::pair<std::string, uint64_t>, double> both;
  std::map<std::string, std::pair<int, int>> traps;
  for (const auto& [id, row] : rows) {
    ++gold[row.gold];
    ++found[row.found];
    ++both[{row.gold, row.found}];
    if (row.kind.rfind("trap_", 0) != 0) continue;
    auto& [joined, all] = traps[row.kind];
    joined += rows.at(row.anchor).found == row.found ? 1 : 0;
    ++all;
  }
  const auto pairs = [](double n) { return n * (n - 1) / 2; };
  double gold_pairs = 0;
  double found_pairs = 0;
  double both_pairs = 0;
  double precision = 0;
  double recall = 0;
  for (const auto& [name, n] : gold) gold_pairs += pairs(n);
  for (const auto& [name, n] : found) found_pairs += pairs(n);
  for (const auto& [names, n] : both) {
    both_pairs += pairs(n);
    precision += n * n / found.at(names.second);
    recall += n * n / gold.at(names.first);
  }
  const auto all = static_cast<double>(rows.size());
  const double b_cubed = F1(precision / all, recall / all);
  const double pairwise = F1(both_pairs / found_pairs, both_pairs / gold_pairs);
  RecordProperty("b_cubed_f1", std::to_string(b_cubed));
  RecordProperty("pairwise_f1", std::to_string(pairwise));
  EXPECT_GE(b_cubed, 0.985);
  EXPECT_GE(pairwise, 0.982);
  for (const auto& [kind, counts] : traps) {
    EXPECT_LE(counts.first, counts.second / 100) << kind;
  }
}

}  // namespace
}  // namespace earshot::router
