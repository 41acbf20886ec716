#include "dashboard_feed/explain/why.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/os/bytes.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/pace.h"
#include "dashboard_feed/digest/verbatims.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/explain/in_full.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

const Glance* FindIn(const LeaderView::Listing& listing, uint64_t insight) {
  const auto found = std::find_if(
      listing.seen.begin(), listing.seen.end(),
      [&](const Glance& glance) { return glance.id() == insight; });
  return found == listing.seen.end() ? nullptr : &*found;
}

bool AnyLeftOut(const v1::Digest& digest) {
  return std::any_of(
      digest.sections().begin(), digest.sections().end(),
      [](const v1::DigestSection& section) { return section.more() > 0; });
}

}  // namespace

std::optional<std::string> WhereListed(const v1::Digest& digest,
                                       uint64_t insight) {
  for (const v1::DigestSection& section : digest.sections()) {
    for (const v1::DigestItem& item : section.items()) {
      if (item.insight() == insight) {
        return fmt::format("in '{}' as number {}: {}", section.title(),
                           item.rank(), item.why());
      }
      if (std::count(item.akin().begin(), item.akin().end(), insight) > 0) {
        return fmt::format("counted with #{}, which is in '{}' as number {}",
                           item.insight(), section.title(), item.rank());
      }
    }
  }
  return std::nullopt;
}

std::string WhatNext(const Model& model, const v1::Leader& leader,
                     const DigestRequest& request, uint64_t insight) {
  const Built built = BuildDigest(model, leader, request);
  if (const auto listed = WhereListed(built.digest, insight)) {
    return "would be " + *listed;
  }
  const v1::Subscription* subscription = request.subscription;
  const LeaderView view(model, leader, request.to);
  const LeaderView::Listing listing =
      view.List(subscription != nullptr && subscription->has_scope()
                    ? &subscription->scope()
                    : nullptr);
  const Glance* glance = FindIn(listing, insight);
  const auto seen = view.Find(insight);
  if (glance == nullptr || !seen) {
    return "is outside the scope of this subscription";
  }
  const int64_t least =
      subscription != nullptr ? subscription->minimum_priority_milli() : 0;
  if (seen->insight.priority_milli() < least) {
    return fmt::format(
        "has priority {:.3f}, below the subscription's minimum of {:.3f}",
        static_cast<double>(seen->insight.priority_milli()) / 1000,
        static_cast<double>(least) / 1000);
  }
  const v1::Muted& muted = seen->insight.muted();
  if (contract::ToTime(muted.until()) > request.to) {
    return fmt::format("was hidden by {}: {}", muted.leader(), muted.reason());
  }
  if (subscription != nullptr && subscription->kinds_size() > 0 &&
      std::find(subscription->kinds().begin(), subscription->kinds().end(),
                contract::KindName(seen->insight.kind())) ==
          subscription->kinds().end()) {
    return fmt::format("is of kind '{}', which this subscription leaves out",
                       contract::KindName(seen->insight.kind()));
  }
  if (seen->insight.kind() == v1::OBSERVATION_KIND_NOISE) {
    return "is noise, which no digest lists";
  }
  const ScopePace pace(model, view.coverage(), request.to);
  ScopePace::Scratch scratch;
  if (pace.mode() != ScopePace::Mode::kSmall &&
      pace.Of(*glance->facts, scratch).trend.course == Trend::Course::kSteady) {
    return pace.mode() == ScopePace::Mode::kLearning
               ? "is not listed while what is usual here is still being learned"
               : "goes on as usual; a digest lists what is new, rising or "
                 "reopened, and counts the rest";
  }
  if (AnyLeftOut(built.digest)) {
    return "ranks below what the sections have room for; it is among the "
           "'more'";
  }
  return fmt::format("is {}, and nothing about it changed since the last one",
                     contract::StateName(seen->insight.state()));
}

std::string VerbatimsOf(const Seen& seen, const GroupRules& rules) {
  constexpr size_t kNameBytes = 4;
  std::string text;
  for (const v1::Verbatim& verbatim : VerbatimsInFull(seen, rules)) {
    text += fmt::format("  [{}] {}\n",
                        os::ToHex(verbatim.observation().substr(0, kNameBytes)),
                        ShortenVerbatim(verbatim.text()));
  }
  return text;
}

std::string HistoryOf(const v1::Insight& insight, absl::TimeZone zone) {
  std::string text;
  const auto kept = static_cast<uint64_t>(insight.history_size());
  if (insight.events() > kept) {
    text +=
        fmt::format("  ... and {} more, of before\n", insight.events() - kept);
  }
  for (const v1::InsightEvent& event : insight.history()) {
    text += fmt::format(
        "  {} {} by {}: {}{}\n",
        absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(event.at()), zone),
        event.verb(), event.leader(),
        event.not_applied().empty()
            ? std::string(contract::StateName(event.state()))
            : "not applied, " + event.not_applied(),
        event.detail().empty() ? "" : "; " + event.detail());
  }
  return text;
}

}  // namespace earshot::feed
