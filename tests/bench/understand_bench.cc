#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "router/settings.h"
#include "router/text/understanding.h"
#include "tests/bench/timing.h"

// Measures what understanding a report costs, in nanoseconds for each step and
// in microseconds as a whole, over the texts of at most 200 characters of
// tests/data/frontline/dev.jsonl without their tags. The last line of the
// output is JSON.
namespace earshot::router {
namespace {

using bench::Quantile;
using bench::TimeOf;

constexpr int kRounds = 300;
constexpr size_t kMostBytes = 200;
constexpr double kMedian = 0.5;
constexpr double kTail = 0.99;

std::vector<std::string> ReadTexts(const std::string& file) {
  std::vector<std::string> texts;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (!row.is_object()) continue;
    std::string text = row.value("text", "");
    if (text.size() <= kMostBytes) texts.push_back(std::move(text));
  }
  return texts;
}

// Times every text in every round, texts in turn, so that none finds its own
// data still in the cache.
template <typename Work>
std::vector<double> Times(const std::vector<std::string>& texts,
                          const Work& work) {
  std::vector<double> times;
  for (int round = 0; round < kRounds; ++round) {
    for (const std::string& text : texts) {
      times.push_back(1e3 * TimeOf([&] { work(text); }));
    }
  }
  return times;
}

int Run() {
  const auto taxonomy = LoadTaxonomy("");
  const auto model = ShippedModel();
  if (!taxonomy.ok() || !model.ok()) return 1;
  const auto texts =
      ReadTexts(EARSHOT_SOURCE_DIR "/tests/data/frontline/dev.jsonl");
  if (texts.empty()) return 1;

  Understanding understanding(*model);
  TokenisedText tokens;
  Taxonomy::Match match;
  FeatureReader reader((*model)->header().features());
  Scores scores;
  size_t features = 0;
  auto tokenising = Times(texts, [&](const auto& t) { Tokenise(t, tokens); });
  auto rule_times = Times(texts, [&](const auto& t) {
    Tokenise(t, tokens);
    (*taxonomy)->Classify(tokens, {}, match);
  });
  auto reading = Times(texts, [&](const auto& t) {
    Tokenise(t, tokens);
    features += reader.Read(tokens).size();
  });
  auto scoring = Times(texts, [&](const auto& t) {
    Tokenise(t, tokens);
    (*model)->Score(reader.Read(tokens), scores);
  });
  auto whole = Times(
      texts, [&](const auto& t) { understanding.Read(**taxonomy, t, {}); });

  const double words = Quantile(tokenising, kMedian);
  const double read = Quantile(reading, kMedian);
  fmt::print("{} texts, {} features each\n", texts.size(),
             features / texts.size() / kRounds);
  fmt::print(
      "median ns: words {:.0f}, rules {:.0f}, features {:.0f}, "
      "all heads' scores {:.0f}\n",
      words, Quantile(rule_times, kMedian) - words, read - words,
      Quantile(scoring, kMedian) - read);
  const double p50 = Quantile(whole, kMedian) / 1e3;
  const double p99 = Quantile(whole, kTail) / 1e3;
  fmt::print("whole: p50 {:.1f} us, p99 {:.1f} us\n", p50, p99);
  fmt::print("{}\n",
             nlohmann::json{{"classify_p50_us", p50}, {"classify_p99_us", p99}}
                 .dump());
  return 0;
}

}  // namespace
}  // namespace earshot::router

int main() { return earshot::router::Run(); }
