#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/config/text_config.h"
#include "router/text/taxonomy.h"

// Measures what the rules of the default taxonomy cost: microseconds for each
// text of tests/data/frontline/dev.jsonl, and for texts of one thing over and
// over, 8 and 64 KiB long, where eight times the length is to cost eight times
// as much. The last line of the output is JSON.
namespace earshot::router {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 200;
constexpr size_t kShort = size_t{8} << 10U;
constexpr size_t kLong = size_t{64} << 10U;

struct Row {
  std::string text;
  std::vector<std::string> tags;
};

std::vector<Row> ReadRows(const std::string& file) {
  std::vector<Row> rows;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    rows.push_back({json.value("text", ""), json["tags"]});
  }
  return rows;
}

template <typename Work>
double Microseconds(const Work& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::micro>(Clock::now() - start)
      .count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

class Bench {
 public:
  explicit Bench(const Taxonomy& taxonomy) : taxonomy_(taxonomy) {}

  void Texts(const std::vector<Row>& rows) {
    std::vector<double> reading;
    std::vector<double> classifying;
    size_t bytes = 0;
    for (const Row& row : rows) {
      bytes += row.text.size();
      const std::vector<std::string_view> tags(row.tags.begin(),
                                               row.tags.end());
      std::vector<double> read;
      std::vector<double> classified;
      for (int round = 0; round < kRounds; ++round) {
        read.push_back(Microseconds([&] { Tokenise(row.text, tokens_); }));
        classified.push_back(
            Microseconds([&] { taxonomy_.Classify(tokens_, tags, match_); }));
      }
      reading.push_back(Median(read));
      classifying.push_back(Median(classified));
    }
    result_["texts"] = rows.size();
    result_["mean_bytes"] = bytes / rows.size();
    result_["tokenise_p50_us"] = Median(reading);
    result_["classify_p50_us"] = Median(classifying);
    result_["classify_max_us"] =
        *std::max_element(classifying.begin(), classifying.end());
    fmt::print(
        "{} texts, {} bytes on average: tokenise {:.2f} us, rules "
        "{:.2f} us (p50), {:.2f} us (slowest)\n",
        rows.size(), bytes / rows.size(), Median(reading), Median(classifying),
        result_["classify_max_us"].get<double>());
  }

  void Repeated(const std::string& what) {
    const double less = Cost(what, kShort);
    const double more = Cost(what, kLong);
    result_["growth"][what] = more / less;
    fmt::print(
        "'{}' again and again: {} KiB {:.0f} us, {} KiB {:.0f} us, "
        "{:.1f} times\n",
        what, kShort >> 10U, less, kLong >> 10U, more, more / less);
  }

  void Print() const { fmt::print("{}\n", result_.dump()); }

 private:
  double Cost(const std::string& what, size_t size) {
    std::string text;
    while (text.size() < size) text += what;
    std::vector<double> costs;
    costs.reserve(kRounds);
    for (int round = 0; round < kRounds; ++round) {
      costs.push_back(Microseconds([&] {
        Tokenise(text, tokens_);
        taxonomy_.Classify(tokens_, {}, match_);
      }));
    }
    return *std::min_element(costs.begin(), costs.end());
  }

  const Taxonomy& taxonomy_;
  TokenisedText tokens_;
  Taxonomy::Match match_;
  nlohmann::json result_;
};

}  // namespace
}  // namespace earshot::router

int main() {
  using earshot::router::Taxonomy;
  earshot::v1::Taxonomy parsed;
  const auto mistakes = earshot::config::ParseText(
      std::string(earshot::router::DefaultTaxonomyText()), parsed);
  const auto taxonomy = Taxonomy::Compile(parsed);
  const auto rows = earshot::router::ReadRows(
      EARSHOT_SOURCE_DIR "/tests/data/frontline/dev.jsonl");
  if (!mistakes.empty() || !taxonomy.ok() || rows.empty()) {
    fmt::print(stderr, "the default taxonomy or dev.jsonl cannot be read\n");
    return 1;
  }
  earshot::router::Bench bench(**taxonomy);
  bench.Texts(rows);
  for (const char* what : {"a", "the ", "refund ", "sent the ", "asdf", "! "}) {
    bench.Repeated(what);
  }
  bench.Print();
  return 0;
}
