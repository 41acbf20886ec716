#include "dashboard_feed/digest/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/os/at_once.h"
#include "dashboard_feed/digest/blocks.h"
#include "dashboard_feed/digest/frame.h"
#include "dashboard_feed/digest/gather.h"
#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/not_applied.h"
#include "dashboard_feed/digest/pace.h"
#include "dashboard_feed/digest/rank.h"
#include "dashboard_feed/digest/sections.h"
#include "dashboard_feed/digest/since_answer.h"
#include "dashboard_feed/digest/sums.h"
#include "dashboard_feed/digest/waiting.h"
#include "dashboard_feed/digest/where.h"
#include "proto/contract/names.h"
#include "proto/contract/score.h"
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

// Where severity 5 is rare, each of them; elsewhere they have to rise.
bool IsSevere(const Glance& glance, bool severe_is_rare) {
  return severe_is_rare && glance.severe > 0 &&
         uint64_t{glance.severe} * 2 >= glance.observations;
}

// What is worth a leader's time: all of it where there is little, else what is
// out of step with what is usual, and what came back after it was answered.
bool Deserves(const Glance& glance, ScopePace::Mode mode, bool severe_is_rare) {
  if (mode == ScopePace::Mode::kSmall) return true;
  return IsSevere(glance, severe_is_rare) || glance.lately != nullptr ||
         glance.state == v1::REOPENED;
}

std::string Reports(uint64_t count) {
  return fmt::format("{} new {}", count, count == 1 ? "report" : "reports");
}

// Whether a section may list it; most of a large scope none does.
bool MayBeListed(const Glance& glance, ScopePace::Mode mode,
                 bool severe_is_rare) {
  return glance.timed || glance.effect ||
         Deserves(glance, mode, severe_is_rare);
}

// Of several that are alike the first of a digest is told of.
bool IsFirst(const Glance& glance, const Glance* other) {
  return other == nullptr || glance.RanksBefore(*other);
}

std::string Headline(const LeaderView& view, const std::vector<Glance>& all,
                     uint32_t hidden) {
  const uint32_t below = view.rules().numbers;
  const auto title = [&](const Glance& glance) {
    const auto seen = view.Find(glance.id());
    return fmt::format("#{} {}", glance.id(),
                       seen ? TitleOf(*seen, below) : "");
  };
  const Glance* most = nullptr;
  const Glance* newest = nullptr;
  const Glance* waiting = nullptr;
  uint64_t fresh = 0;
  for (const Glance& glance : all) {
    const uint64_t of = Sections::Fresh(glance);
    if (of > 0 && (of > fresh || (of == fresh && IsFirst(glance, most)))) {
      most = &glance;
      fresh = of;
    }
    if (!glance.was_shown && IsFirst(glance, newest)) newest = &glance;
    if (WantsDecision(glance) && IsFirst(glance, waiting)) waiting = &glance;
  }
  if (most != nullptr) {
    return fmt::format("What changed most: {} - {} ({} in all)", title(*most),
                       Reports(fresh), most->observations);
  }
  if (newest != nullptr) {
    return fmt::format("New: {} - fewer than {} people so far", title(*newest),
                       below);
  }
  if (waiting != nullptr) {
    return fmt::format("Nothing new; {} still waits for an answer",
                       title(*waiting));
  }
  if (hidden > 0) {
    return "Nothing to show yet: what there is comes from too few people";
  }
  return "Nothing new in your scope in this period";
}

void CountSites(const LeaderView& view, absl::Time now, v1::Digest& digest) {
  const Model& model = view.model();
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
    if (view.coverage().scope().OfSite(site) == 0) continue;
    const auto activity = model.sites.find(site);
    const bool heard =
        activity != model.sites.end() &&
        contract::ToTime(activity->second.last_contact()) >= now - kSilentAfter;
    ++(heard ? reporting : silent);
  }
  digest.set_sites_reporting(reporting);
  digest.set_sites_silent(silent);
}

void FillPeriod(const Model& model, const DigestRequest& request,
                const LeaderView& view, v1::Digest& digest) {
  digest.set_period(request.period);
  digest.set_time_zone(view.zone().name());
  *digest.mutable_from() = contract::ToStamp(request.from);
  *digest.mutable_to() = contract::ToStamp(request.to);
  if (model.totals.has_as_of()) {
    *digest.mutable_data_as_of() = model.totals.as_of();
  }
  digest.set_first(!request.before.any);
  digest.set_how_ranked(
      "by severity, distinct people and sites, and number of observations; "
      "severity 5, risk and safety first, and what came back after an answer");
  CountSites(view, request.to, digest);
}

