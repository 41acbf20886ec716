#include "dashboard_feed/digest/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "dashboard_feed/digest/blocks.h"
#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/pace.h"
#include "dashboard_feed/digest/rank.h"
#include "dashboard_feed/digest/sections.h"
#include "dashboard_feed/digest/since_answer.h"
#include "dashboard_feed/digest/where.h"
#include "dashboard_feed/leaders/scope.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr size_t kDecisions = 5;
constexpr size_t kTop = 5;
constexpr size_t kNew = 5;
constexpr size_t kAnswered = 10;
constexpr size_t kDue = 10;
constexpr size_t kRecognition = 5;
constexpr char kUntriaged[] = "untriaged";
constexpr absl::Duration kSilentAfter = absl::Hours(24);

// What is worth a leader's time: all of it where there is little, else what is
// out of step with what is usual, and what came back after it was answered.
bool Deserves(const Seen& seen, ScopePace::Mode mode, bool severe_is_rare) {
  if (mode == ScopePace::Mode::kSmall) return true;
  // Where severity 5 is rare, each of them; elsewhere they have to rise.
  if (severe_is_rare && seen.lately.severe > 0 &&
      uint64_t{seen.lately.severe} * 2 >= seen.observations) {
    return true;
  }
  return seen.lately.trend.course != Trend::Course::kSteady ||
         seen.insight.state() == v1::REOPENED;
}

std::string Reports(uint64_t count) {
  return fmt::format("{} new {}", count, count == 1 ? "report" : "reports");
}

std::string Headline(const Sections& sections, const std::vector<Seen>& all,
                     const LeaderView::Listing& listing, uint32_t below) {
  const Seen* most = nullptr;
  const Seen* newest = nullptr;
  for (const Seen& seen : all) {
    if (sections.Fresh(seen) > (most ? sections.Fresh(*most) : 0)) most = &seen;
    if (newest == nullptr && sections.IsNew(seen)) newest = &seen;
  }
  if (most != nullptr) {
    return fmt::format("What changed most: #{} {} - {} ({} in all)",
                       most->insight.id(), TitleOf(*most, below),
                       Reports(sections.Fresh(*most)), most->observations);
  }
  if (newest != nullptr) {
    return fmt::format("New: #{} {} - fewer than {} people so far",
                       newest->insight.id(), TitleOf(*newest, below), below);
  }
  for (const Seen& seen : all) {
    if (!WantsDecision(seen)) continue;
    return fmt::format("Nothing new; #{} {} still waits for an answer",
                       seen.insight.id(), TitleOf(seen, below));
  }
  if (listing.hidden > 0) {
    return "Nothing to show yet: what there is comes from too few people";
  }
  return "Nothing new in your scope in this period";
}

void CountSites(const Model& model, const v1::Leader& leader, absl::Time now,
                v1::Digest& digest) {
  std::set<std::string> sites;
  for (const v1::Site& site : model.organisation.sites()) {
    sites.insert(site.id());
  }
  // Of a site that nobody named and no agent speaks for, nothing is known.
  for (const auto& [id, activity] : model.sites) {
    if (activity.has_last_contact()) sites.insert(id);
  }
  uint32_t reporting = 0;
  uint32_t silent = 0;
  for (const std::string& site : sites) {
    if (!SiteInScope(model.organisation, leader.scope(), site)) continue;
    const auto activity = model.sites.find(site);
    const bool heard =
        activity != model.sites.end() &&
        contract::ToTime(activity->second.last_contact()) >= now - kSilentAfter;
    ++(heard ? reporting : silent);
  }
  digest.set_sites_reporting(reporting);
  digest.set_sites_silent(silent);
}

void FillFrame(const Model& model, const v1::Leader& leader,
               const DigestRequest& request, const LeaderView& view,
               v1::Digest& digest) {
  digest.set_leader(leader.id());
  digest.set_leader_name(leader.name().empty() ? leader.id() : leader.name());
  digest.set_organisation(model.organisation.name());
  if (request.subscription != nullptr) {
    digest.set_subscription(request.subscription->id());
  }
  digest.set_period(request.period);
  digest.set_time_zone(view.zone().name());
  *digest.mutable_from() = contract::ToStamp(request.from);
  *digest.mutable_to() = contract::ToStamp(request.to);
  if (model.totals.has_as_of()) {
    *digest.mutable_data_as_of() = model.totals.as_of();
  }
  digest.set_chain_head(model.totals.chain_head());
  digest.set_first(!request.before.any);
  digest.set_how_ranked(
      "by severity, distinct people and sites, and number of observations; "
      "severity 5, risk and safety first, and what came back after an answer");
  CountSites(model, leader, request.to, digest);
}

}  // namespace

