#include <fmt/format.h>

#include <map>
#include <string>

#include "earshot/v1/guidance.pb.h"
#include "proto/contract/names.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"

// What every colleague at a site may read: that an issue, or praise, which
// enough of them have reported was answered. Never a verbatim.
namespace earshot::router {
namespace {

std::string NewsText(const v1::Insight& insight, const v1::Answer& answer) {
  const std::string& about =
      insight.title().empty() ? insight.topic() : insight.title();
  if (insight.kind() == v1::OBSERVATION_KIND_PRAISE) {
    return fmt::format("Praise ({}). {}: {}", about, answer.leader(),
                       answer.text());
  }
  return fmt::format("{}: {}. {}: {}", about,
                     contract::StateName(answer.state()), answer.leader(),
                     answer.text());
}

}  // namespace

absl::Status Fold::OweNews(const v1::Insight& insight, const v1::Answer& answer,
                           Work& work) {
  const uint32_t fewest = FewestOfNumbers();
  std::map<std::string, uint32_t> people;
  for (const v1::Cell& cell : insight.cells()) {
    people[cell.site()] += cell.reporters();
  }
  for (const auto& [site, count] : people) {
    if (count < fewest) continue;
    v1::SiteNews news;
    news.set_id(Key(router_key_, "news", answer.id(), site));
    news.set_site(site);
    news.set_insight(insight.id());
    news.set_text(NewsText(insight, answer));
    *news.mutable_at() = answer.at();
    absl::Status status = OweNewsTo(site, news, work);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Fold::OweNewsTo(const std::string& site, const v1::SiteNews& news,
                             Work& work) {
  const auto agents = agents_.find(site);
  if (agents == agents_.end()) return absl::OkStatus();
  absl::Status status = views_.PutNews(news);
  for (const std::string& agent : agents->second) {
    if (!status.ok()) return status;
    work.owed.insert(agent);
    status = views_.OweReply(agent, v1::REPLY_SITE_NEWS, news.id(), "");
  }
  return status;
}

std::string Fold::ThanksId(const std::string& observation) const {
  return Key(router_key_, "thanks", observation);
}

// Praise that names somebody is news where they work, at once: who is praised,
// and what for by its title or topic, never in whose words.
absl::Status Fold::OweThanks(const v1::Insight& insight,
                             const Evidence& evidence, Work& work) {
  if (evidence.thanked.empty()) return absl::OkStatus();
  v1::SiteNews news;
  news.set_id(ThanksId(evidence.observation.observation()));
  news.set_site(evidence.observation.site());
  news.set_insight(insight.id());
  news.set_text(
      fmt::format("Praise for {} ({})", evidence.thanked,
                  insight.title().empty() ? insight.topic() : insight.title()));
  *news.mutable_at() = evidence.observation.observed_at();
  return OweNewsTo(news.site(), news, work);
}

}  // namespace earshot::router
