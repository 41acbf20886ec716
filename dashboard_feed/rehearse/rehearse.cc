#include "dashboard_feed/rehearse/rehearse.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/os/files.h"
#include "base/os/status_text.h"
#include "dashboard_feed/at_once/at_once.h"
#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/rehearse/digest_file.h"
#include "dashboard_feed/rehearse/organisation_file.h"
#include "dashboard_feed/rehearse/samples.h"
#include "dashboard_feed/rehearse/stage.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/schedule/schedule.h"
#include "dashboard_feed/templates/catalogue.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/times.h"
#include "router/organisation/organisation.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kSampleIds = 20;

// One digest to be written.
struct DueDigest {
  absl::Time at;
  size_t subscription = 0;
  Due due;
};

std::vector<DueDigest> Calendar(const v1::Subscriptions& subscriptions,
                                const v1::Organisation& organisation,
                                absl::Time from, absl::Time to) {
  std::vector<DueDigest> calendar;
  for (int i = 0; i < subscriptions.subscriptions_size(); ++i) {
    const v1::Subscription& subscription = subscriptions.subscriptions(i);
    absl::TimeZone zone = absl::UTCTimeZone();
    for (const v1::Leader& leader : organisation.leaders()) {
      if (leader.id() == subscription.leader()) {
        zone = ZoneOf(subscription, leader);
      }
    }
    const absl::Duration step =
        subscription.cadence() == v1::Subscription::EVERY_MINUTES
            ? absl::Minutes(1)
            : absl::Minutes(15);
    std::string last;
    for (absl::Time at = from; at <= to; at += step) {
      auto due = LatestDue(subscription, zone, at);
      if (!due || due->key == last) continue;
      last = due->key;
      if (due->to < from || due->to > to) continue;
      calendar.push_back({due->to, static_cast<size_t>(i), *std::move(due)});
    }
  }
  std::stable_sort(
      calendar.begin(), calendar.end(),
      [](const DueDigest& a, const DueDigest& b) { return a.at < b.at; });
  return calendar;
}

// Runs a rehearsal; its files.
class Run {
 public:
  Run(const Rehearsal& rehearsal, v1::Organisation organisation,
      v1::Subscriptions subscriptions, RowsInOrder rows)
      : rehearsal_(rehearsal),
        organisation_(std::move(organisation)),
        subscriptions_(std::move(subscriptions)),
        rows_(std::move(rows)) {}

  absl::StatusOr<Rehearsed> Play();

 private:
  absl::Status Open();
  absl::Status TakeUntil(absl::Time time);
  absl::Status Settle();
  absl::Status WriteDigest(const DueDigest& due);
  absl::Status WriteForms(v1::Digest digest, const std::string& path) const;
  void Alert(const RowReading& reading, const OrderedRow& row);

  const Rehearsal& rehearsal_;
  const v1::Organisation organisation_;
  const v1::Subscriptions subscriptions_;
  RowsInOrder rows_;
  std::unique_ptr<Stage> stage_;
  std::optional<Catalogue> templates_;
  Samples samples_;
  std::ofstream assignments_;
  std::ofstream alerts_;
  std::map<uint64_t, size_t> row_of_;  // rows that are not read yet
  std::map<std::string, Before> before_;
  std::set<uint64_t> insights_;
  size_t next_ = 0;
  Rehearsed done_;
};

absl::Status Run::Open() {
  std::error_code error;
  const std::string digests = rehearsal_.out + "/digests";
  std::filesystem::remove_all(digests, error);
  std::filesystem::create_directories(digests, error);
  const std::string folder = rehearsal_.out + "/.stage";
  std::filesystem::remove_all(folder, error);
  std::filesystem::create_directories(folder, error);
  assignments_.open(rehearsal_.out + "/assignments.jsonl", std::ios::trunc);
  alerts_.open(rehearsal_.out + "/alerts.jsonl", std::ios::trunc);
  if (error || !assignments_ || !alerts_) {
    return absl::PermissionDeniedError(fmt::format(
        "{} cannot be written to; choose another folder", rehearsal_.out));
  }
  auto stage = Stage::Open(folder, organisation_, subscriptions_);
  if (!stage.ok()) return stage.status();
  stage_ = *std::move(stage);
  auto templates = Catalogue::Load("");
  if (!templates.ok()) return templates.status();
  templates_ = *std::move(templates);
  return absl::OkStatus();
}

