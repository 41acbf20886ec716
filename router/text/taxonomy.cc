#include "router/text/taxonomy.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <map>
#include <set>
#include <utility>

#include "base/os/sha256.h"
#include "router/text/normalise.h"

namespace earshot::router {
namespace {

constexpr uint32_t kTagWeight = 3;
constexpr uint32_t kPhraseWeight = 2;
constexpr uint32_t kWordWeight = 1;

}  // namespace

struct Taxonomy::Rules {
  struct Phrase {
    std::vector<std::string> words;
    size_t topic;
  };
  struct Pattern {
    std::unique_ptr<re2::RE2> regex;
    size_t topic;
  };
  std::unordered_multimap<std::string, size_t> words;
  std::unordered_multimap<std::string, size_t> tags;
  std::unordered_multimap<std::string, Phrase> phrases;  // by first word
  std::vector<Pattern> patterns;
};

Taxonomy::Taxonomy() : rules_(std::make_unique<Rules>()) {}
Taxonomy::~Taxonomy() = default;

absl::StatusOr<std::unique_ptr<Taxonomy>> Taxonomy::Compile(
    const v1::Taxonomy& taxonomy) {
  std::unique_ptr<Taxonomy> out(new Taxonomy());
  std::string mistakes;
  std::set<std::string> paths;
  const auto mistake = [&](const std::string& text) {
    mistakes += (mistakes.empty() ? "" : "\n") + text;
  };
  for (const v1::Topic& topic : taxonomy.topics()) {
    const size_t index = out->topics_.size();
    if (topic.path().empty() || topic.path() == kUntriaged ||
        !paths.insert(topic.path()).second) {
      mistake(fmt::format("topic path '{}' is empty, reserved or there twice",
                          topic.path()));
    }
    out->topics_.push_back(topic.path());
    for (const std::string& word : topic.words()) {
      for (const std::string& token : Words(Normalise(word))) {
        out->rules_->words.emplace(token, index);
      }
    }
    for (const std::string& tag : topic.tags()) {
      out->rules_->tags.emplace(Normalise(tag), index);
    }
    for (const std::string& phrase : topic.phrases()) {
      std::vector<std::string> words = Words(Normalise(phrase));
      if (words.empty()) continue;
      std::string first = words.front();
      out->rules_->phrases.emplace(std::move(first),
                                   Rules::Phrase{std::move(words), index});
    }
    for (const std::string& pattern : topic.patterns()) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_max_mem(1 << 20);
      auto regex = std::make_unique<re2::RE2>(pattern, options);
      if (!regex->ok()) {
        mistake(fmt::format("topic '{}': pattern '{}': {}", topic.path(),
                            pattern, regex->error()));
        continue;
      }
      out->rules_->patterns.push_back({std::move(regex), index});
    }
    if (topic.words().empty() && topic.tags().empty() &&
        topic.phrases().empty() && topic.patterns().empty()) {
      mistake(fmt::format("topic '{}' has no rule", topic.path()));
    }
  }
  if (out->topics_.empty()) mistake("the taxonomy has no topics");
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  out->hash_ = os::Sha256(taxonomy.SerializeAsString()).substr(0, 8);
  return out;
}

Taxonomy::Match Taxonomy::Classify(const std::vector<std::string>& words,
                                   std::string_view normalised,
                                   const std::vector<std::string>& tags) const {
  struct Vote {
    uint32_t weight = 0;
    uint32_t best = 0;
    std::string rule;
  };
  std::map<size_t, Vote> votes;
  std::set<std::pair<size_t, std::string>> counted;
  const auto vote = [&](size_t topic, uint32_t weight, std::string rule) {
    // A word said ten times is one reason.
    if (!counted.emplace(topic, rule).second) return;
    Vote& entry = votes[topic];
    entry.weight += weight;
    if (weight > entry.best) {
      entry.best = weight;
      entry.rule = std::move(rule);
    }
  };
  for (const std::string& tag : tags) {
    const auto [begin, end] = rules_->tags.equal_range(Normalise(tag));
    for (auto it = begin; it != end; ++it) {
      vote(it->second, kTagWeight, "tag " + it->first);
    }
  }
  for (size_t i = 0; i < words.size(); ++i) {
    const auto [begin, end] = rules_->words.equal_range(words[i]);
    for (auto it = begin; it != end; ++it) {
      vote(it->second, kWordWeight, "word " + it->first);
    }
    const auto [first, last] = rules_->phrases.equal_range(words[i]);
    for (auto it = first; it != last; ++it) {
      const std::vector<std::string>& phrase = it->second.words;
      if (i + phrase.size() <= words.size() &&
          std::equal(phrase.begin(), phrase.end(),
                     words.begin() + static_cast<std::ptrdiff_t>(i))) {
        vote(it->second.topic, kPhraseWeight,
             fmt::format("phrase {}", fmt::join(phrase, " ")));
      }
    }
  }
  for (const Rules::Pattern& pattern : rules_->patterns) {
    if (re2::RE2::PartialMatch({normalised.data(), normalised.size()},
                               *pattern.regex)) {
      vote(pattern.topic, kWordWeight,
           fmt::format("pattern {}", pattern.regex->pattern()));
    }
  }
  Match match{std::string(kUntriaged), "", 0};
  uint32_t total = 0;
  uint32_t most = 0;
  for (const auto& [topic, entry] : votes) {
    total += entry.weight;
    if (entry.weight <= most) continue;
    most = entry.weight;
    match.topic = topics_[topic];
    match.rule = entry.rule;
  }
  // The share of the weight, so that a text that speaks of two topics is less
  // sure of one; a single plain word is weak evidence in any case.
  if (total > 0) {
    match.confidence_milli = 1000 * most / (total + (most < 2 ? 1 : 0));
  }
  return match;
}

}  // namespace earshot::router
