#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/os/sha256.h"
#include "base/os/status_text.h"
#include "router/text/taxonomy.h"
#include "router/text/taxonomy_check.h"

namespace earshot::router {
namespace {

constexpr uint32_t kTagWeight = 3;
constexpr uint32_t kPhraseWeight = 2;
constexpr uint32_t kWordWeight = 1;
constexpr size_t kRuleTextBytes = 200;
constexpr size_t kMostMistakes = 50;
constexpr std::string_view kKindNames[] = {"word", "phrase", "pattern", "tag"};

template <typename List, typename Each>
void ForEachTerm(const List& list, const Each& each) {
  for (const std::string& text : list.words()) each(TermKind::kWord, text);
  for (const std::string& text : list.phrases()) each(TermKind::kPhrase, text);
  for (const std::string& text : list.patterns())
    each(TermKind::kPattern, text);
  for (const std::string& text : list.tags()) each(TermKind::kTag, text);
}

uint32_t ShorthandWeight(TermKind kind) {
  if (kind == TermKind::kTag) return kTagWeight;
  return kind == TermKind::kPhrase ? kPhraseWeight : kWordWeight;
}

std::string TermList(std::string_view name, const v1::Terms& terms) {
  std::vector<std::string> all;
  ForEachTerm(terms, [&](TermKind kind, const std::string& text) {
    const bool plain = kind == TermKind::kWord || kind == TermKind::kPhrase;
    all.push_back(plain ? text
                        : fmt::format("{} {}",
                                      kKindNames[static_cast<size_t>(kind)],
                                      text));
  });
  return all.empty() ? "" : fmt::format("{}({}) ", name, fmt::join(all, ", "));
}

std::string RuleText(const v1::Rule& rule) {
  std::string text = rule.name();
  if (text.empty()) {
    text = TermList("all", rule.all());
    for (const v1::Terms& any : rule.any()) text += TermList("any", any);
    text += TermList("none", rule.none());
    if (!text.empty()) text.pop_back();
  }
  if (text.size() <= kRuleTextBytes) return text;
  size_t end = kRuleTextBytes - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end) + "...";
}

}  // namespace

// Builds one taxonomy and collects what is wrong on the way.
class Taxonomy::Compiler {
 public:
  explicit Compiler(Taxonomy& out) : out_(out) {}

  std::vector<std::string> Compile(const v1::Taxonomy& taxonomy) {
    mistakes_ = TopicMistakes(taxonomy);
    for (const v1::Topic& topic : taxonomy.topics()) Add(topic);
    RequireRules();
    if (out_.rules_.size() > TaxonomyLimits::kRules) {
      mistakes_.push_back(
          fmt::format("{} rules, each entry of a list counted; at most {}: "
                      "gather words in one rule's any",
                      out_.rules_.size(), TaxonomyLimits::kRules));
    }
    const absl::Status sealed = out_.terms_.Seal();
    if (!sealed.ok()) mistakes_.push_back(os::StatusText(sealed));
    Flatten(meets_, out_.meets_ends_, out_.meets_);
    Flatten(forbids_, out_.forbids_ends_, out_.forbids_);
    return std::move(mistakes_);
  }

 private:
  using ByTerm = std::multimap<uint32_t, uint32_t>;

  void Mistake(std::string_view text) {
    mistakes_.push_back(fmt::format("topic '{}': {}", path_, text));
  }

  void Add(const v1::Topic& topic) {
    path_ = topic.path();
    topic_ = static_cast<uint32_t>(out_.topics_.size());
    places_.emplace(path_, topic_);
    AddDetails(topic);
    std::set<uint32_t> shorthand;
    ForEachTerm(topic, [&](TermKind kind, const std::string& text) {
      const auto term = Term(kind, text);
      if (!term || !shorthand.insert(*term).second) return;
      Begin(out_.terms_.Describe(*term), ShorthandWeight(kind), false);
      Clause({*term});
    });
    for (const v1::Rule& rule : topic.rules()) AddRule(rule);
  }

  void AddDetails(const v1::Topic& topic) {
    TopicDetails details;
    details.path = topic.path();
    details.title = topic.title().empty() ? topic.path() : topic.title();
    details.description = topic.description();
    details.root = topic_;
    const auto parent = places_.find(ParentPath(topic.path()));
    if (parent != places_.end() && parent->second != topic_) {
      const TopicDetails& above = out_.topics_[parent->second];
      details.parent = static_cast<int>(parent->second);
      details.root = above.root;
      details.owner = above.owner;
      details.cost = above.cost;
      details.deadline_hours = above.deadline_hours;
    }
    if (!topic.owner().empty()) details.owner = topic.owner();
    if (topic.has_cost()) details.cost = topic.cost();
    if (!topic.deadline_hours().empty()) {
      details.deadline_hours = {topic.deadline_hours().begin(),
                                topic.deadline_hours().end()};
    }
    out_.topics_.push_back(std::move(details));
  }

