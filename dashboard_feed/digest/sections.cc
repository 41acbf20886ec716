#include "dashboard_feed/digest/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/rank.h"
#include "proto/contract/times.h"

namespace earshot::feed {

uint64_t Sections::Fresh(const Glance& glance) {
  return glance.hidden || glance.observations <= glance.before
             ? 0
             : glance.observations - glance.before;
}

bool Sections::AnsweredSince(const Glance& glance) const {
  if (!glance.answered) return false;
  const int64_t before = absl::ToUnixSeconds(request_.before.to);
  const int64_t closed = glance.facts->closed_at;
  return !request_.before.any || glance.facts->answered_at > before ||
         (closed > before && closed <= absl::ToUnixSeconds(request_.to));
}

std::optional<v1::DigestItem> Sections::ItemOf(const Glance& glance) const {
  auto seen = view_.Find(glance.id());
  if (!seen) return std::nullopt;
  const Model& model = view_.model();
  if (glance.lately != nullptr) seen->lately = *glance.lately;
  RankInScope(*seen, model.organisation.priority(), request_.to);
  v1::DigestItem item =
      MakeItem(*seen, view_.rules(), view_.zone(), Fresh(glance));
  v1::CostEstimate cost;
  if (EstimateCost(model.words.currencies, glance, glance.observations, cost)) {
    *item.mutable_cost() = std::move(cost);
  }
  item.set_waiting(waiting_.Text(seen->insight, view_.zone()));
  const auto effect = effects_.find(glance.id());
  if (effect != effects_.end()) {
    item.set_since_answer(
        SinceAnswer::Text(effect->second, view_.rules().numbers, view_.zone()));
  } else if (glance.answered) {
    item.set_since_answer(SinceAnswer::TooEarly(glance, request_.to));
  }
  if (seen->insight.has_muted() &&
      contract::ToTime(seen->insight.muted().until()) > request_.before.to) {
    const v1::Muted& muted = seen->insight.muted();
    item.set_muted(fmt::format(
        "hidden by {} until {}: {}", muted.leader(),
        absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(muted.until()),
                         view_.zone()),
        muted.reason()));
  }
  return item;
}

void Sections::Add(const char* name, const char* title, size_t most,
                   const Belongs& belongs, const Belongs& first) {
  const auto& wanted = request_.ask.sections();
  const bool shown = wanted.empty() || std::find(wanted.begin(), wanted.end(),
                                                 name) != wanted.end();
  if (request_.ask.all()) most = kMostAsked;
  v1::DigestSection section;
  section.set_name(name);
  section.set_title(title);
  Filling filling{section, most, shown, 0, {}};
  if (first) {
    Fill(filling, [&](const Glance& glance) {
      return belongs(glance) && first(glance);
    });
  }
  Fill(filling, [&](const Glance& glance) {
    return belongs(glance) && !(first && first(glance));
  });
  if (!shown || section.items_size() == 0) return;
  built_.items += static_cast<size_t>(section.items_size());
  // What is cut off here may still be listed further down.
  *built_.digest.add_sections() = std::move(section);
}

void Sections::Fill(Filling& filling, const Belongs& belongs) {
  v1::DigestSection& section = filling.section;
  for (const Glance& glance : sorted_) {
    if (!belongs(glance) || listed_.contains(glance.id())) continue;
    if (request_.ask.all() && filling.passed < request_.ask.after()) {
      ++filling.passed;
      listed_.insert(glance.id());
      continue;
    }
    const bool moves = glance.lately != nullptr && !request_.ask.all();
    if (static_cast<size_t>(section.items_size()) == filling.most ||
        bytes_ > kMostBytes ||
        (moves && filling.of_topic[glance.topic] == kMostOfATopic)) {
      section.set_more(section.more() + 1);
      continue;
    }
    auto made = ItemOf(glance);
    if (!made) continue;
    if (moves) ++filling.of_topic[glance.topic];
    listed_.insert(glance.id());
    if (glance.lately != nullptr) {
      // Those that were counted with it need no line of their own.
      listed_.insert(glance.lately->akin.begin(), glance.lately->akin.end());
    }
    v1::DigestItem& item = *section.add_items();
    item = *std::move(made);
    item.set_rank(static_cast<uint32_t>(section.items_size()) + filling.passed);
    if (filling.shown) bytes_ += item.ByteSizeLong();
  }
}

}  // namespace earshot::feed
