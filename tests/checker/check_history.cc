#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/checker/check.h"
#include "tests/checker/history.h"

namespace {

constexpr int kClean = 0;
constexpr int kFindings = 1;
constexpr int kUnusable = 2;

constexpr char kAbout[] =
    "Says what is wrong with finished histories: what was lost, invented, "
    "counted twice or answered wrong. One line for each finding.";
constexpr char kMore[] =
    "A history is JSON lines, one event each:\n"
    "  {\"what\":\"report\",\"outcome\":\"ok\",\"who\":\"store-1\","
    "\"id\":\"7\"}\n"
    "  {\"what\":\"stored\",\"id\":\"7\",\"position\":12}\n\n"
    "Example:\n"
    "  check-history run-1.jsonl run-2.jsonl\n"
    "  run-1.jsonl: counted_twice store-1 7: counted again in insight 3\n\n"
    "Exit code: 0 nothing is wrong, 1 something is, 2 wrong usage or a file\n"
    "that cannot be read.";

void Print(const std::string& file, const earshot::checker::Finding& finding,
           bool json) {
  const std::string breach(earshot::checker::BreachName(finding.breach));
  if (!json) {
    std::cout << file << ": " << breach << ' '
              << (finding.who.empty() ? "-" : finding.who) << ' ' << finding.id
              << ": " << finding.detail << '\n';
    return;
  }
  nlohmann::ordered_json line;
  line["file"] = file;
  line["breach"] = breach;
  line["who"] = finding.who;
  line["id"] = finding.id;
  line["detail"] = finding.detail;
  std::cout << line.dump(-1, ' ', false,
                         nlohmann::ordered_json::error_handler_t::replace)
            << '\n';
}

int CheckFile(const std::string& file, bool json) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::cerr << "check-history: cannot open " << file << '\n';
    return kUnusable;
  }
  const auto history = earshot::checker::ReadHistory(in);
  if (!history.ok()) {
    std::cerr << "check-history: " << file << ": " << history.status().message()
              << '\n';
    return kUnusable;
  }
  const auto findings = earshot::checker::Check(*history);
  for (const auto& finding : findings) Print(file, finding, json);
  return findings.empty() ? kClean : kFindings;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kAbout, "check-history");
  std::vector<std::string> files;
  bool json = false;
  app.add_option("FILE", files, "histories")->required();
  app.add_flag("--json", json, "a JSON object for each finding");
  app.footer(kMore);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kClean : kUnusable;
  }
  int worst = kClean;
  for (const std::string& file : files) {
    worst = std::max(worst, CheckFile(file, json));
  }
  return worst;
}