namespace {

// What a subscription leaves out, and what is muted.
void Choose(const DigestRequest& request, std::vector<Seen>& seen,
            uint32_t& muted) {
  const v1::Subscription* subscription = request.subscription;
  std::erase_if(seen, [&](const Seen& one) {
    if (IsMuted(one.insight, request.to)) {
      ++muted;
      return true;
    }
    if (subscription == nullptr) return false;
    const auto& kinds = subscription->kinds();
    if (!kinds.empty() &&
        std::find(kinds.begin(), kinds.end(),
                  contract::KindName(one.insight.kind())) == kinds.end()) {
      return true;
    }
    return subscription->minimum_priority_milli() != 0 &&
           one.insight.priority_milli() <
               subscription->minimum_priority_milli();
  });
}

// The lists of insights, in the order of a digest.
void AddSections(const DigestRequest& request, const ScopePace& pace,
                 const Effects& effects, Sections& sections) {
  const v1::Subscription* subscription = request.subscription;
  const size_t top = subscription != nullptr && subscription->top() > 0
                         ? subscription->top()
                         : kTop;
  const ScopePace::Mode mode = pace.mode();
  const auto deserves = [&](const Seen& seen) {
    return Deserves(seen, mode, pace.SevereIsRare());
  };
  const auto course = [&](const Seen& seen, Trend::Course wanted) {
    return IsIssue(seen) && seen.lately.trend.course == wanted;
  };
  const auto went = [&](const Seen& seen, Effect::Course wanted) {
    const auto found = effects.find(seen.insight.id());
    return IsIssue(seen) && found != effects.end() &&
           found->second.course == wanted;
  };
  sections.Add("decision", "Needs your decision", kDecisions,
               [&](const Seen& seen) {
                 return deserves(seen) && WantsDecision(seen) &&
                        !went(seen, Effect::Course::kFalling);
               });
  sections.Add(
      "regressed", "Came back after an answer", kDecisions,
      [&](const Seen& seen) {
        return (IsIssue(seen) && seen.insight.state() == v1::REOPENED) ||
               went(seen, Effect::Course::kHeldNot);
      });
  sections.Add("top", "Top of your scope", top, [&](const Seen& seen) {
    return deserves(seen) && IsOpenIssue(seen) &&
           !IsOverdue(seen, request.to) &&
           !went(seen, Effect::Course::kFalling);
  });
  sections.Add("new", "New", kNew, [&](const Seen& seen) {
    return mode == ScopePace::Mode::kSmall
               ? IsIssue(seen) && sections.IsNew(seen)
               : course(seen, Trend::Course::kNew);
  });
  sections.Add("rising", "Rising", kNew, [&](const Seen& seen) {
    return course(seen, Trend::Course::kRising);
  });
  sections.Add("falling", "Falling", kNew, [&](const Seen& seen) {
    return went(seen, Effect::Course::kFalling);
  });
  sections.Add("recognition", "Good work", kRecognition, [&](const Seen& seen) {
    if (!IsPraise(seen)) return false;
    if (mode != ScopePace::Mode::kSmall) return deserves(seen);
    return sections.IsNew(seen) || sections.Fresh(seen) > 0;
  });
  sections.Add("overdue", "Overdue", kDue,
               [&](const Seen& seen) { return IsOverdue(seen, request.to); });
  sections.Add("due", "Due next", kDue, [&](const Seen& seen) {
    return IsOpenIssue(seen) && seen.insight.has_due();
  });
  sections.Add("answered", "You said, we did", kAnswered,
               [&](const Seen& seen) { return sections.AnsweredSince(seen); });
  sections.Add("unmuted", "Shown again after being hidden", kAnswered,
               [&](const Seen& seen) {
                 return request.before.any && seen.insight.has_muted() &&
                        contract::ToTime(seen.insight.muted().until()) >
                            request.before.to;
               });
}

void AddTotals(const Sections& sections, const LeaderView& view,
               const std::vector<Seen>& all, uint32_t hidden, Built& built) {
  v1::Digest& digest = built.digest;
  uint64_t fresh = 0;
  uint64_t untriaged = 0;
  for (const Seen& seen : all) {
    fresh += sections.Fresh(seen);
    if (!seen.hidden && seen.insight.topic() == kUntriaged) {
      untriaged += seen.observations;
    }
    built.shown[seen.insight.id()] = seen.hidden ? 0 : seen.observations;
  }
  *digest.mutable_observations() = CountOf(fresh, false, 0);
  *digest.mutable_untriaged() = CountOf(untriaged, false, 0);
  digest.set_hidden_by_small_groups(hidden);
  if (hidden > 0 && view.slice()) {
    *digest.mutable_next_visible() = contract::ToStamp(view.next_shift_end());
  }
}

// What is no list of insights. Not made when only sections were asked for.
void AddBlocks(const Model& model, const v1::Leader& leader,
               const DigestRequest& request, const LeaderView& view,
               const std::vector<Seen>& all, const Effects& effects,
               const Sections& sections, v1::Digest& digest) {
  const uint32_t below = view.rules().numbers;
  for (v1::DigestNumber& number :
       ThreeNumbers(all, request.to, request.before.numbers)) {
    *digest.add_numbers() = std::move(number);
  }
  v1::WhereAndWhen where = BuildWhere(model, leader, view, all, request.to);
  if (where.cells_size() > 0 || !where.visit().empty() ||
      !where.shift_gap().empty()) {
    *digest.mutable_where() = std::move(where);
  }
  std::vector<std::string> quoted;
  for (const v1::DigestSection& section : digest.sections()) {
    for (const v1::DigestItem& item : section.items()) {
      for (const v1::Verbatim& v : item.verbatims()) quoted.push_back(v.text());
    }
  }
  std::vector<Seen> fresh;
  std::copy_if(all.begin(), all.end(), std::back_inserter(fresh),
               [&](const Seen& seen) {
                 return IsOpenIssue(seen) &&
                        (sections.IsNew(seen) || sections.Fresh(seen) > 0);
               });
  v1::Story story;
  if (PickStory(fresh, quoted, below, story)) {
    *digest.mutable_story() = std::move(story);
  }
  for (v1::PromiseLine& line : BrokenPromises(model.organisation, all, below)) {
    *digest.add_promises() = std::move(line);
  }
  v1::CostAndReturn cost = CostsOf(all, effects);
  if (cost.open_size() + cost.saved_size() > 0) {
    *digest.mutable_cost() = std::move(cost);
  }
}

}  // namespace

