#include "dashboard_feed/digest/gather.h"

#include <algorithm>
#include <atomic>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/os/at_once.h"
#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/rank.h"
#include "proto/contract/names.h"
#include "proto/contract/score.h"

namespace earshot::feed {
namespace {

constexpr size_t kAhead = 8;  // facts asked for before they are needed

// What a subscription leaves out, and what is muted.
void Choose(const DigestRequest& request, std::vector<Glance>& all,
            uint32_t& muted) {
  const v1::Subscription* subscription = request.subscription;
  std::erase_if(all, [&](const Glance& one) {
    if (IsMuted(one, request.to)) {
      ++muted;
      return true;
    }
    if (subscription == nullptr) return false;
    const auto& kinds = subscription->kinds();
    if (!kinds.empty() &&
        std::find(kinds.begin(), kinds.end(), contract::KindName(one.kind)) ==
            kinds.end()) {
      return true;
    }
    return subscription->minimum_priority_milli() != 0 &&
           one.priority_milli < subscription->minimum_priority_milli();
  });
}

// What the digest before showed of each, and of what was merged into it since.
void Compare(const Model& model, const ShownCounts& shown,
             std::vector<Glance>& all) {
  for (Glance& glance : all) {
    const auto found = std::lower_bound(
        shown.begin(), shown.end(), glance.id(),
        [](const auto& one, uint64_t id) { return one.first < id; });
    if (found == shown.end() || found->first != glance.id()) continue;
    glance.was_shown = true;
    glance.before = found->second;
  }
  if (model.merged_into.empty()) return;
  std::unordered_map<uint64_t, uint64_t> with_parts;
  for (const auto& [part, into] : model.merged_into) {
    const auto found = std::lower_bound(
        shown.begin(), shown.end(), part,
        [](const auto& one, uint64_t id) { return one.first < id; });
    if (found == shown.end() || found->first != part) continue;
    with_parts[model.Holder(into)] += found->second;
  }
  for (Glance& glance : all) {
    const auto found = with_parts.find(glance.id());
    if (found == with_parts.end()) continue;
    glance.was_shown = true;
    glance.before += found->second;
  }
}

// How much each is out of step, where it ranks, and whether an answer held.
class Judge {
 public:
  Judge(const ScopePace& pace, const SinceAnswer& since,
        const v1::PriorityWeights& weights, absl::Time now,
        std::span<Glance> all)
      : pace_(pace),
        since_(since),
        weights_(contract::WeightsOf(weights)),
        now_(now),
        all_(all) {}

  // Until none is left. Several threads at once: each takes the next block.
  void Work(Judged& judged) {
    ScopePace::Scratch scratch;
    while (true) {
      const size_t begin = next_.fetch_add(kBlock);
      const size_t end = std::min(begin + kBlock, all_.size());
      for (size_t i = begin; i < end; ++i) {
        if (i + kAhead < end) Coverage::Prefetch(*all_[i + kAhead].facts);
        Take(all_[i], scratch, judged);
      }
      if (end == all_.size()) return;
    }
  }

 private:
  static constexpr size_t kBlock = 1024;

  void Take(Glance& glance, ScopePace::Scratch& scratch, Judged& judged) const {
    Lately lately = pace_.Of(*glance.facts, scratch);
    glance.severe = lately.severe;
    if (lately.trend.course != Trend::Course::kSteady) {
      judged.latelies.push_back(std::move(lately));
      glance.lately = &judged.latelies.back();
    }
    RankInScope(glance, weights_, now_);
    const Effect effect = since_.Of(glance);
    glance.effect = effect.course == Effect::Course::kFalling ||
                    effect.course == Effect::Course::kHeldNot;
    if (glance.effect) judged.effects.emplace(glance.id(), effect);
  }

  const ScopePace& pace_;
  const SinceAnswer& since_;
  const v1::PriorityWeights weights_;
  const absl::Time now_;
  const std::span<Glance> all_;
  std::atomic<size_t> next_ = 0;
};

}  // namespace

void Gather(const Model& model, const LeaderView& view,
            const DigestRequest& request, WhereAndWhen* where, Matter& matter) {
  const bool much = view.coverage().candidates() >= request.worth_a_thread;
  const v1::Subscription* subscription = request.subscription;
  std::vector<Glance>& all = matter.listing.seen;
  os::BothAtOnce(
      much,
      [&] {
        matter.pace.emplace(model, view.coverage(), request.to,
                            request.worth_a_thread);
      },
      [&] {
        matter.listing =
            view.List(subscription != nullptr && subscription->has_scope()
                          ? &subscription->scope()
                          : nullptr);
        Choose(request, all, matter.muted);
        Compare(view.model(), request.before.shown, all);
        if (where != nullptr) where->Take(all);
      });
  const SinceAnswer since(model, view.coverage(), request.to);
  Judge judge(*matter.pace, since, model.organisation.priority(), request.to,
              all);
  os::BothAtOnce(
      much, [&] { judge.Work(matter.judged[0]); },
      [&] { judge.Work(matter.judged[1]); });
  for (Judged& judged : matter.judged) matter.effects.merge(judged.effects);
}

}  // namespace earshot::feed
