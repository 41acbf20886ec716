#include "router/commands_audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/clock.h"
#include "base/os/status_text.h"
#include "base/telemetry/progress.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "router/command_output.h"
#include "router/log/log.h"
#include "router/log/verify.h"
#include "router/views/views.h"

namespace earshot::router {

struct AuditCommands::Options {
  std::string head;
  std::string insight;
};

namespace {

constexpr uint64_t kWindow = 100000;  // records looked through at once
constexpr size_t kPage = 1000;

absl::Status Verify(const Settings& settings, const std::string& head) {
  const bool hex = std::all_of(head.begin(), head.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (!hex) {
    return absl::InvalidArgumentError(
        "--head is the hash that a digest ends with: digits, and a to f");
  }
  uint64_t end = 0;
  {
    auto log = Log::OpenForReading(settings.LogFile());
    if (!log.ok()) return NoRouterHere(settings, log.status());
    end = (*log)->End().value_or(0);
  }
  const os::SystemClock clock;
  telemetry::Progress progress(clock, end);
  const auto verdict = VerifyLog(settings.LogFile(), head, [&](uint64_t done) {
    progress.Show(done, "records read");
  });
  progress.Clear();
  if (!verdict.ok()) return verdict.status();
  fmt::print("{:<10} {}\n{:<10} {}\n{:<10} {}\n{:<10} {}\n{:<10} {}\n",
             "records", verdict->records, "commits", verdict->commits,
             "personal", fmt::format("{} as written", verdict->personal),
             "erased", verdict->erased, "head", os::ToHex(verdict->head));
  if (verdict->broken_at != 0) {
    return absl::DataLossError(fmt::format(
        "the chain breaks at position {}: {}. Keep this file as it is, and "
        "restore the router from a copy that verifies",
        verdict->broken_at, verdict->what));
  }
  if (!head.empty() && !verdict->found) {
    return absl::DataLossError(fmt::format(
        "no commit has a hash that begins with {}: this log is another one, "
        "or was made anew",
        head));
  }
  fmt::print("ok: every record is as it was committed\n");
  return absl::OkStatus();
}

std::string When(const google::protobuf::Timestamp& stamp) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", contract::ToTime(stamp),
                          absl::LocalTimeZone());
}

// Every record about one insight, by its position in the log. Of anonymous
// reports only the day is told, and no position: that would tell who was
// before whom.
class Trail {
 public:
  Trail(Log& log, Views& views, uint64_t insight)
      : log_(log), views_(views), insight_(insight) {}