// The lists of insights, in the order of a digest.
void AddSections(const DigestRequest& request, const ScopePace& pace,
                 const Effects& effects, const Waiting& waiting,
                 Sections& sections) {
  const v1::Subscription* subscription = request.subscription;
  const size_t top = subscription != nullptr && subscription->top() > 0
                         ? subscription->top()
                         : kTop;
  const ScopePace::Mode mode = pace.mode();
  const bool severe_is_rare = pace.SevereIsRare();
  const auto deserves = [&](const Glance& glance) {
    return Deserves(glance, mode, severe_is_rare);
  };
  const auto course = [&](const Glance& glance, Trend::Course wanted) {
    return glance.course() == wanted && IsIssue(glance);
  };
  const auto went = [&](const Glance& glance, Effect::Course wanted) {
    if (effects.empty() || !IsIssue(glance)) return false;
    const auto found = effects.find(glance.id());
    return found != effects.end() && found->second.course == wanted;
  };
  sections.Add(
      "escalated", "Waiting too long", kDecisions,
      [&](const Glance& glance) { return waiting.IsEscalated(glance); });
  // What may have hurt somebody is not outnumbered.
  sections.Add(
      "decision", "Needs your decision", kDecisions,
      [&](const Glance& glance) {
        return deserves(glance) && WantsDecision(glance) &&
               !went(glance, Effect::Course::kFalling);
      },
      [&](const Glance& glance) { return IsSevere(glance, severe_is_rare); });
  sections.Add("regressed", "Came back after an answer", kDecisions,
               [&](const Glance& glance) {
                 return (IsIssue(glance) && glance.state == v1::REOPENED) ||
                        went(glance, Effect::Course::kHeldNot);
               });
  sections.Add("top", "Top of your scope", top, [&](const Glance& glance) {
    return deserves(glance) && IsOpenIssue(glance) &&
           !IsOverdue(glance, request.to) &&
           !went(glance, Effect::Course::kFalling);
  });
  sections.Add("new", "New", kNew, [&](const Glance& glance) {
    return mode == ScopePace::Mode::kSmall
               ? IsIssue(glance) && !glance.was_shown
               : course(glance, Trend::Course::kNew);
  });
  sections.Add("rising", "Rising", kNew, [&](const Glance& glance) {
    return course(glance, Trend::Course::kRising);
  });
  sections.Add("falling", "Falling", kNew, [&](const Glance& glance) {
    return went(glance, Effect::Course::kFalling);
  });
  sections.Add("recognition", "Good work", kRecognition,
               [&](const Glance& glance) {
                 if (!IsPraise(glance)) return false;
                 if (mode != ScopePace::Mode::kSmall) return deserves(glance);
                 return !glance.was_shown || Sections::Fresh(glance) > 0;
               });
  sections.Add("overdue", "Overdue", kDue, [&](const Glance& glance) {
    return IsOverdue(glance, request.to);
  });
  sections.Add("due", "Due next", kDue, [&](const Glance& glance) {
    return IsOpenIssue(glance) && glance.timed && glance.facts->due != kNever;
  });
  sections.Add(
      "answered", "You said, we did", kAnswered,
      [&](const Glance& glance) { return sections.AnsweredSince(glance); });
  sections.Add("unmuted", "Shown again after being hidden", kAnswered,
               [&](const Glance& glance) {
                 return request.before.any && glance.timed &&
                        glance.facts->muted_until != kNever &&
                        glance.facts->muted_until >
                            absl::ToUnixSeconds(request.before.to);
               });
}

void AddTotals(const LeaderView& view, const std::vector<Glance>& all,
               uint32_t hidden, ShownCounts& shown, v1::Digest& digest) {
  const auto untriaged_topic = view.model().words.topics.Find(kUntriaged);
  uint64_t fresh = 0;
  uint64_t untriaged = 0;
  shown.reserve(all.size());
  for (const Glance& glance : all) {
    fresh += Sections::Fresh(glance);
    if (!glance.hidden && glance.topic == untriaged_topic) {
      untriaged += glance.observations;
    }
    shown.emplace_back(glance.id(), glance.hidden ? 0 : glance.observations);
  }
  if (!std::is_sorted(shown.begin(), shown.end())) {
    std::sort(shown.begin(), shown.end());
  }
  *digest.mutable_observations() = CountOf(fresh, false, 0);
  *digest.mutable_untriaged() = CountOf(untriaged, false, 0);
  digest.set_hidden_by_small_groups(hidden);
  if (hidden > 0 && view.slice()) {
    *digest.mutable_next_visible() = contract::ToStamp(view.next_shift_end());
  }
}

