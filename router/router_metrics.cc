#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "router/router.h"

// What the router tells of itself, on the http thread: atomics only.
namespace earshot::router {

std::vector<telemetry::Metric> Router::Metrics() const {
  std::vector<telemetry::Metric> out;
  const auto add = [&](telemetry::MetricKind kind, std::string name,
                       const char* help, uint64_t value) {
    out.push_back({"earshot_router_" + std::move(name), help, kind,
                   static_cast<double>(value), "", ""});
  };
  const auto count = [&](const char* name, const char* help,
                         const telemetry::Counter& counter) {
    add(telemetry::MetricKind::kCounter, std::string(name) + "_total", help,
        counter.value());
  };
  const auto gauge = [&](const char* name, const char* help, uint64_t value) {
    add(telemetry::MetricKind::kGauge, name, help, value);
  };
  const IntakeCounters& intake = intake_->counters();
  count("records", "Records taken in.", intake.records);
  count("repeats", "Records sent again below the watermark.", intake.repeats);
  count("batches_rewound", "Batches refused for a gap or another history.",
        intake.refused_batches);
  count("dead_letters", "Records refused for good.", intake.dead_letters);
  count("records_lost", "Records that agents declared lost.", intake.lost);
  count("batches_malformed", "Batches that could not be parsed.",
        intake.batches_malformed);
  count("redactor_hits", "Stretches an agent should have redacted.",
        intake.redactor_hits);
  count("quarantined", "Unparsable bytes kept apart.", quarantined_);
  const LogCounters& log = writer_->counters();
  count("log_entries", "Entries written to the log.", log.entries);
  count("commit_groups", "Group commits of the log.", log.groups);
  count("commit_failures", "Group commits that failed.", log.failures);
  const FoldCounters& fold = fold_->counters();
  count("observations_read", "Observations understood.", fold.read);
  count("observation_repeats", "Observations counted before.", fold.repeats);
  count("untriaged", "Observations without a topic.", fold.untriaged);
  count("insights_opened", "Insights opened.", fold.insights);
  count("decisions", "Decisions applied.", fold.decisions);
  count("decisions_refused", "Decisions the loop does not allow.",
        fold.decisions_refused);
  count("verdicts", "Answers of the front line to 'fixed?'.", fold.verdicts);
  count("verdicts_refused", "Verdicts about nothing that waits for one.",
        fold.verdicts_refused);
  count("ticks", "Insights that time or new evidence alone has moved.",
        fold.ticks);
  count("texts_erased", "Texts removed for good.", fold.erased);
  count("questions", "Questions that leaders asked.", fold.questions);
  count("question_answers", "Answers to them.", fold.question_answers);
  count("question_answers_refused", "Answers that nobody asked for.",
        fold.messages_refused);
  count("guidance", "Guidance that leaders gave.", fold.guidance);
  count("answers_owed", "Answers owed to reports.", fold.answers_owed);
  count("obligations_ended", "Insights whose reporters are owed nothing more.",
        fold.obligations_ended);
  count("fold_failures", "Steps of understanding that failed.", fold.failures);
  const wire::HubCounters& hub = hub_->counters();
  count("hellos", "Sessions asked for.", hub.hellos);
  count("hellos_busy", "Sessions put off for being too many.", hub.busy);
  count("frames_refused", "Frames that are not ES/1.", hub.faults);
  count("handshakes_failed", "Connections that are not ZeroMQ with CURVE.",
        hub.handshakes_failed);
  count("disconnects", "Connections that ended, sessions or not.",
        hub.disconnects);
  count("frames_undeliverable", "Frames a peer did not take.",
        hub.frames_undeliverable);
  count("keys_admitted", "Connections with an enrolled key.",
        hub_->zap_counters().admitted);
  count("keys_refused", "Connections with an unknown or revoked key.",
        hub_->zap_counters().refused);
  count("updates_sent", "Items sent to feeds.",
        deliveries_->counters().updates);
  count("replies_sent", "Reply items sent to agents.",
        deliveries_->counters().replies);
  count("deliveries_overdue", "Deliveries sent again for want of an answer.",
        deliveries_->counters().overdue);
  count("spools_anew", "Times that a known peer came with a new spool.",
        spools_anew_);
  count("restores", "Times that this router found itself put back.", restores_);
  gauge("sessions", "Open sessions.", sessions_open_.value());
  gauge("agents_silent", "Enrolled agents not heard of for too long.",
        agents_silent_.value());
  gauge("log_end", "Last position of the log.", log.end.value());
  gauge("backlog_records", "Log entries not yet folded.",
        log.end.value() - std::min(log.end.value(), fold.cursor.value()));
  return out;
}

std::string Router::NotReady() const {
  const uint64_t end = writer_->counters().end.value();
  const uint64_t cursor = fold_->counters().cursor.value();
  if (end > cursor && end - cursor > settings_.config.backlog_records()) {
    return "understanding is behind by more than backlog_records";
  }
  return "";
}

}  // namespace earshot::router
