// Reads lines and writes them redacted; `redact_filter time` prints what a
// line costs.

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "proto/contract/redact_lines.h"

int main(int argc, char**) {
  std::ios::sync_with_stdio(false);
  const earshot::contract::Redactor redactor;
  if (argc < 2) {
    return earshot::contract::RedactStream(
        redactor, std::cin, std::cout,
        [](std::string_view why) { std::cerr << why << '\n'; });
  }
  std::vector<std::string> lines;
  size_t bytes = 0;
  for (std::string line; std::getline(std::cin, line);) {
    bytes += line.size();
    lines.push_back(std::move(line));
  }
  size_t spans = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& line : lines) {
    spans += redactor.Redact(line).spans.size();
  }
  const std::chrono::duration<double, std::nano> taken =
      std::chrono::steady_clock::now() - start;
  const double count = static_cast<double>(lines.size());
  std::cout << lines.size() << " lines, " << bytes << " bytes, " << spans
            << " spans, " << taken.count() / count << " ns each\n";
  return 0;
}
