#include "dashboard_feed/digest/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "proto/contract/times.h"

namespace earshot::feed {

uint64_t Sections::Fresh(const Seen& seen) const {
  if (seen.hidden) return 0;
  const auto shown = request_.before.shown.find(seen.insight.id());
  const uint64_t before =
      shown == request_.before.shown.end() ? 0 : shown->second;
  return seen.observations > before ? seen.observations - before : 0;
}

bool Sections::IsNew(const Seen& seen) const {
  return !request_.before.shown.contains(seen.insight.id());
}

bool Sections::AnsweredSince(const Seen& seen) const {
  if (seen.insight.answers_size() == 0) return false;
  const auto& last = seen.insight.answers(seen.insight.answers_size() - 1);
  return !request_.before.any ||
         contract::ToTime(last.at()) > request_.before.to;
}

v1::DigestItem Sections::ItemOf(const Seen& seen) const {
  v1::DigestItem item =
      MakeItem(seen, view_.rules(), view_.zone(), Fresh(seen));
  v1::CostEstimate cost;
  if (EstimateCost(seen, seen.observations, cost)) {
    *item.mutable_cost() = std::move(cost);
  }
  const auto effect = effects_.find(seen.insight.id());
  if (effect != effects_.end()) {
    item.set_since_answer(
        SinceAnswer::Text(effect->second, view_.rules().numbers, view_.zone()));
  }
  if (seen.insight.has_muted() &&
      contract::ToTime(seen.insight.muted().until()) > request_.before.to) {
    const v1::Muted& muted = seen.insight.muted();
    item.set_muted(fmt::format(
        "hidden by {} until {}: {}", muted.leader(),
        absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(muted.until()),
                         view_.zone()),
        muted.reason()));
  }
  return item;
}

void Sections::Add(const char* name, const char* title, size_t most,
                   const std::function<bool(const Seen&)>& belongs) {
  const auto& wanted = request_.ask.sections();
  const bool shown = wanted.empty() || std::find(wanted.begin(), wanted.end(),
                                                 name) != wanted.end();
  if (request_.ask.all()) most = kMostAsked;
  v1::DigestSection section;
  section.set_name(name);
  section.set_title(title);
  uint32_t passed = 0;
  for (const Seen& seen : all_) {
    if (listed_.contains(seen.insight.id()) || !belongs(seen)) continue;
    if (request_.ask.all() && passed < request_.ask.after()) {
      ++passed;
      listed_.insert(seen.insight.id());
      continue;
    }
    if (static_cast<size_t>(section.items_size()) == most ||
        bytes_ > kMostBytes) {
      section.set_more(section.more() + 1);
      continue;
    }
    listed_.insert(seen.insight.id());
    // Those that were counted with it need no line of their own.
    listed_.insert(seen.lately.akin.begin(), seen.lately.akin.end());
    v1::DigestItem& item = *section.add_items();
    item = ItemOf(seen);
    item.set_rank(static_cast<uint32_t>(section.items_size()) + passed);
    if (shown) bytes_ += item.ByteSizeLong();
  }
  if (!shown || section.items_size() == 0) return;
  built_.items += static_cast<size_t>(section.items_size());
  // What is cut off here may still be listed further down.
  *built_.digest.add_sections() = std::move(section);
}

}  // namespace earshot::feed