  void AddRule(const v1::Rule& rule) {
    const std::string text = RuleText(rule);
    const auto wrong = [&](std::string_view what) {
      Mistake(fmt::format("rule '{}' {}", text, what));
    };
    if (rule.certain() && rule.weight() != 0) {
      wrong("is certain and has a weight; leave one of them out");
    }
    if (rule.weight() > TaxonomyLimits::kWeight) {
      wrong(fmt::format("has the weight {}; give at most {}", rule.weight(),
                        TaxonomyLimits::kWeight));
    }
    if (rule.name().size() > TaxonomyLimits::kTitleBytes) {
      wrong(fmt::format("has a name of {} bytes; shorten it to {}",
                        rule.name().size(), TaxonomyLimits::kTitleBytes));
    }
    const auto all = TermsOf(rule.all());
    const auto none = TermsOf(rule.none());
    const uint32_t weight =
        rule.certain() ? kCertainWeight : std::max(1U, rule.weight());
    Begin(text, weight, rule.certain());
    for (const uint32_t term : all) Clause({term});
    size_t terms = all.size() + none.size();
    for (const v1::Terms& any : rule.any()) {
      const auto group = TermsOf(any);
      terms += group.size();
      if (group.empty()) wrong("has an any without a term; fill it");
      Clause(group);
    }
    if (all.empty() && rule.any().empty()) {
      wrong("would match every text; give it an all or an any");
    }
    if (terms > TaxonomyLimits::kTermsOfRule) {
      wrong(fmt::format("has {} terms; split it, at most {}", terms,
                        TaxonomyLimits::kTermsOfRule));
    }
    for (const uint32_t term : none) {
      if (std::find(all.begin(), all.end(), term) != all.end()) {
        wrong(
            fmt::format("can never match: {} is in all and in none; take it "
                        "out of one",
                        out_.terms_.Describe(term)));
      }
      forbids_.emplace(term, Current());
    }
  }

  std::vector<uint32_t> TermsOf(const v1::Terms& terms) {
    std::set<uint32_t> numbers;
    ForEachTerm(terms, [&](TermKind kind, const std::string& text) {
      const auto term = Term(kind, text);
      if (term) numbers.insert(*term);
    });
    return {numbers.begin(), numbers.end()};
  }

  std::optional<uint32_t> Term(TermKind kind, const std::string& text) {
    const auto term = out_.terms_.Add(kind, text);
    if (term.ok()) return *term;
    Mistake(fmt::format("{} '{}' {}", kKindNames[static_cast<size_t>(kind)],
                        text, os::StatusText(term.status())));
    return std::nullopt;
  }

  uint32_t Current() const {
    return static_cast<uint32_t>(out_.rules_.size() - 1);
  }

  void Begin(std::string text, uint32_t weight, bool certain) {
    out_.rules_.push_back({std::move(text), topic_, weight, certain, {}});
    out_.clauses_of_rule_.push_back(0);
  }

  // One of these terms must be there.
  void Clause(const std::vector<uint32_t>& terms) {
    const auto clause = static_cast<uint32_t>(out_.rule_of_clause_.size());
    out_.rule_of_clause_.push_back(Current());
    ++out_.clauses_of_rule_.back();
    for (const uint32_t term : terms) {
      meets_.emplace(term, clause);
      out_.rules_.back().terms.push_back(term);
    }
  }

  void RequireRules() {
    std::vector<bool> has(out_.topics_.size());
    for (const RuleInfo& rule : out_.rules_) {
      for (int topic = static_cast<int>(rule.topic); topic >= 0;
           topic = out_.topics_[static_cast<size_t>(topic)].parent) {
        has[static_cast<size_t>(topic)] = true;
      }
    }
    for (size_t i = 0; i < has.size(); ++i) {
      if (has[i]) continue;
      path_ = out_.topics_[i].path;
      Mistake("has no rule, nor has a topic below it; add words or a rule");
    }
  }

  void Flatten(const ByTerm& by_term, std::vector<uint32_t>& ends,
               std::vector<uint32_t>& values) const {
    ends.assign(out_.terms_.size() + 1, 0);
    for (const auto& [term, value] : by_term) {
      ++ends[term + 1];
      values.push_back(value);
    }
    for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  }

  Taxonomy& out_;
  std::vector<std::string> mistakes_;
  std::string path_;
  uint32_t topic_ = 0;
  std::map<std::string, uint32_t, std::less<>> places_;
  ByTerm meets_;
  ByTerm forbids_;
};

absl::StatusOr<std::unique_ptr<Taxonomy>> Taxonomy::Compile(
    const v1::Taxonomy& taxonomy) {
  std::unique_ptr<Taxonomy> out(new Taxonomy());
  std::vector<std::string> mistakes = Compiler(*out).Compile(taxonomy);
  if (!mistakes.empty()) {
    const size_t more =
        mistakes.size() - std::min(mistakes.size(), kMostMistakes);
    mistakes.resize(mistakes.size() - more);
    if (more > 0) mistakes.push_back(fmt::format("and {} more", more));
    return absl::InvalidArgumentError(
        fmt::format("{}", fmt::join(mistakes, "\n")));
  }
  out->hash_ = os::Sha256(taxonomy.SerializeAsString()).substr(0, 8);
  return out;
}

}  // namespace earshot::router