absl::Status Run::TakeUntil(absl::Time time) {
  for (; next_ < rows_.rows.size() && rows_.rows[next_].arrived <= time;
       ++next_) {
    const OrderedRow& row = rows_.rows[next_];
    stage_->clock().Set(row.arrived);
    const auto number = stage_->Put(row.row);
    if (absl::IsInvalidArgument(number.status())) {
      rows_.Refuse(row.line, os::StatusText(number.status()));
      continue;
    }
    if (!number.ok()) return number.status();
    row_of_[*number] = next_;
    ++done_.rows;
    if (rehearsal_.progress && next_ % 100 == 0) {
      rehearsal_.progress(next_, rows_.rows.size());
    }
  }
  stage_->clock().Set(time);
  return Settle();
}

absl::Status Run::Settle() {
  auto readings = stage_->Settle();
  if (!readings.ok()) return readings.status();
  for (const RowReading& reading : *readings) {
    const auto found = row_of_.find(reading.row);
    if (found == row_of_.end()) continue;
    OrderedRow& row = rows_.rows[found->second];
    row_of_.erase(found);
    const std::string id =
        row.row.id ? *row.row.id : fmt::format("line-{}", row.line);
    assignments_ << Json{{"id", id},
                         {"insight", reading.insight},
                         {"topic", reading.topic},
                         {"reason", reading.reason}}
                        .dump()
                 << '\n';
    const v1::Observation& said = row.row.observation;
    samples_.Add(reading.insight,
                 {id, said.site(), said.channel(), said.shift(), row.arrived});
    insights_.insert(reading.insight);
    Alert(reading, row);
    row.row = {};  // its text is not needed any more
  }
  return absl::OkStatus();
}

void Run::Alert(const RowReading& reading, const OrderedRow& row) {
  const v1::Observation& said = row.row.observation;
  if (row.arrived < rehearsal_.from || row.arrived > rehearsal_.to) return;
  v1::Alert alert;
  alert.set_topic(reading.topic);
  alert.set_kind(said.kind());
  alert.set_severity(said.severity());
  alert.set_site(said.site());
  alert.set_channel(said.channel());
  alert.set_shift(said.shift());
  if (said.has_observed_at()) {
    *alert.mutable_observed_at() = said.observed_at();
  }
  *alert.mutable_received_at() = contract::ToStamp(row.arrived);
  for (const v1::Leader& leader : organisation_.leaders()) {
    if (!IsToldAtOnce(organisation_, leader, alert, row.arrived)) continue;
    alerts_ << Json{{"leader", leader.id()},
                    {"at", absl::FormatTime(absl::RFC3339_sec, row.arrived,
                                            absl::UTCTimeZone())},
                    {"id", row.row.id.value_or("")},
                    {"insight", reading.insight},
                    {"topic", reading.topic},
                    {"site", said.site()},
                    {"severity", said.severity()}}
                   .dump()
            << '\n';
    ++done_.alerts;
  }
}

