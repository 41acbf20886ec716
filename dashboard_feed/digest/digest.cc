#include "dashboard_feed/digest/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/pace.h"
#include "dashboard_feed/digest/rank.h"
#include "dashboard_feed/leaders/scope.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr size_t kDecisions = 5;
constexpr size_t kTop = 5;
constexpr size_t kNew = 5;
constexpr size_t kAnswered = 10;
constexpr size_t kRecognition = 5;
constexpr char kUntriaged[] = "untriaged";
constexpr absl::Duration kSilentAfter = absl::Hours(24);

bool IsPraise(const Seen& seen) {
  return seen.insight.kind() == v1::OBSERVATION_KIND_PRAISE;
}

bool IsIssue(const Seen& seen) {
  return !IsPraise(seen) && seen.insight.kind() != v1::OBSERVATION_KIND_NOISE;
}

bool Finished(v1::State state) {
  return state == v1::RESOLVED || state == v1::CONFIRMED ||
         state == v1::UNCHALLENGED || state == v1::DECLINED;
}

bool WantsDecision(const Seen& seen) {
  const v1::State state = seen.insight.state();
  if (!IsIssue(seen)) return false;
  if (state == v1::REOPENED) return true;
  return (state == v1::HEARD || state == v1::ACKNOWLEDGED) &&
         seen.insight.answers_size() == 0;
}

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

// Fills one digest section by section; an insight is listed once.
class Sections {
 public:
  Sections(const LeaderView& view, const DigestRequest& request,
           const std::vector<Seen>& all, Built& built)
      : view_(view), request_(request), all_(all), built_(built) {}

  uint64_t Fresh(const Seen& seen) const {
    if (seen.hidden) return 0;
    const auto shown = request_.before.shown.find(seen.insight.id());
    const uint64_t before =
        shown == request_.before.shown.end() ? 0 : shown->second;
    return seen.observations > before ? seen.observations - before : 0;
  }
  bool IsNew(const Seen& seen) const {
    return !request_.before.shown.contains(seen.insight.id());
  }
  bool AnsweredSince(const Seen& seen) const {
    if (seen.insight.answers_size() == 0) return false;
    const auto& last = seen.insight.answers(seen.insight.answers_size() - 1);
    return !request_.before.any ||
           contract::ToTime(last.at()) > request_.before.to;
  }

  void Add(const char* name, const char* title, size_t most,
           const std::function<bool(const Seen&)>& belongs) {
    v1::DigestSection section;
    section.set_name(name);
    section.set_title(title);
    for (const Seen& seen : all_) {
      if (listed_.contains(seen.insight.id()) || !belongs(seen)) continue;
      if (static_cast<size_t>(section.items_size()) == most) {
        section.set_more(section.more() + 1);
        continue;
      }
      listed_.insert(seen.insight.id());
      // Those that were counted with it need no line of their own.
      listed_.insert(seen.lately.akin.begin(), seen.lately.akin.end());
      v1::DigestItem& item = *section.add_items();
      item = MakeItem(seen, view_.rules(), view_.zone(), Fresh(seen));
      item.set_rank(static_cast<uint32_t>(section.items_size()));
      ++built_.items;
    }
    if (section.items_size() == 0) return;
    // What is cut off here may still be listed further down.
    *built_.digest.add_sections() = std::move(section);
  }

 private:
  const LeaderView& view_;
  const DigestRequest& request_;
  const std::vector<Seen>& all_;
  Built& built_;
  std::set<uint64_t> listed_;
};

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

Built BuildDigest(const Model& model, const v1::Leader& leader,
                  const DigestRequest& request) {
  Built built;
  v1::Digest& digest = built.digest;
  const LeaderView view(model, leader, request.to);
  const v1::Subscription* subscription = request.subscription;
  LeaderView::Listing listing =
      view.List(subscription != nullptr && subscription->has_scope()
                    ? &subscription->scope()
                    : nullptr);
  if (subscription != nullptr && subscription->minimum_priority_milli() != 0) {
    std::erase_if(listing.seen, [&](const Seen& seen) {
      return seen.insight.priority_milli() <
             subscription->minimum_priority_milli();
    });
  }
  const ScopePace pace(model, leader, request.to);
  for (Seen& seen : listing.seen) {
    seen.lately = pace.Of(seen.insight);
    RankInScope(seen);
  }
  SortByPriority(listing.seen);
  const std::vector<Seen>& all = listing.seen;
  FillFrame(model, leader, request, view, digest);

  Sections sections(view, request, all, built);
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
  sections.Add(
      "decision", "Needs your decision", kDecisions,
      [&](const Seen& seen) { return deserves(seen) && WantsDecision(seen); });
  sections.Add("top", "Top of your scope", top, [&](const Seen& seen) {
    return deserves(seen) && IsIssue(seen) && !Finished(seen.insight.state());
  });
  sections.Add("new", "New", kNew, [&](const Seen& seen) {
    return mode == ScopePace::Mode::kSmall
               ? IsIssue(seen) && sections.IsNew(seen)
               : course(seen, Trend::Course::kNew);
  });
  sections.Add("rising", "Rising", kNew, [&](const Seen& seen) {
    return course(seen, Trend::Course::kRising);
  });
  sections.Add("answered", "Answered", kAnswered,
               [&](const Seen& seen) { return sections.AnsweredSince(seen); });
  sections.Add("recognition", "Good work", kRecognition, [&](const Seen& seen) {
    if (!IsPraise(seen)) return false;
    if (mode != ScopePace::Mode::kSmall) return deserves(seen);
    return sections.IsNew(seen) || sections.Fresh(seen) > 0;
  });
  if (mode != ScopePace::Mode::kSmall) {
    digest.set_steady(static_cast<uint32_t>(std::count_if(
        all.begin(), all.end(),
        [&](const Seen& seen) { return IsIssue(seen) && !deserves(seen); })));
  }

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
  digest.set_hidden_by_small_groups(listing.hidden);
  if (listing.hidden > 0 && view.slice()) {
    *digest.mutable_next_visible() = contract::ToStamp(view.next_shift_end());
  }
  digest.set_headline(
      mode == ScopePace::Mode::kLearning
          ? fmt::format("Learning what is usual here: day {} of {}",
                        pace.learned_days() + 1, ScopePace::kLearningDays)
          : Headline(sections, all, listing, view.rules().numbers));
  return built;
}

}  // namespace earshot::feed
