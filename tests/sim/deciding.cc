// What the leader does, with what the feed shows.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/sim/words.h"
#include "tests/sim/world.h"

namespace earshot::sim {
namespace {

constexpr char kLeader[] = "amara";

checker::Outcome OutcomeOf(LeaderProgram::Outcome outcome) {
  switch (outcome) {
    case LeaderProgram::Outcome::kOk:
      return checker::Outcome::kOk;
    case LeaderProgram::Outcome::kRefused:
      return checker::Outcome::kRefused;
    case LeaderProgram::Outcome::kUnknown:
      break;
  }
  return checker::Outcome::kUnknown;
}

v1::Decision About(const v1::Insight& insight) {
  v1::Decision decision;
  decision.set_insight(insight.id());
  decision.set_opened_by(insight.opened_by());
  return decision;
}

// Two that say something else; nothing: there are none.
std::optional<std::pair<std::string, std::string>> Unlike(
    const v1::Insight& insight) {
  for (const v1::Verbatim& one : insight.verbatims()) {
    for (const v1::Verbatim& other : insight.verbatims()) {
      if (WordsOf(one.text()) != WordsOf(other.text())) {
        return std::pair(one.observation(), other.observation());
      }
    }
  }
  return std::nullopt;
}

}  // namespace

// Of those that the feed knows; nothing: it knows none.
std::optional<v1::Insight> World::Choose(uint64_t which) const {
  const Machine& feed = *machines_[kFeed];
  if (feed.feed == nullptr) return std::nullopt;
  std::vector<uint64_t> insights;
  const feed::FactsTable& known = feed.feed->mirror().model().insights;
  for (size_t slot = 0; slot < known.size(); ++slot) {
    if (known[slot].known) insights.push_back(known[slot].id);
  }
  if (insights.empty()) return std::nullopt;
  std::sort(insights.begin(), insights.end());
  auto insight = feed.feed->mirror().Latest(insights[which % insights.size()]);
  while (insight && insight->merged_into() != 0) {
    insight = feed.feed->mirror().Latest(insight->merged_into());
  }
  return insight;
}

void World::Ask(Asked asked, v1::Decision decision) {
  const uint64_t number = next_decision_++;
  asked.event.outcome = checker::Outcome::kInvoked;
  asked.event.who = kLeader;
  asked.number = number;
  asked.opened_by = decision.opened_by();
  if (asked.event.what == checker::What::kMerge ||
      asked.event.what == checker::What::kSplit) {
    const bool merge = asked.event.what == checker::What::kMerge;
    asked.event.id = fmt::format("{} {}", merge ? "merge" : "split", number);
  } else {
    asked.event.id = fmt::format("answer {}", number);
    asked.event.insight = decision.insight();
    (decision.has_resolve() ? *decision.mutable_resolve()->mutable_text()
                            : *decision.mutable_answer()->mutable_text()) =
        asked.event.id;
  }
  history_.push_back(asked.event);
  asked_[number] = std::move(asked);
  leader_->Decide(number, std::move(decision));
  leader_turn_at_ = now_;
}

void World::Merge(uint64_t which, uint64_t into) {
  const auto insight = Choose(which);
  const auto other = Choose(into);
  if (!insight || !other || insight->id() == other->id()) return;
  v1::Decision decision = About(*insight);
  decision.mutable_merge()->set_into(other->id());
  decision.mutable_merge()->set_into_opened_by(other->opened_by());
  Asked asked;
  asked.event.what = checker::What::kMerge;
  asked.one = insight->opened_by();
  asked.other = other->opened_by();
  asked.insights = {{insight->id(), asked.one}, {other->id(), asked.other}};
  Ask(std::move(asked), std::move(decision));
}

// The first from there on that can be split.
void World::Split(uint64_t which, bool undo) {
  constexpr uint64_t kTried = 8;
  for (uint64_t i = 0; i < kTried; ++i) {
    const auto insight = Choose(which + i);
    if (!insight) return;
    v1::Decision decision = About(*insight);
    Asked asked;
    asked.event.what = checker::What::kSplit;
    asked.insights = {{insight->id(), insight->opened_by()}};
    if (undo && insight->merged_size() > 0) {
      const v1::MergedPart& part = insight->merged(0);
      decision.mutable_split()->set_merged(part.insight());
      asked.insights.emplace_back(part.insight(), part.opened_by());
      asked.one = part.opened_by();
      asked.other = insight->opened_by();
    } else if (const auto unlike = Unlike(*insight)) {
      decision.mutable_split()->add_observations(unlike->first);
      asked.one = unlike->first;
      asked.other = unlike->second;
    } else {
      continue;
    }
    return Ask(std::move(asked), std::move(decision));
  }
}

void World::Decide(uint64_t which, bool resolve) {
  const auto insight = Choose(which);
  if (!insight) return;
  v1::Decision decision = About(*insight);
  Asked asked;
  if (resolve) {
    decision.mutable_resolve();
    asked.event.what = checker::What::kResolve;
  } else {
    decision.mutable_answer()->set_intent(v1::GiveAnswer::WILL_DO);
    asked.event.what = checker::What::kAnswer;
  }
  Ask(std::move(asked), std::move(decision));
}

void World::OnTold(uint64_t decision, LeaderProgram::Outcome outcome) {
  checker::Event event = asked_.at(decision).event;
  event.outcome = OutcomeOf(outcome);
  Say(fmt::format("  {}: {}", event.id, static_cast<int>(outcome)));
  history_.push_back(std::move(event));
}

void World::OnDigest(const v1::Digest& digest) {
  checker::Event event;
  event.what = checker::What::kDigest;
  event.who = digest.leader();
  event.id = digest.subscription();
  event.period = digest.period();
  event.repeat = digest.repeated_after_restore();
  history_.push_back(std::move(event));
}

}  // namespace earshot::sim