Built BuildDigest(const Model& model, const v1::Leader& leader,
                  const DigestRequest& request) {
  Built built;
  v1::Digest& digest = built.digest;
  const v1::Subscription* subscription = request.subscription;
  const LeaderView view(
      model, leader, request.to,
      subscription != nullptr ? subscription->time_zone() : "");
  LeaderView::Listing listing =
      view.List(subscription != nullptr && subscription->has_scope()
                    ? &subscription->scope()
                    : nullptr);
  uint32_t muted = 0;
  Choose(request, listing.seen, muted);
  const ScopePace pace(model, leader, request.to);
  const SinceAnswer since(model, leader, request.to);
  Effects effects;
  for (Seen& seen : listing.seen) {
    seen.lately = pace.Of(seen.insight);
    RankInScope(seen, model.organisation.priority(), request.to);
    const Effect effect = since.Of(seen);
    if (effect.course != Effect::Course::kUnknown) {
      effects.emplace(seen.insight.id(), effect);
    }
  }
  SortByPriority(listing.seen);
  const std::vector<Seen>& all = listing.seen;
  FillFrame(model, leader, request, view, digest);
  Sections sections(view, request, all, effects, built);
  AddSections(request, pace, effects, sections);
  if (pace.mode() != ScopePace::Mode::kSmall) {
    digest.set_steady(static_cast<uint32_t>(
        std::count_if(all.begin(), all.end(), [&](const Seen& seen) {
          return IsIssue(seen) &&
                 !Deserves(seen, pace.mode(), pace.SevereIsRare());
        })));
  }
  AddTotals(sections, view, all, listing.hidden, built);
  if (request.ask.sections().empty()) {
    AddBlocks(model, leader, request, view, all, effects, sections, digest);
  }
  *digest.mutable_quality() = QualityOf(all, muted);
  digest.set_empty(digest.sections_size() == 0 &&
                   digest.observations().value() == 0);
  digest.set_headline(
      pace.mode() == ScopePace::Mode::kLearning
          ? fmt::format("Learning what is usual here: day {} of {}",
                        pace.learned_days() + 1, ScopePace::kLearningDays)
          : Headline(sections, all, listing, view.rules().numbers));
  return built;
}

}  // namespace earshot::feed
