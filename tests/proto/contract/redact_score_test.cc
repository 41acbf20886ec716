// Measures the redactor on the labelled lines of tests/data/redaction.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/contract/redact.h"

namespace earshot::contract {
namespace {

struct Figures {
  int labelled = 0;
  int covered = 0;  // by one span of the right type
  int exact = 0;
};

struct Score {
  std::map<std::string, Figures> by_type;
  int harmless = 0;
  int touched = 0;
};

void Judge(const nlohmann::json& line, const Redaction& redaction,
           Score* score) {
  for (const nlohmann::json& label : line.at("spans")) {
    const size_t start = label.at("start").get<size_t>();
    const size_t end = label.at("end").get<size_t>();
    const std::string type = label.at("type").get<std::string>();
    Figures& figures = score->by_type[type];
    ++figures.labelled;
    for (const RedactedSpan& span : redaction.spans) {
      if (PersonalKindName(span.kind) != type) continue;
      if (span.start <= start && span.end >= end) ++figures.covered;
      if (span.start == start && span.end == end) ++figures.exact;
    }
  }
  if (!line.at("spans").empty()) return;
  ++score->harmless;
  if (redaction.spans.empty()) return;
  ++score->touched;
  std::cout << "touched: " << redaction.text << '\n';
}

Score Measure(const std::string& name) {
  std::ifstream in(EARSHOT_SOURCE_DIR "/tests/data/redaction/" + name);
  Score score;
  const Redactor redactor;
  for (std::string text; std::getline(in, text);) {
    const nlohmann::json line = nlohmann::json::parse(text);
    Judge(line, redactor.Redact(line.at("text").get<std::string>()), &score);
  }
  for (const auto& [type, figures] : score.by_type) {
    std::cout << name << ' ' << type << ": " << figures.covered << " of "
              << figures.labelled << " found, " << figures.exact
              << " to the letter\n";
  }
  std::cout << name << " harmless: " << score.touched << " of "
            << score.harmless << " touched\n";
  return score;
}

void ExpectGood(Score score) {
  ASSERT_EQ(score.by_type.size(), 7U);
  const std::map<std::string, int> least_percent = {
      {"card", 99}, {"email", 99},         {"ssn", 99},           {"phone", 97},
      {"iban", 94}, {"policy_number", 90}, {"account_number", 89}};
  for (const auto& [type, percent] : least_percent) {
    const Figures& figures = score.by_type[type];
    EXPECT_GE(figures.covered * 100, figures.labelled * percent) << type;
  }
  EXPECT_LE(score.touched * 1000, score.harmless * 5);
}

TEST(RedactScoreTest, LabelledLines) { ExpectGood(Measure("lines.jsonl")); }

TEST(RedactScoreTest, LinesHeldBackWhileTheRulesWereMade) {
  ExpectGood(Measure("held.jsonl"));
}

}  // namespace
}  // namespace earshot::contract
