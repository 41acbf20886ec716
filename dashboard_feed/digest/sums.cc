#include "dashboard_feed/digest/sums.h"

#include <utility>
#include <vector>

#include "dashboard_feed/digest/blocks.h"
#include "dashboard_feed/digest/goals.h"
#include "dashboard_feed/digest/loop_health.h"
#include "dashboard_feed/digest/results.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

// The leader's own questions that are open, or were closed since the last
// digest; the latest first.
void AddQuestions(const DigestRequest& request, const LeaderView& view,
                  v1::Digest& digest) {
  constexpr int kMost = 5;
  const absl::Time since =
      request.before.any ? request.before.to : request.from;
  v1::ResultList results = ResultsOf(view.model(), view.leader());
  for (v1::QuestionLine& line : *results.mutable_questions()) {
    if (contract::ToTime(line.closes_at()) <= since) continue;
    *digest.add_questions() = std::move(line);
    if (digest.questions_size() == kMost) return;
  }
}

}  // namespace

void AddSums(const DigestRequest& request, const LeaderView& view,
             const v1::Leader& leader, const Matter& matter,
             v1::Digest& digest) {
  const std::vector<Glance>& all = matter.listing.seen;
  for (v1::DigestNumber& number :
       ThreeNumbers(all, request.to, request.before.numbers)) {
    *digest.add_numbers() = std::move(number);
  }
  v1::CostAndReturn cost =
      CostsOf(view.model().words.currencies, all, matter.effects);
  if (cost.open_size() + cost.saved_size() > 0) {
    *digest.mutable_cost() = std::move(cost);
  }
  if (auto health = LoopHealthOf(view, all, request.to)) {
    *digest.mutable_loop() = *std::move(health);
  }
  for (v1::Empowerment& line : EmpowermentOf(view, all)) {
    *digest.add_empowerment() = std::move(line);
  }
  AddQuestions(request, view, digest);
  for (v1::PromiseLine& line : BrokenPromises(view, all)) {
    *digest.add_promises() = std::move(line);
  }
  for (v1::GoalLine& line : GoalsOf(view, leader, request.to)) {
    *digest.add_goals() = std::move(line);
  }
}

}  // namespace earshot::feed