  absl::Status Print() {
    const auto insight = views_.FindInsight(insight_);
    if (!insight.ok()) return insight.status();
    if (!*insight) {
      return absl::NotFoundError(
          fmt::format("there is no insight #{}", insight_));
    }
    absl::Status noted = NoteParts(**insight);
    if (!noted.ok()) return noted;
    absl::Status status = Evidence();
    if (status.ok()) status = Changes();
    if (!status.ok()) return status;
    fmt::print("#{}  {}  {}  {} observations of {} people\n\n", insight_,
               (*insight)->topic(), contract::StateName((*insight)->state()),
               (*insight)->observations(), (*insight)->reporters());
    for (const auto& [day, count] : anonymous_) {
      fmt::print("{:>12}  {:<19}  {}\n", "-", day,
                 fmt::format("{} anonymous {}", count,
                             count == 1 ? "report" : "reports"));
    }
    if (anonymous_verdicts_ > 0) {
      fmt::print("{:>12}  {:<19}  fixed?   {} anonymous\n", "-", "",
                 anonymous_verdicts_);
    }
    for (const auto& [position, line] : lines_) {
      fmt::print("{:>12}  {}\n", position, line);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Evidence() {
    Views::Place after;
    while (true) {
      const auto places = views_.EvidenceAfter(insight_, after, kPage);
      if (!places.ok()) return places.status();
      if (places->empty()) return absl::OkStatus();
      after = places->back();
      for (const Views::Place& place : *places) {
        absl::Status status = Report(place.position);
        if (!status.ok()) return status;
      }
    }
  }

  absl::Status Report(uint64_t position) {
    const auto row = log_.ReadOne(position);
    if (!row.ok()) return row.status();
    v1::ObservationRecord record;
    if (!*row || !record.ParseFromString((*row)->body)) {
      return absl::DataLossError("the log no longer holds a report");
    }
    if (record.anonymous()) {
      ++anonymous_[absl::FormatTime("%Y-%m-%d",
                                    contract::ToTime(record.observed_at()),
                                    absl::UTCTimeZone())];
      return absl::OkStatus();
    }
    const auto at = views_.ReadingOf(position);
    if (!at.ok()) return at.status();
    const auto reading_row = log_.ReadOne(*at);
    if (!reading_row.ok()) return reading_row.status();
    v1::Reading reading;
    if (*reading_row) reading.ParseFromString((*reading_row)->body);
    lines_.emplace(position, fmt::format("{}  report   {}, severity {}{}; {}",
                                         When(record.observed_at()),
                                         record.site(), record.severity(),
                                         (*row)->erased ? ", erased" : "",
                                         v1::JoinReason_Name(reading.join())));
    return absl::OkStatus();
  }

  absl::Status Changes() {
    const auto end = log_.End();
    if (!end.ok()) return end.status();
    for (uint64_t after = 0; after < *end; after += kWindow) {
      const auto rows = log_.ReadChangesBetween(after, after + kWindow + 1);
      if (!rows.ok()) return rows.status();
      for (const LogRow& row : *rows) {
        absl::Status status = Change(row);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status Change(const LogRow& row) {
    switch (row.kind) {
      case v1::LOG_DECISION:
        Decision(row);
        return absl::OkStatus();
      case v1::LOG_TICK:
        Tick(row);
        return absl::OkStatus();
      case v1::LOG_VERDICT:
        return Verdict(row);
      default:
        return absl::OkStatus();
    }
  }

  // Itself, what leaders merged into it, and into that.
  absl::Status NoteParts(const v1::Insight& insight) {
    numbers_.insert(insight.id());
    opened_by_.insert(insight.opened_by());
    for (const v1::MergedPart& part : insight.merged()) {
      if (numbers_.contains(part.insight())) continue;
      const auto found = views_.FindInsight(part.insight());
      if (!found.ok()) return found.status();
      if (!*found) continue;
      absl::Status status = NoteParts(**found);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The insight may have had another number for the leader.
  bool IsOfThis(uint64_t insight, const std::string& opened_by) const {
    return opened_by.empty() ? numbers_.contains(insight)
                             : opened_by_.contains(opened_by);
  }

  void Decision(const LogRow& row) {
    v1::DecisionRecord record;
    v1::PersonalDecision personal;
    if (!record.ParseFromString(row.body) ||
        !personal.ParseFromString(row.personal)) {
      return;
    }
    const v1::Decision& decision = record.decision();
    const bool into =
        decision.has_merge() &&
        IsOfThis(decision.merge().into(), decision.merge().into_opened_by());
    if (!into && !IsOfThis(decision.insight(), decision.opened_by())) return;
    std::string what = personal.text();
    if (decision.has_merge()) {
      what = fmt::format("#{} into #{}", decision.insight(),
                         decision.merge().into());
    } else if (decision.split().merged() != 0) {
      what = fmt::format("#{} out again", decision.split().merged());
    }
    if (decision.has_assign()) what = "to " + decision.assign().owner();
    if (decision.has_correct_topic()) what = decision.correct_topic().topic();
    lines_.emplace(
        row.position,
        fmt::format("{}  {:<8} {}{}{}", When(decision.at()),
                    contract::VerbName(decision.verb_case()), decision.leader(),
                    what.empty() ? "" : ": ", what));
  }

  void Tick(const LogRow& row) {
    v1::TickRecord tick;
    if (!tick.ParseFromString(row.body) ||
        !IsOfThis(tick.insight(), tick.opened_by())) {
      return;
    }
    lines_.emplace(row.position,
                   fmt::format("{}  time     {}", When(tick.at()),
                               v1::TickRecord::What_Name(tick.what())));
  }

  absl::Status Verdict(const LogRow& row) {
    v1::VerdictRecord record;
    if (!record.ParseFromString(row.body)) return absl::OkStatus();
    const auto evidence = views_.FindObservation(record.observation());
    if (!evidence.ok()) return evidence.status();
    if (!*evidence || (*evidence)->insight != insight_) return absl::OkStatus();
    const auto reported = log_.ReadOne((*evidence)->position);
    if (!reported.ok()) return reported.status();
    v1::ObservationRecord observation;
    if (!*reported || !observation.ParseFromString((*reported)->body)) {
      return absl::OkStatus();
    }
    if (observation.anonymous()) {
      ++anonymous_verdicts_;
      return absl::OkStatus();
    }
    v1::PersonalVerdict personal;
    if (observation.quote()) personal.ParseFromString(row.personal);
    lines_.emplace(
        row.position,
        fmt::format("{}  fixed?   {}{}{}", When(record.at()),
                    v1::Verdict::Fixed_Name(
                        static_cast<v1::Verdict::Fixed>(record.fixed())),
                    personal.reason().empty() ? "" : ": ", personal.reason()));
    return absl::OkStatus();
  }

  Log& log_;
  Views& views_;
  const uint64_t insight_;
  std::set<uint64_t> numbers_;  // of it and its parts
  std::set<std::string> opened_by_;
  std::map<uint64_t, std::string> lines_;      // by position
  std::map<std::string, uint64_t> anonymous_;  // reports by day
  uint64_t anonymous_verdicts_ = 0;
};

absl::Status Show(const Settings& settings, const std::string& given) {
  const auto insight = contract::ParseInsightNumber(given);
  if (!insight.ok()) return insight.status();
  auto log = Log::OpenForReading(settings.LogFile());
  if (!log.ok()) return NoRouterHere(settings, log.status());
  auto views = Views::OpenForReading(settings.ViewsFile());
  if (!views.ok()) return NoRouterHere(settings, views.status());
  return Trail(**log, **views, *insight).Print();
}

}  // namespace

AuditCommands::AuditCommands(CLI::App& app, std::function<void(Action)> choose)
    : options_(std::make_unique<Options>()) {
  Options& options = *options_;
  CLI::App* audit = app.add_subcommand(
      "audit", "What was recorded, and that it is still what it was.");
  audit->footer(
      "Examples:\n"
      "  earshot-router audit verify\n"
      "  earshot-router audit verify --head ec6b47e6a5d2\n"
      "  earshot-router audit show 412");
  audit->require_subcommand(1);
  CLI::App* verify = audit->add_subcommand(
      "verify", "Read the whole log and reckon its hash chain again.");
  verify->add_option("--head", options.head,
                     "a hash that must be in it, as a digest ends with");
  verify->callback([choose, &options] {
    choose([&options](const Settings& settings) {
      return Verify(settings, options.head);
    });
  });
  CLI::App* show = audit->add_subcommand(
      "show", "Every record about an insight, in the order of the log.");
  show->add_option("insight", options.insight, "its number, as in #412")
      ->required();
  show->callback([choose, &options] {
    choose([&options](const Settings& settings) {
      return Show(settings, options.insight);
    });
  });
}

AuditCommands::~AuditCommands() = default;

}  // namespace earshot::router
