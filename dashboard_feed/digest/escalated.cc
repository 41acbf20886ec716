#include "dashboard_feed/digest/escalated.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "dashboard_feed/digest/frame.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/digest/waiting.h"
#include "proto/contract/names.h"
#include "proto/contract/score.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

// Cheaper than a view, which goes through all places: most leaders are not
// concerned.
bool MayConcern(const Model& model, const v1::Leader& leader,
                const EscalatedRequest& request) {
  const std::set<std::string> acts_for =
      ActsFor(model.organisation, leader, request.now);
  std::optional<contract::LeaderScope> scope;
  for (const uint64_t id : request.insights) {
    const auto waits = model.waiting.find(id);
    if (waits == model.waiting.end()) continue;
    if (acts_for.contains(waits->second.told.leader())) return true;
    const Facts* facts = model.insights.Find(id);
    if (waits->second.told.stage() != v1::Escalation::OVERDUE ||
        facts == nullptr) {
      continue;
    }
    if (!scope) scope.emplace(model.organisation, leader);
    if (scope->OfTopic(model.words.topics[facts->topic]) != 0) return true;
  }
  return false;
}

bool Takes(const v1::Subscription* subscription, const Glance& glance) {
  if (subscription == nullptr || subscription->kinds().empty()) return true;
  const auto& kinds = subscription->kinds();
  return std::find(kinds.begin(), kinds.end(),
                   contract::KindName(glance.kind)) != kinds.end();
}

std::vector<Glance> Concerning(const LeaderView& view, const Waiting& waiting,
                               const EscalatedRequest& request,
                               std::deque<Facts>& held) {
  const v1::Subscription* subscription = request.subscription;
  const v1::Scope* narrow = subscription != nullptr && subscription->has_scope()
                                ? &subscription->scope()
                                : nullptr;
  std::vector<Glance> glances;
  for (const uint64_t id : request.insights) {
    const auto glance = view.One(id, narrow, held);
    if (glance && waiting.IsEscalated(*glance) &&
        Takes(subscription, *glance)) {
      glances.push_back(*glance);
    }
  }
  SortByPriority(glances);
  return glances;
}

std::string Headline(const v1::DigestSection& section) {
  const size_t count = static_cast<size_t>(section.items_size()) +
                       static_cast<size_t>(section.more());
  if (count > 1) return fmt::format("{} insights wait too long", count);
  const v1::DigestItem& item = section.items(0);
  return fmt::format("#{} {}: {}", item.insight(), item.title(),
                     item.waiting());
}

}  // namespace

std::optional<v1::Digest> BuildEscalated(const Model& model,
                                         const v1::Leader& leader,
                                         const EscalatedRequest& request) {
  if (!MayConcern(model, leader, request)) return std::nullopt;
  const LeaderView view(
      model, leader, request.now,
      request.subscription != nullptr ? request.subscription->time_zone() : "");
  const Waiting waiting(model, leader, request.now);
  v1::Digest digest;
  FillFrameAtOnce(model, leader, request.period, request.now, view.zone(),
                  digest);
  FillSubscription(request.subscription, digest);
  v1::DigestSection& section = *digest.add_sections();
  section.set_name("escalated");
  section.set_title("Waiting too long");
  std::deque<Facts> held;
  for (const Glance& glance : Concerning(view, waiting, request, held)) {
    if (section.items_size() == kMostEscalatedListed) {
      section.set_more(section.more() + 1);
      continue;
    }
    const auto seen = view.Find(glance.id());
    if (!seen) continue;
    v1::DigestItem& item = *section.add_items();
    item = MakeItem(*seen, view.rules(), view.zone(), 0);
    item.set_rank(static_cast<uint32_t>(section.items_size()));
    item.set_waiting(waiting.Text(seen->insight, view.zone()));
  }
  if (section.items().empty()) return std::nullopt;
  digest.set_headline(Headline(section));
  return digest;
}

bool EscalationBreaksQuiet(const v1::Insight& insight) {
  return insight.escalation().stage() != v1::Escalation::REMINDED &&
         (insight.kind() == v1::OBSERVATION_KIND_RISK ||
          contract::ShowsEverySite(insight));
}

}  // namespace earshot::feed
