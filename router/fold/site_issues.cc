#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"
#include "router/insight/insight.h"

// Which issues are known at a site: so that who sees one there can say "me
// too", and how far it is. Never a verbatim, and of no small group.
namespace earshot::router {
namespace {

constexpr uint32_t kFewest = 5;  // people, unless configured

std::map<std::string, uint32_t> PeopleBySite(const v1::Insight& insight) {
  std::map<std::string, uint32_t> people;
  for (const v1::Cell& cell : insight.cells()) {
    if (cell.observations() > 0) people[cell.site()] += cell.reporters();
  }
  return people;
}

// What a leader has called it may be told at every site where it was seen, once
// it is no small group's: the words are the leader's. Of what people there live
// through themselves only what enough of the same site said.
bool ToldEverywhere(const v1::Insight& insight, uint32_t fewest) {
  return !insight.title().empty() && insight.reporters() >= fewest &&
         !HoldsExperience(insight);
}

bool ToldAt(const v1::Insight& insight, uint32_t people, uint32_t fewest) {
  return people >= fewest || (people > 0 && ToldEverywhere(insight, fewest));
}

bool SameWords(const v1::SiteIssue& one, const v1::SiteIssue& other) {
  return one.title() == other.title() && one.state() == other.state() &&
         one.kind() == other.kind() && one.owner() == other.owner() &&
         one.due().seconds() == other.due().seconds();
}

}  // namespace

uint32_t Fold::FewestOfNumbers() const {
  const uint32_t given = organisation_.small_groups().numbers();
  return given == 0 ? kFewest : given;
}

// One more reporter may be the one with whom a site, or all of them, are told.
void Fold::NoteIssue(const v1::Insight& insight, const std::string& site,
                     Work& work) const {
  const uint32_t fewest = FewestOfNumbers();
  if (insight.reporters() < fewest) return;
  uint32_t people = 0;
  for (const v1::Cell& cell : insight.cells()) {
    if (cell.site() == site) people += cell.reporters();
  }
  const bool first = ToldEverywhere(insight, fewest) &&
                     (people == 1 || insight.reporters() == fewest);
  if (people == fewest || first) work.issues.insert(insight.id());
}

// By a leader, or else as the taxonomy has it; empty: it has no name yet.
std::string Fold::NameOf(const v1::Insight& insight) {
  if (!insight.title().empty()) return insight.title();
  std::shared_ptr<const Taxonomy> taxonomy;
  {
    const std::lock_guard lock(mutex_);
    taxonomy = taxonomy_;
  }
  const TopicDetails* topic =
      taxonomy == nullptr ? nullptr : taxonomy->Find(insight.topic());
  if (topic == nullptr) return {};
  return topic->title.empty() ? topic->path : topic->title;
}

absl::Status Fold::TellSites(Work& work) {
  for (const auto& [id, why] : work.why) work.issues.insert(id);
  for (const uint64_t id : work.issues) {
    const auto found = work.insights.find(id);
    if (found == work.insights.end()) continue;
    absl::Status status = TellSitesOf(found->second, work);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Fold::TellSitesOf(const v1::Insight& insight, Work& work) {
  const uint32_t fewest = FewestOfNumbers();
  v1::SiteIssue now;
  now.set_insight(insight.id());
  now.set_title(NameOf(insight));
  now.set_state(insight.state());
  now.set_kind(insight.kind());
  now.set_owner(insight.owner());
  if (insight.has_due()) *now.mutable_due() = insight.due();
  std::map<std::string, uint32_t> people = PeopleBySite(insight);
  const auto told = views_.SiteIssuesOf(insight.id());
  if (!told.ok()) return told.status();
  for (const v1::SiteIssue& before : *told) {
    v1::SiteIssue next = now;
    next.set_id(before.id());
    next.set_site(before.site());
    next.set_number(before.number());
    const auto here = people.find(before.site());
    const bool still = here != people.end() && insight.merged_into() == 0 &&
                       ToldAt(insight, here->second, fewest);
    if (here != people.end()) people.erase(here);
    if (!still) {
      next.clear_title();
      next.clear_owner();
      next.clear_due();
    }
    if (SameWords(before, next)) continue;
    absl::Status status = PutSiteIssue(std::move(next), work);
    if (!status.ok()) return status;
  }
  if (now.title().empty() || insight.merged_into() != 0) {
    return absl::OkStatus();
  }
  for (const auto& [site, count] : people) {
    if (!ToldAt(insight, count, fewest)) continue;
    v1::SiteIssue first = now;
    // By what opened it: numbers are those of one run.
    first.set_id(Key(router_key_, "issue", insight.opened_by(), site));
    first.set_site(site);
    absl::Status status = PutSiteIssue(std::move(first), work);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Fold::PutSiteIssue(v1::SiteIssue issue, Work& work) {
  issue.set_number(issue.number() + 1);
  // To the hour, so that it says nothing of who was the last to report it.
  *issue.mutable_at() = contract::ToStamp(
      absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Wall()) / 3600 * 3600));
  absl::Status status = views_.PutSiteIssue(issue);
  const auto agents = agents_.find(issue.site());
  if (!status.ok() || agents == agents_.end()) return status;
  return OweSiteIssue(issue, agents->second, work);
}

// Machines that are new at a site are told what is known there.
absl::Status Fold::TellNewcomers(const AgentsBySite& now, Work& work) {
  for (const auto& [site, agents] : now) {
    const auto before = agents_.find(site);
    for (const std::string& agent : agents) {
      if (before != agents_.end() &&
          std::find(before->second.begin(), before->second.end(), agent) !=
              before->second.end()) {
        continue;
      }
      const auto issues = views_.SiteIssuesNotOwed(site, agent);
      if (!issues.ok()) return issues.status();
      for (const v1::SiteIssue& issue : *issues) {
        absl::Status status = OweSiteIssue(issue, {agent}, work);
        if (!status.ok()) return status;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Fold::OweSiteIssue(const v1::SiteIssue& issue,
                                const std::vector<std::string>& agents,
                                Work& work) {
  for (const std::string& agent : agents) {
    work.owed.insert(agent);
    // Each time anew; what is sent is how it is then.
    absl::Status status = views_.DropAcked(agent, issue.id());
    if (!status.ok()) return status;
    status = views_.OweReply(agent, v1::REPLY_SITE_ISSUE, issue.id(),
                             std::to_string(issue.number()));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The insight that a reporter has named by what this site was told of it; 0:
// none, or it was told elsewhere. Then the words decide, as of any report.
absl::StatusOr<uint64_t> Fold::SaidInsight(
    const v1::ObservationRecord& observation, Work& work) {
  if (observation.same_as().empty()) return uint64_t{0};
  const auto issue = views_.FindSiteIssue(observation.same_as());
  if (!issue.ok()) return issue.status();
  if (!*issue || (*issue)->site() != observation.site()) return uint64_t{0};
  const auto holder = MergedInto((*issue)->insight(), work);
  if (!holder.ok()) return holder.status();
  const auto insight = Touch(*holder, work);
  if (!insight.ok()) return insight.status();
  return *insight == nullptr ? uint64_t{0} : *holder;
}

}  // namespace earshot::router
