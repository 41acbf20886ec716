#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/os/bytes.h"
#include "base/os/files.h"
#include "base/os/status_text.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "router/access/access.h"
#include "router/command_output.h"
#include "router/export_labels.h"
#include "router/log/log.h"
#include "router/views/views.h"

namespace earshot::router {
namespace {

using Json = nlohmann::ordered_json;

std::string When(absl::Time time) {
  if (time == absl::InfinitePast()) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Z", time, absl::LocalTimeZone());
}

void PrintJson(const Json& json) { fmt::print("{}\n", json.dump(2)); }

struct Stores {
  std::unique_ptr<Log> log;
  std::unique_ptr<Views> views;
};

absl::StatusOr<Stores> OpenStores(const Settings& settings) {
  Stores stores;
  auto log = Log::OpenForReading(settings.LogFile());
  if (!log.ok()) return NoRouterHere(settings, log.status());
  stores.log = *std::move(log);
  auto views = Views::OpenForReading(settings.ViewsFile());
  if (!views.ok()) return NoRouterHere(settings, views.status());
  stores.views = *std::move(views);
  return stores;
}

}  // namespace

absl::Status NoRouterHere(const Settings& settings,
                          const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  return absl::NotFoundError(
      fmt::format("no router has run on {}; give its --data-dir or --config",
                  settings.config.data_dir()));
}

absl::Status PrintStatus(const Settings& settings, bool json) {
  auto stores = OpenStores(settings);
  if (!stores.ok()) return stores.status();
  Json out;
  const auto number = [&](const char* name) {
    return stores->views->Number(name).value_or(0);
  };
  const uint64_t end = stores->log->End().value_or(0);
  const uint64_t folded = number("main");
  out["data_dir"] = settings.config.data_dir();
  out["log_end"] = end;
  out["backlog"] = end - std::min(end, folded);
  out["observations"] = number("observations");
  out["repeats"] = number("repeats");
  out["untriaged"] = number("untriaged");
  const uint64_t next = number("next_insight");
  out["insights"] = next > 0 ? next - 1 : 0;
  out["answers_not_yet_delivered"] =
      stores->views->PendingReplies().value_or(0);
  const auto letters = stores->log->DeadLetters("kept", 100000);
  out["dead_letters"] = letters.ok() ? letters->size() : 0;
  auto access = Access::Open(settings.AccessFile());
  if (access.ok()) out["enrolled"] = (*access)->List().size();
  if (json) {
    PrintJson(out);
    return absl::OkStatus();
  }
  for (const auto& [key, value] : out.items()) {
    fmt::print("{:<26} {}\n", key,
               value.is_string() ? value.get<std::string>() : value.dump());
  }
  return absl::OkStatus();
}

absl::Status PrintLabels(const Settings& settings, const std::string& since,
                         size_t most) {
  LabelOptions options{.most = most};
  std::string wrong;
  if (!since.empty() &&
      !absl::ParseTime(absl::RFC3339_full, since, &options.since, &wrong) &&
      !absl::ParseTime("%Y-%m-%d", since, absl::LocalTimeZone(), &options.since,
                       &wrong)) {
    return absl::InvalidArgumentError(
        fmt::format("--since {} is no time; give a day such as 2026-11-02, or "
                    "2026-11-02T08:00:00Z",
                    since));
  }
  auto stores = OpenStores(settings);
  if (!stores.ok()) return stores.status();
  return ExportLabels(*stores->log, *stores->views, options, std::cout);
}

absl::Status PrintAgents(const Settings& settings, bool json) {
  auto access = Access::Open(settings.AccessFile());
  if (!access.ok()) return NoRouterHere(settings, access.status());
  const std::vector<Enrolled> peers = (*access)->List();
  if (json) {
    Json out = Json::array();
    for (const Enrolled& peer : peers) {
      out.push_back({{"name", peer.name},
                     {"role", RoleName(peer.role)},
                     {"sites", peer.sites},
                     {"revoked", peer.revoked},
                     {"key", peer.public_key},
                     {"last_contact", When(peer.last_contact)},
                     {"build", peer.build}});
    }
    PrintJson(out);
    return absl::OkStatus();
  }
  fmt::print("{:<20} {:<6} {:<8} {:<26} {}\n", "NAME", "ROLE", "STATE",
             "LAST CONTACT", "SITES");
  for (const Enrolled& peer : peers) {
    fmt::print("{:<20} {:<6} {:<8} {:<26} {}\n", peer.name, RoleName(peer.role),
               peer.revoked ? "revoked" : "active", When(peer.last_contact),
               peer.sites.empty()
                   ? "any"
                   : fmt::format("{}", fmt::join(peer.sites, " ")));
  }
  return absl::OkStatus();
}

absl::Status PrintTrace(const Settings& settings, const std::string& id) {
  auto stores = OpenStores(settings);
  if (!stores.ok()) return stores.status();
  auto evidence = stores->views->FindObservationByPrefix(id);
  if (!evidence.ok()) return evidence.status();
  const auto record_id = os::FromHex(id);
  if (!*evidence && record_id.ok() && record_id->size() == contract::kIdBytes) {
    // What an agent calls it: only this router can tell which it is.
    const auto secret = os::ReadFile(settings.InData("hmac.key"), 64);
    if (!secret.ok()) return secret.status();
    evidence = stores->views->FindObservation(
        contract::MakeObservationId(*secret, {*record_id}).bytes);
    if (!evidence.ok()) return evidence.status();
  }
  if (!*evidence) {
    return absl::NotFoundError(
        "no observation has this id; give an agent's record id, as in "
        "'earshot-agent status', or the first digits of the router's own");
  }
  const auto row = stores->log->ReadOne((*evidence)->position);
  if (!row.ok()) return row.status();
  v1::ObservationRecord record;
  if (!*row || !record.ParseFromString((*row)->body)) {
    return absl::DataLossError("the log no longer holds it");
  }
  const auto line = [](std::string_view what, const std::string& text) {
    fmt::print("{:<14} {}\n", what, text);
  };
  line("observation", os::ToHex(record.observation()));
  line("observed",
       record.anonymous()
           ? fmt::format("{} shift of {}", record.shift(),
                         absl::FormatTime(
                             "%Y-%m-%d", contract::ToTime(record.observed_at()),
                             absl::UTCTimeZone()))
           : When(contract::ToTime(record.observed_at())));
  line("site", fmt::format("{} ({}), severity {}", record.site(),
                           record.channel(), record.severity()));
  // Who sent an anonymous report, and when to the minute, stays unsaid.
  if (!record.anonymous()) {
    line("received", fmt::format("{} from {}, log position {}",
                                 When(contract::ToTime(record.received_at())),
                                 (*row)->token.agent, (*row)->position));
  } else {
    line("received", "anonymous");
  }
  line("text", (*row)->erased ? "erased" : "kept, apart from the log");
  const auto reading_at = stores->views->ReadingOf((*evidence)->position);
  if (!reading_at.ok()) return reading_at.status();
  const auto reading_row = stores->log->ReadOne(*reading_at);
  v1::Reading reading;
  if (reading_row.ok() && *reading_row &&
      reading.ParseFromString((*reading_row)->body)) {
    line("read as",
         fmt::format("{}{}{}, confidence {:.2f}, rules {}", reading.topic(),
                     reading.rule().empty() ? "" : " by ", reading.rule(),
                     reading.confidence_milli() / 1000.0,
                     os::ToHex(reading.taxonomy())));
    line("joined", fmt::format("insight #{}: {}", reading.insight(),
                               v1::JoinReason_Name(reading.join())));
  }
  if ((*evidence)->withdrawn) line("withdrawn", "by its reporter");
  const auto insight = stores->views->FindInsight((*evidence)->insight);
  if (insight.ok() && *insight) {
    line("insight", fmt::format("#{} is {}, {} answers", (*insight)->id(),
                                contract::StateName((*insight)->state()),
                                (*insight)->answers_size()));
  }
  return absl::OkStatus();
}

absl::Status PrintDeadLetters(const Settings& settings, bool json) {
  auto log = Log::OpenForReading(settings.LogFile());
  if (!log.ok()) return NoRouterHere(settings, log.status());
  const auto letters = (*log)->DeadLetters("", 1000);
  if (!letters.ok()) return letters.status();
  if (json) {
    Json out = Json::array();
    for (const DeadLetter& letter : *letters) {
      out.push_back({{"id", letter.id},
                     {"agent", letter.agent},
                     {"code", letter.code},
                     {"state", letter.state},
                     {"at", When(absl::FromUnixSeconds(letter.at))},
                     {"text", letter.text}});
    }
    PrintJson(out);
    return absl::OkStatus();
  }
  fmt::print("{:<6} {:<20} {:<20} {:<9} {}\n", "ID", "AGENT", "WHY", "STATE",
             "WHAT TO DO");
  for (const DeadLetter& letter : *letters) {
    fmt::print("{:<6} {:<20} {:<20} {:<9} {}\n", letter.id, letter.agent,
               letter.code, letter.state, letter.text);
  }
  return absl::OkStatus();
}

absl::Status PrintDeadLetter(const Settings& settings, uint64_t id) {
  auto log = Log::OpenForReading(settings.LogFile());
  if (!log.ok()) return NoRouterHere(settings, log.status());
  const auto letter = (*log)->FindDeadLetter(id);
  if (!letter.ok()) return letter.status();
  if (!*letter) return absl::NotFoundError("no dead letter has this number");
  fmt::print("agent   {}\nwhy     {}\nnext    {}\nstate   {}\n",
             (*letter)->agent, (*letter)->code, (*letter)->text,
             (*letter)->state);
  v1::Record record;
  v1::Observation observation;
  if (!(*letter)->record.empty() && record.ParseFromString((*letter)->record) &&
      record.kind() == v1::RECORD_OBSERVATION &&
      observation.ParseFromString(record.body())) {
    fmt::print("record\n{}", observation.Utf8DebugString());
  } else if ((*letter)->record.empty()) {
    fmt::print(
        "record  not parsable; its bytes are in the quarantine folder\n");
  }
  return absl::OkStatus();
}

}  // namespace earshot::router
