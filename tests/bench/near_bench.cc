#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "router/insight/near/near_index.h"
#include "router/insight/near/signature.h"
#include "router/text/tokens.h"
#include "tests/bench/timing.h"

// Measures near repeats: how long a search takes in windows of 10,000, 100,000
// and 1,000,000 texts, how many are added a second, and what one costs in
// memory. The window is filled with texts made of the front of one and the back
// of another text of tests/data/duplicates/near.jsonl, drawn by a fixed seed;
// near.jsonl's own are searched for. The last line of the output is JSON.
namespace earshot::router {
namespace {

using bench::Clock;
using bench::Microseconds;
using bench::Quantile;

constexpr uint64_t kSeed = 20261124;
constexpr size_t kSearches = 6000;
constexpr size_t kMostWords = 120;

std::vector<std::string> ReadTexts(const std::string& file) {
  std::vector<std::string> texts;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.is_object()) texts.push_back(row.value("text", ""));
  }
  return texts;
}

std::vector<std::string> WordsOf(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c != ' ') {
      words.back().push_back(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

// The front half of one text and the back half of another.
class Recombined {
 public:
  explicit Recombined(const std::vector<std::string>& texts) : engine_(kSeed) {
    for (const std::string& text : texts) words_.push_back(WordsOf(text));
  }

  std::string Next() {
    const auto& front = words_[engine_() % words_.size()];
    const auto& back = words_[engine_() % words_.size()];
    std::string out;
    const size_t cut = front.size() / 2 + engine_() % (front.size() / 2 + 1);
    for (size_t i = 0; i < std::min(cut, kMostWords); ++i) {
      out += front[i] + ' ';
    }
    const size_t from = back.size() - back.size() / 2;
    for (size_t i = from; i < std::min(back.size(), from + kMostWords); ++i) {
      out += back[i] + ' ';
    }
    return out;
  }

 private:
  std::mt19937_64 engine_;
  std::vector<std::vector<std::string>> words_;
};

class Bench {
 public:
  explicit Bench(const std::vector<std::string>& texts)
      : texts_(texts), source_(texts), index_({.most_texts = kLargest}) {}

  void Run() {
    for (const auto& [size, name] :
         {std::pair<size_t, const char*>{10000, "10k"},
          {100000, "100k"},
          {kLargest, "1m"}}) {
      FillTo(size);
      Search(name);
    }
    fmt::print("{}\n", result_.dump());
  }

 private:
  static constexpr size_t kLargest = 1000000;

  void FillTo(size_t size) {
    Clock::duration adding{};
    const size_t before = index_.size();
    while (index_.size() < size) {
      Tokenise(source_.Next(), tokens_);
      signer_.Sign(tokens_, signature_);
      if (signature_.empty()) continue;
      const uint64_t id = next_++;
      const auto start = Clock::now();
      index_.Add(id, id, signature_);
      adding += Clock::now() - start;
    }
    const auto added = static_cast<double>(size - before);
    result_["adds_per_second"] =
        std::round(added / (Microseconds(adding) / 1e6));
    result_["bytes_per_text"] = static_cast<double>(index_.memory_bytes()) /
                                static_cast<double>(index_.size());
    fmt::print("{} texts, {:.0f} bytes each, {:.0f} added a second\n", size,
               result_["bytes_per_text"].get<double>(),
               result_["adds_per_second"].get<double>());
  }

  void Search(const std::string& name) {
    std::vector<double> searching;
    std::vector<double> signing;
    size_t found = 0;
    for (size_t i = 0; i < std::min(kSearches, texts_.size()); ++i) {
      const auto start = Clock::now();
      Tokenise(texts_[i], tokens_);
      signer_.Sign(tokens_, signature_);
      const auto signed_at = Clock::now();
      found += index_.Find(signature_).has_value() ? 1U : 0U;
      searching.push_back(Microseconds(Clock::now() - signed_at));
      signing.push_back(Microseconds(signed_at - start));
    }
    result_["search_" + name + "_p50_us"] = Quantile(searching, 0.5);
    result_["search_" + name + "_p99_us"] = Quantile(searching, 0.99);
    result_["sign_p50_us"] = Quantile(signing, 0.5);
    fmt::print(
        "{}: search p50 {:.1f} us, p99 {:.1f} us; sign p50 {:.1f} us; "
        "{} of {} found\n",
        name, Quantile(searching, 0.5), Quantile(searching, 0.99),
        Quantile(signing, 0.5), found, searching.size());
  }

  const std::vector<std::string>& texts_;
  Recombined source_;
  NearIndex index_;
  Signer signer_;
  TokenisedText tokens_;
  Signature signature_;
  uint64_t next_ = 0;
  nlohmann::json result_;
};

}  // namespace
}  // namespace earshot::router

int main() {
  const auto texts = earshot::router::ReadTexts(
      EARSHOT_SOURCE_DIR "/tests/data/duplicates/near.jsonl");
  if (texts.empty()) {
    fmt::print(stderr, "tests/data/duplicates/near.jsonl cannot be read\n");
    return 1;
  }
  earshot::router::Bench(texts).Run();
  return 0;
}