absl::Status Run::WriteDigest(const DueDigest& due) {
  const v1::Subscription& subscription =
      subscriptions_.subscriptions(static_cast<int>(due.subscription));
  const v1::Leader* leader = stage_->model().FindLeader(subscription.leader());
  if (leader == nullptr) return absl::OkStatus();
  DigestRequest request;
  request.subscription = &subscription;
  request.period = due.due.key;
  request.from = due.due.from;
  request.to = due.due.to;
  Before& before = before_[subscription.id()];
  request.before = before;
  Built built = BuildDigest(stage_->model(), *leader, request);
  before.any = true;
  before.to = due.due.to;
  before.shown = std::move(built.shown);
  before.numbers.assign(built.digest.numbers().begin(),
                        built.digest.numbers().end());
  const std::string folder =
      fmt::format("{}/digests/{}", rehearsal_.out, leader->id());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::ofstream file(fmt::format("{}/{}.json", folder, due.due.key));
  const contract::LeaderScope scope(organisation_, *leader);
  file << RehearsedDigestAsJson(built.digest, [&](const v1::DigestItem& item) {
    const auto scopes = scope.OfTopic(item.topic());
    std::vector<std::string> ids =
        samples_.Latest({item.insight()}, scope, scopes, kSampleIds);
    if (ids.empty()) return ids;
    // Fewer than its own, so that these are what the sample is of.
    std::vector<std::string> others =
        samples_.Latest({item.akin().begin(), item.akin().end()}, scope, scopes,
                        std::min(kSampleIds - ids.size(), ids.size() - 1));
    ids.insert(ids.end(), others.begin(), others.end());
    return ids;
  });
  absl::Status forms =
      WriteForms(built.digest, fmt::format("{}/{}", folder, due.due.key));
  if (!forms.ok()) return forms;
  if (error || !file) {
    return absl::UnavailableError(
        fmt::format("{} cannot be written to; is the disk full?", folder));
  }
  ++done_.digests;
  return absl::OkStatus();
}

// As people read it; of a log that nobody keeps, its head says nothing.
absl::Status Run::WriteForms(v1::Digest digest, const std::string& path) const {
  digest.clear_chain_head();
  if (rehearsal_.text) {
    std::ofstream(path + ".txt") << DigestAsText(digest, false);
  }
  if (!rehearsal_.html) return absl::OkStatus();
  const auto page = templates_->Render("page.html", digest, {});
  if (!page.ok()) return page.status();
  std::ofstream(path + ".html") << *page;
  return absl::OkStatus();
}

absl::StatusOr<Rehearsed> Run::Play() {
  absl::Status status = Open();
  if (!status.ok()) return status;
  const auto calendar =
      Calendar(subscriptions_, organisation_, rehearsal_.from, rehearsal_.to);
  for (size_t i = 0; i < calendar.size(); ++i) {
    if (i == 0 || calendar[i].at != calendar[i - 1].at) {
      status = TakeUntil(calendar[i].at);
    }
    if (status.ok()) status = WriteDigest(calendar[i]);
    if (!status.ok()) return status;
  }
  status = TakeUntil(rehearsal_.to);
  if (!status.ok()) return status;
  stage_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(rehearsal_.out + "/.stage", ignored);
  done_.insights = insights_.size();
  done_.refused = rows_.refused;
  done_.bad = std::move(rows_.bad);
  return std::move(done_);
}

}  // namespace

absl::StatusOr<Rehearsed> Rehearse(const Rehearsal& rehearsal) {
  std::vector<std::string> notes;
  auto organisation = LoadOrganisationFile(rehearsal.organisation, notes);
  if (!organisation.ok()) return organisation.status();
  v1::Subscriptions subscriptions = router::DefaultSubscriptions(*organisation);
  if (!rehearsal.subscriptions.empty()) {
    auto given =
        router::LoadSubscriptions(rehearsal.subscriptions, *organisation);
    if (!given.ok()) return given.status();
    subscriptions = *std::move(given);
  }
  std::ifstream in(rehearsal.observations);
  if (!in) {
    return absl::NotFoundError(fmt::format("{} cannot be read; check the path",
                                           rehearsal.observations));
  }
  RowsInOrder rows =
      ReadRowsInOrder(in, contract::RowFormatOf(rehearsal.observations));
  auto done = Run(rehearsal, *std::move(organisation), std::move(subscriptions),
                  std::move(rows))
                  .Play();
  if (done.ok()) done->notes = std::move(notes);
  return done;
}

}  // namespace earshot::feed