// How much there is, and how good it is. Reads facts alone.
void AddCounts(const LeaderView& view, const Matter& matter, ShownCounts& shown,
               v1::Digest& digest) {
  const std::vector<Glance>& all = matter.listing.seen;
  *digest.mutable_quality() = QualityOf(view, all, matter.muted);
  AddTotals(view, all, matter.listing.hidden, shown, digest);
  const ScopePace& pace = *matter.pace;
  if (pace.mode() == ScopePace::Mode::kSmall) return;
  digest.set_steady(static_cast<uint32_t>(
      std::count_if(all.begin(), all.end(), [&](const Glance& glance) {
        return IsIssue(glance) &&
               !Deserves(glance, pace.mode(), pace.SevereIsRare());
      })));
}

// Needs the sections: it tells what they do not.
void AddStory(const LeaderView& view, const std::vector<Glance>& all,
              v1::Digest& digest) {
  std::vector<std::string> quoted;
  for (const v1::DigestSection& section : digest.sections()) {
    for (const v1::DigestItem& item : section.items()) {
      for (const v1::Verbatim& v : item.verbatims()) quoted.push_back(v.text());
    }
  }
  std::vector<const Glance*> fresh;
  for (const Glance& glance : all) {
    if (glance.quotable_length > 0 && IsOpenIssue(glance) &&
        (!glance.was_shown || Sections::Fresh(glance) > 0)) {
      fresh.push_back(&glance);
    }
  }
  v1::Story story;
  if (PickStory(view, fresh, quoted, story)) {
    *digest.mutable_story() = std::move(story);
  }
}

// What lists insights: reads their words as well.
void AddLists(const DigestRequest& request, const LeaderView& view,
              const Matter& matter, const Waiting& waiting,
              const WhereAndWhen* where_and_when, Built& built) {
  const ScopePace& pace = *matter.pace;
  std::vector<Glance> listed;
  for (const Glance& glance : matter.listing.seen) {
    if (glance.escalation != v1::Escalation::STAGE_UNSPECIFIED ||
        MayBeListed(glance, pace.mode(), pace.SevereIsRare())) {
      listed.push_back(glance);
    }
  }
  SortByPriority(listed);
  Sections sections(view, request, listed, matter.effects, waiting, built);
  AddSections(request, pace, matter.effects, waiting, sections);
  if (where_and_when == nullptr) return;
  v1::WhereAndWhen where = where_and_when->Build();
  if (where.cells_size() > 0 || !where.visit().empty() ||
      !where.shift_gap().empty()) {
    *built.digest.mutable_where() = std::move(where);
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
  // Not made when only sections were asked for.
  const bool blocks = request.ask.sections().empty();
  WhereAndWhen where_and_when(view, request.to);
  WhereAndWhen* const where = blocks ? &where_and_when : nullptr;
  Matter matter;
  Gather(model, view, request, where, matter);
  const std::vector<Glance>& all = matter.listing.seen;
  const ScopePace& pace = *matter.pace;
  const Waiting waiting(model, leader, request.to);
  FillFrame(model, leader, digest);
  FillSubscription(request.subscription, digest);
  FillPeriod(model, request, view, digest);
  v1::Digest sums;
  os::BothAtOnce(
      all.size() >= request.worth_a_thread,
      [&] { AddLists(request, view, matter, waiting, where, built); },
      [&] {
        if (blocks) AddSums(request, view, leader, matter, sums);
        AddCounts(view, matter, built.shown, sums);
      });
  digest.MergeFrom(sums);
  if (blocks) {
    AddStory(view, all, digest);
    AddNotApplied(view, leader, request, digest);
  }
  digest.set_empty(blocks && digest.sections_size() == 0 &&
                   digest.not_applied_size() == 0 &&
                   digest.observations().value() == 0);
  digest.set_headline(
      pace.mode() == ScopePace::Mode::kLearning
          ? fmt::format("Learning what is usual here: day {} of {}",
                        pace.learned_days() + 1, ScopePace::kLearningDays)
          : Headline(view, all, matter.listing.hidden));
  return built;
}

}  // namespace earshot::feed
