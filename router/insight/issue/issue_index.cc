#include "router/insight/issue/issue_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "router/text/taxonomy.h"

namespace earshot::router {
namespace {

constexpr size_t kMostPosted = 256;
constexpr size_t kMostCandidates = 48;

// How rare a mark is taken to be before anything was seen.
constexpr double kPriorIssues = 200;
constexpr double kPriorOfConcept = 2;
constexpr double kPriorOfWord = 1;

constexpr double kThingWeight = 1.3;
constexpr double kHappeningWeight = 0.9;
constexpr double kCodeWeight = 1.2;
constexpr double kWordWeight = 0.6;

constexpr double kMarksShare = 0.62;
constexpr double kTopicShare = 0.15;
constexpr double kSiteShare = 0.05;
constexpr double kBothShare = 0.18;  // the same happens to the same thing

constexpr double kSuggests = 0.5;
constexpr double kElder = 0.5;
constexpr double kJoins = 0.92;
// Of the marks of both, where no more agrees; and how many these have to be.
constexpr double kSameWords = 0.8;
constexpr size_t kFewestSame = 3;
constexpr double kAllWords = 0.9;
constexpr size_t kRareWords = 2;  // shared, where nothing else is

std::string_view FirstLevel(std::string_view topic) {
  return topic.substr(0, topic.find('/'));
}

// 1: the same; less where only the first level is, or nobody knows.
double TopicLikeness(const IssueText& a, const IssueText& b) {
  if (a.topic == kUntriaged || b.topic == kUntriaged) return 0.3;
  if (a.topic == b.topic) return 1;
  return FirstLevel(a.topic) == FirstLevel(b.topic) ? 0.7 : 0;
}

// Cosine of what the topic model says of both.
double ShareLikeness(const IssueText& a, const IssueText& b) {
  double dot = 0;
  double length_a = 0;
  double length_b = 0;
  for (const auto& [label, share] : a.shares)
    length_a += double{1} * share * share;
  for (const auto& [label, share] : b.shares) {
    length_b += double{1} * share * share;
    for (const auto& [other, other_share] : a.shares) {
      if (other == label) dot += double{1} * share * other_share;
    }
  }
  return dot == 0 ? 0 : dot / std::sqrt(length_a * length_b);
}

std::string Spoken(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

IssueIndex::IssueIndex(const Options& options,
                       std::shared_ptr<const IssueConcepts> concepts)
    : options_(options), concepts_(std::move(concepts)) {
  CountEntries();
}

double IssueIndex::WeightOf(IssueMark::Kind kind,
                            const Posting* posting) const {
  const bool word = kind == IssueMark::Kind::kWord;
  const double seen = posting != nullptr
                          ? posting->log_issues
                          : std::log(word ? kPriorOfWord : kPriorOfConcept);
  const double rarity = log_entries_ - seen;
  switch (kind) {
    case IssueMark::Kind::kThing:
      return kThingWeight * rarity;
    case IssueMark::Kind::kHappening:
      return kHappeningWeight * rarity;
    case IssueMark::Kind::kCode:
      return kCodeWeight * rarity;
    case IssueMark::Kind::kWord:
      break;
  }
  return kWordWeight * rarity;
}

IssueIndex::Weighed IssueIndex::Weigh(const IssueText& text) const {
  Weighed weighed;
  weighed.text = &text;
  double sum = 0;
  for (const IssueMark& mark : text.marks) {
    const auto posting = postings_.find(mark.hash);
    const bool known = posting != postings_.end();
    weighed.postings.push_back(known ? &posting->second : nullptr);
    const double weight = WeightOf(mark.kind, weighed.postings.back());
    weighed.weights.push_back(weight);
    sum += weight * weight;
  }
  weighed.length = std::sqrt(sum);
  return weighed;
}

double IssueIndex::LengthOf(const Entry& entry) const {
  double sum = 0;
  for (size_t i = 0; i < entry.postings.size(); ++i) {
    const double weight = WeightOf(entry.text.marks[i].kind, entry.postings[i]);
    sum += weight * weight;
  }
  return std::sqrt(sum);
}

// Those that share the weightiest marks.
std::vector<uint64_t> IssueIndex::Candidates(const Weighed& text) const {
  absl::flat_hash_map<uint64_t, double> met;
  for (size_t i = 0; i < text.postings.size(); ++i) {
    if (text.postings[i] == nullptr) continue;
    const double weight = text.weights[i];
    for (const uint64_t id : text.postings[i]->ids) met[id] += weight * weight;
  }
  std::vector<std::pair<double, uint64_t>> by_weight;
  by_weight.reserve(met.size());
  for (const auto& [id, weight] : met) by_weight.emplace_back(-weight, id);
  const size_t kept = std::min(by_weight.size(), kMostCandidates);
  std::partial_sort(by_weight.begin(),
                    by_weight.begin() + static_cast<ptrdiff_t>(kept),
                    by_weight.end());
  std::vector<uint64_t> candidates;
  candidates.reserve(kept);
  for (size_t i = 0; i < kept; ++i) candidates.push_back(by_weight[i].second);
  return candidates;
}

IssueIndex::Shared IssueIndex::SharedBy(const Weighed& text,
                                        const IssueText& other) {
  Shared shared;
  auto at = other.marks.begin();
  for (size_t i = 0; i < text.text->marks.size(); ++i) {
    const IssueMark& mark = text.text->marks[i];
    at = std::lower_bound(at, other.marks.end(), mark);
    if (at == other.marks.end()) break;
    if (at->hash != mark.hash) continue;
    shared.weight += text.weights[i] * text.weights[i];
    switch (mark.kind) {
      case IssueMark::Kind::kThing:
        shared.things.push_back(mark.concept_number);
        break;
      case IssueMark::Kind::kHappening:
        shared.happenings.push_back(mark.concept_number);
        break;
      case IssueMark::Kind::kCode:
        ++shared.codes;
        break;
      case IssueMark::Kind::kWord:
        ++shared.words;
        break;
    }
  }
  return shared;
}

std::string IssueIndex::Why(const Shared& shared, double topic,
                            bool same_site) const {
  constexpr size_t kMostThings = 3;
  constexpr size_t kMostNamed = 4;
  std::vector<std::string> reasons;
  if (topic == 1) {
    reasons.emplace_back("same topic");
  } else if (topic > 0.5) {
    reasons.emplace_back("topics of one kind");
  }
  for (const uint16_t thing : shared.things) {
    if (reasons.size() > kMostThings) break;
    reasons.push_back(
        fmt::format("both name the {}", Spoken(concepts_->At(thing).name)));
  }
  for (const uint16_t happening : shared.happenings) {
    if (reasons.size() > kMostNamed) break;
    reasons.push_back(
        fmt::format("both say \"{}\"", Spoken(concepts_->At(happening).name)));
  }
  if (shared.codes > 0) reasons.emplace_back("the same code in both");
  if (shared.words > 0) {
    reasons.push_back(fmt::format("{} more words in both", shared.words));
  }
  if (same_site) reasons.emplace_back("same site");
  return fmt::format("{}", fmt::join(reasons, ", "));
}

IssueMatch IssueIndex::Compare(const Weighed& weighed, uint64_t id,
                               const Entry& entry) const {
  const IssueText& text = *weighed.text;
  const IssueText& other = entry.text;
  const Shared shared = SharedBy(weighed, other);
  IssueMatch match;
  match.id = id;
  const double marks =
      shared.weight / std::max(1e-9, weighed.length * LengthOf(entry));
  match.words = marks;
  if (shared.things.empty() && shared.codes == 0 && shared.words < kRareWords) {
    return match;
  }
  const double topic = TopicLikeness(text, other);
  const double shares = text.shares.empty() || other.shares.empty()
                            ? topic
                            : ShareLikeness(text, other);
  const bool same_site = text.site == other.site;
  const bool both = !shared.things.empty() && !shared.happenings.empty();
  match.score = kMarksShare * std::sqrt(marks) +
                kTopicShare * (topic + shares) / 2 +
                (same_site ? kSiteShare : 0) + (both ? kBothShare : 0);
  if (match.score < kSuggests) return match;
  const size_t count = shared.things.size() + shared.happenings.size() +
                       shared.codes + shared.words;
  const bool same_words =
      marks >= kAllWords || (marks >= kSameWords && count >= kFewestSame);
  match.joins = (match.score >= kJoins && both && same_site &&
                 text.numbers == other.numbers) ||
                (same_words && text.negations == other.negations);
  match.why = Why(shared, topic, same_site);
  return match;
}

std::vector<IssueMatch> IssueIndex::Find(const IssueText& text,
                                         double* familiar) {
  const Weighed weighed = Weigh(text);
  std::vector<IssueMatch> matches;
  double old = 0;
  for (const uint64_t id : Candidates(weighed)) {
    const Entry& entry = entries_.at(id);
    IssueMatch match = Compare(weighed, id, entry);
    if (entry.text.at <= text.at - kFamiliarAfter) {
      old = std::max(old, match.words);
    }
    if (match.score >= kSuggests) matches.push_back(std::move(match));
  }
  if (familiar != nullptr) *familiar = old;
  for (const IssueMatch& match : matches) {
    const Entry& entry = entries_.at(match.id);
    for (IssueMatch& other : matches) {
      if (entry.has_elder && other.id == entry.elder) {
        other.score = std::max(other.score, match.score);
      }
    }
  }
  std::sort(matches.begin(), matches.end(),
            [](const IssueMatch& a, const IssueMatch& b) {
              return a.score != b.score ? a.score > b.score : a.id < b.id;
            });
  if (matches.size() > options_.most_suggested) {
    matches.resize(options_.most_suggested);
  }
  return matches;
}

void IssueIndex::Add(uint64_t id, IssueText text,
                     const std::vector<IssueMatch>& matches) {
  if (text.marks.empty() || entries_.count(id) > 0 ||
      options_.most_issues == 0) {
    return;
  }
  while (entries_.size() >= options_.most_issues) DropOldest();
  Entry entry;
  entry.has_elder = !matches.empty() && matches.front().score >= kElder;
  if (entry.has_elder) entry.elder = matches.front().id;
  for (const IssueMark& mark : text.marks) {
    Posting& posting = postings_[mark.hash];
    posting.Count(1, mark.kind);
    posting.ids.push_back(id);
    if (posting.ids.size() > kMostPosted) {
      posting.ids.erase(posting.ids.begin());
    }
    entry.postings.push_back(&posting);
  }
  entry.text = std::move(text);
  entries_.emplace(id, std::move(entry));
  order_.push_back(id);
  CountEntries();
}

void IssueIndex::DropOldest() {
  while (!order_.empty()) {
    const uint64_t oldest = order_.front();
    order_.pop_front();
    if (Remove(oldest)) return;
  }
}

bool IssueIndex::Remove(uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  for (const IssueMark& mark : found->second.text.marks) {
    const auto at = postings_.find(mark.hash);
    Posting& posting = at->second;
    posting.ids.erase(std::remove(posting.ids.begin(), posting.ids.end(), id),
                      posting.ids.end());
    posting.Count(-1, mark.kind);
    if (posting.issues == 0) postings_.erase(at);
  }
  entries_.erase(found);
  CountEntries();
  return true;
}

void IssueIndex::Posting::Count(int more, IssueMark::Kind kind) {
  issues += static_cast<uint32_t>(more);
  log_issues =
      std::log(issues + (kind == IssueMark::Kind::kWord ? kPriorOfWord
                                                        : kPriorOfConcept));
}

void IssueIndex::CountEntries() {
  log_entries_ = std::log(kPriorIssues + static_cast<double>(entries_.size()));
  if (order_.size() <= 2 * entries_.size() + kMostPosted) return;
  order_.erase(
      std::remove_if(order_.begin(), order_.end(),
                     [&](uint64_t id) { return entries_.count(id) == 0; }),
      order_.end());
}

}  // namespace earshot::router
