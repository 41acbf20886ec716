#ifndef EARSHOT_ROUTER_FOLD_FOLD_H_
#define EARSHOT_ROUTER_FOLD_FOLD_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/os/sha256.h"
#include "base/telemetry/log.h"
#include "base/telemetry/metrics.h"
#include "earshot/v1/configuration.pb.h"
#include "router/fold/read_ahead.h"
#include "router/fold/reading_appends.h"
#include "router/fold/recent_texts.h"
#include "router/fold/scope_activity.h"
#include "router/insight/insight.h"
#include "router/log/log.h"
#include "router/log/log_writer.h"
#include "router/loop/front_line.h"
#include "router/loop/loop.h"
#include "router/loop/on_duty.h"
#include "router/text/reader.h"
#include "router/text/taxonomy.h"
#include "router/views/views.h"

namespace earshot::router {

struct FoldOptions {
  std::string router_key;
  uint64_t remembered_texts = 1000000;
  uint64_t near_texts = 100000;      // compared for near repeats
  uint64_t compared_issues = 20000;  // for the same one in other words
};

struct FoldCounters {
  telemetry::Counter read;  // observations understood
  telemetry::Counter repeats;
  telemetry::Counter untriaged;
  telemetry::Counter insights;  // opened
  telemetry::Counter decisions;
  telemetry::Counter decisions_refused;
  telemetry::Counter verdicts;
  telemetry::Counter verdicts_refused;
  telemetry::Counter ticks;   // what time alone has moved
  telemetry::Counter erased;  // texts
  telemetry::Counter questions;
  telemetry::Counter question_answers;
  telemetry::Counter guidance;
  telemetry::Counter obligations_ended;  // insights
  telemetry::Counter messages_refused;   // answers to questions
  telemetry::Counter answers_owed;
  telemetry::Counter failures;
  telemetry::Counter cursor;  // position up to which all is folded
};

// Reads what the log has and the views do not: decides about each observation,
// appends the decision, and only then commits the views with its position. A
// restart folds the decisions that the views missed, and reads no text again.
// Urgent observations go first. A step takes kStepRecords, when far behind up
// to kLongStepRecords, kept short kRecordsAtOnce.
//
// Step and Recover run on one thread, at lower priority than intake; the Use,
// Note and Keep calls come from any.
class Fold {
 public:
  static constexpr size_t kStepRecords = 256;
  static constexpr int kUrgentInARow = 8;  // steps, while others wait
  static constexpr size_t kLongStepRecords = 8192;
  static constexpr size_t kRecordsAtOnce = 1024;  // read and held in memory

  // `reader` and `views` are the fold's own connections, `random` is asked on
  // its thread; `read_ahead` brings another, or none.
  Fold(FoldOptions options, Log& reader, LogWriter& writer, Views& views,
       const os::Clock& clock, os::Random& random, telemetry::Log& log,
       std::unique_ptr<ReadAhead> read_ahead = nullptr);

  absl::Status Recover();
  // True when there was something to do. On an error nothing of the step has
  // happened; call again later.
  absl::StatusOr<bool> Step();
  // The last step was the others' turn: urgent ones may wait for the next. From
  // the thread that steps, as Behind.
  bool PutOffUrgent() const { return put_off_urgent_; }
  // Records of the log that no step has taken; from the thread that steps.
  uint64_t Behind() const;

  void UseTaxonomy(std::shared_ptr<const Taxonomy> taxonomy);
  // The next text is read with it; without, with the shipped one.
  void UseModel(std::shared_ptr<const Model> model);
  void UseOrganisation(const v1::Organisation& organisation,
                       const v1::Subscriptions& subscriptions);
  void KeepStepsShort(bool yes) { short_steps_ = yes; }
  void NoteRepliesAcked(const std::string& agent, uint64_t seq);
  void NoteContacts(const std::map<std::string, absl::Time>& sites);
  // Which machines may speak for a site: they show its news.
  using AgentsBySite = std::map<std::string, std::vector<std::string>>;
  void NoteAgents(AgentsBySite agents);

  // Agents that were owed a reply since the last call.
  std::set<std::string> TakeOwed();
  const FoldCounters& counters() const { return counters_; }

 private:
  struct Cursors {
    uint64_t main = 0;
    uint64_t urgent = 0;
    uint64_t folded = 0;  // last Reading that the views have
    uint64_t next_insight = 1;
    uint64_t update_seq = 0;
    uint64_t observations = 0;
    uint64_t repeats = 0;
    uint64_t untriaged = 0;
    uint64_t alerts = 0;  // ever
  };
  struct Inbox {
    std::map<std::string, uint64_t> replies_acked;
    std::map<std::string, absl::Time> contacts;
    std::optional<AgentsBySite> agents;
    bool rules_changed = false;
    std::optional<std::pair<v1::Organisation, v1::Subscriptions>> configured;
  };
  // What one step has touched so far; thrown away if it fails.
  struct Work {
    explicit Work(LogWriter& writer) : readings(writer) {}
    std::map<uint64_t, v1::Insight> insights;
    std::map<std::pair<uint64_t, int32_t>, v1::DayCounts> days;
    std::map<uint64_t, std::string> why;  // for the log, by insight
    ReadingAppends readings;
    LogAppend changes;  // about what is in the log already
    std::map<uint64_t, std::string> insight_keys;  // made in this step
    std::string erase_order;  // to agents; empty: they are not told
    std::set<std::string> owed;
    std::set<std::string> sites;
    std::set<uint64_t> issues;  // insights whose sites may have to be told
    std::vector<v1::Alert> alerts;
  };

  absl::Status LoadCursors();
  absl::Status StoreCursors();
  absl::StatusOr<bool> TakeInbox(const Inbox& inbox, Work& work);
  void PutBack(Inbox inbox);
  absl::StatusOr<PreparedRows> NextRows(bool& urgent,
                                        const ReadingRules& rules);
  size_t StepRecords() const;
  absl::StatusOr<size_t> DecideStep(const ReadingRules& rules, Work& work);
  absl::Status DecideRows(PreparedRows& read, bool urgent,
                          const ReadingRules& rules, Work& work);
  absl::Status RecoverReading(const LogRow& row, Work& work);
  absl::Status FoldObservation(const LogRow& row, Prepared prepared,
                               const ReadingRules& rules, Work& work);
  // What is no observation.
  absl::Status FoldChange(const LogRow& row, Work& work);
  absl::Status FoldWithdrawal(const LogRow& row, Work& work);
  absl::Status FoldDecision(const LogRow& row, Work& work);
  // subscribe.cc.
  absl::Status FoldLeaderChange(const LogRow& row);
  absl::Status PutLeaderChange(const v1::LeaderChange& change);
  absl::Status RefuseLeaderChange(const v1::LeaderChange& change,
                                  const char* why);
  absl::StatusOr<const char*> WhyNoSubscription(const v1::LeaderChange& change,
                                                const v1::LeaderChange& known);
  // front_line.cc.
  absl::Status FoldVerdict(const LogRow& row, Work& work);
  absl::Status JudgeVerdict(const LogRow& row, bool& own, Work& work);
  absl::Status RefuseVerdict(const char* why);
  absl::Status FoldTick(const LogRow& row, Work& work);
  // After rules have changed: a few insights a step get what follows from them.
  absl::Status Sweep(Work& work);
  std::optional<DueTick> NextDue(const v1::Insight& insight) const;
  absl::Status PutTick(const v1::Insight& insight);
  absl::StatusOr<size_t> AppendTicks();  // how many
  absl::StatusOr<v1::Reading> Decide(const LogRow& row,
                                     const Prepared& prepared,
                                     const ReadingRules& rules,
                                     v1::PersonalReading& derived, Work& work);
  absl::Status DecideJoin(const LogRow& row, const Prepared& prepared,
                          v1::Reading& reading, v1::PersonalReading& derived,
                          Work& work);
  // Which insight says so already, and why; joins nothing yet.
  struct Join {
    uint64_t insight = 0;  // 0: none
    v1::JoinReason reason = v1::JOIN_NEW;
    uint64_t position = 0;  // of the text that it repeats
    uint64_t cluster = 0;
    double score = 0;
    std::optional<NearMatch> match;  // if that text is still remembered
  };
  absl::Status JoinIssue(const RecentTexts::Issue& issue, uint64_t position,
                         Join& join);
  absl::Status Suggest(uint64_t position, RecentTexts::Issue issue,
                       v1::PersonalReading& derived);
  // 0: the record at this position counts nowhere.
  absl::StatusOr<uint64_t> InsightAt(uint64_t position);
  absl::StatusOr<Join> FindJoin(const Signature& signature,
                                std::string_view text_key, uint64_t position);
  absl::StatusOr<uint64_t> PartOf(const v1::Reading& reading);
  absl::Status Apply(const LogRow& row, Said said, const v1::Reading& reading,
                     const v1::PersonalReading& derived, Work& work);
  absl::Status NoteReporter(const LogRow& row, const Evidence& evidence,
                            const std::string& reporter_key);
  // Takes an observation back out, if it is the sender's own; false: it is not.
  // One that was not read yet leaves a tombstone.
  absl::StatusOr<bool> TakeOut(std::string_view observation,
                               const OwnerToken& sender, Work& work);
  // obligations.cc.
  absl::Status EndObligations(v1::Insight& insight, absl::Time at, Work& work);
  struct SentReport {
    uint64_t position = 0;
    std::string corrects;  // the one that it replaces; mostly empty
  };
  // And by record, as that may stand more than once.
  using ByAgent =
      std::map<std::string, std::map<std::string, std::vector<SentReport>>>;
  absl::StatusOr<ByAgent> ReportsByAgent(uint64_t insight);
  absl::StatusOr<std::string_view> LeftOfCorrection(
      const std::string& corrects);
  absl::Status SettleSender(const LogRow& row, std::string_view left);
  absl::StatusOr<size_t> TakeUnsettled(Work& work);
  // Tells reporters apart in one insight; of anonymous ones, agents.
  absl::StatusOr<std::string> EvidenceKey(
      const v1::PersonalObservation& personal, const OwnerToken& sender,
      uint64_t insight, Work& work);
  absl::StatusOr<std::string> InsightSecret(uint64_t insight, Work& work);
  absl::StatusOr<uint64_t> InsightOf(uint64_t number,
                                     const std::string& opened_by, Work& work);
  // `insight` may be null.
  absl::Status RefuseDecision(v1::Insight* insight,
                              const LoggedDecision& decided,
                              const absl::Status& why);
  absl::Status FoldParked(std::string_view awaited, Work& work);
  absl::Status OweStanding(const LogRow& row, const v1::Insight& insight,
                           Work& work);
  absl::Status OweEveryone(uint64_t insight, const v1::Answer& answer,
                           Work& work);
  // site_news.cc.
  absl::Status OweNews(const v1::Insight& insight, const v1::Answer& answer,
                       Work& work);
  absl::Status OweThanks(const v1::Insight& insight, const Evidence& evidence,
                         Work& work);
  std::string ThanksId(const std::string& observation) const;
  absl::Status OweNewsTo(const std::string& site, const v1::SiteNews& news,
                         Work& work);
  // site_issues.cc.
  void NoteIssue(const v1::Insight& insight, const std::string& site,
                 Work& work) const;
  absl::Status TellSites(Work& work);
  absl::Status TellSitesOf(const v1::Insight& insight, Work& work);
  absl::Status PutSiteIssue(v1::SiteIssue issue, Work& work);
  absl::Status TellNewcomers(const AgentsBySite& now, Work& work);
  absl::Status OweSiteIssue(const v1::SiteIssue& issue,
                            const std::vector<std::string>& agents, Work& work);
  std::string NameOf(const v1::Insight& insight);
  uint32_t FewestOfNumbers() const;
  absl::StatusOr<uint64_t> SaidInsight(const v1::ObservationRecord& observation,
                                       Work& work);
  // regroup.cc. The time they take grows with the evidence: about two seconds
  // for 100,000 observations.
  absl::Status FoldMerge(uint64_t from, const LoggedDecision& decided,
                         Work& work);
  absl::Status FoldSplit(uint64_t whole, const LoggedDecision& decided,
                         Work& work);
  // erase.cc.
  absl::Status FoldErasure(const LogRow& row, Work& work);
  absl::Status EraseOne(const EvidenceRow& found, Work& work);
  absl::Status EraseThanks(const std::string& observation, Work& work);
  absl::Status ErasePosition(uint64_t position, Work& work,
                             std::set<uint64_t>& insights);
  absl::Status AddWhatCameSince(uint64_t end, v1::ErasureRecord& record);
  absl::Status OrderErased(const LogRow& row, Work& work);
  absl::Status EraseAtAgent(const OwnerToken& token, Work& work);
  absl::Status ForgetAnswer(const std::string& question, uint64_t position,
                            std::set<uint64_t>& insights);
  absl::Status NoteHolders(uint64_t id, Work& work,
                           std::set<uint64_t>& insights);
  // retention.cc. How many records were looked at.
  absl::StatusOr<size_t> AppendRetention();
  absl::StatusOr<size_t> RetainFor(uint32_t days,
                                   const std::set<std::string>& kinds);
  absl::StatusOr<v1::Reading> ReadingAt(uint64_t position);
  // questions.cc.
  absl::Status FoldQuestion(const LogRow& row, Work& work);
  absl::Status FoldQuestionAnswer(const LogRow& row, Work& work);
  absl::Status CountAnswer(const v1::QuestionAnswerRecord& record,
                           const LogRow& row, const std::string& who,
                           v1::QuestionResult result);
  absl::Status FoldGuidance(const LogRow& row, Work& work);
  absl::Status FoldRead(const LogRow& row, Work& work);
  absl::Status FoldGuidanceRead(const v1::ReadReceipt& receipt);
  absl::Status FoldAnswerRead(const v1::ReadReceipt& receipt, Work& work);
  absl::Status PutQuestion(const v1::QuestionResult& result);
  absl::Status PutGuidance(const v1::GuidanceReach& reach);
  absl::StatusOr<uint32_t> AskReporters(uint64_t insight,
                                        const std::string& question,
                                        Work& work);
  absl::StatusOr<uint32_t> AskScope(const v1::QuestionRecord& record,
                                    Work& work);
  absl::StatusOr<std::string> WhoAnswers(const v1::QuestionAnswerRecord& record,
                                         const v1::Question& question,
                                         const OwnerToken& sender);
  absl::Status RefuseMessage(const char* why);
  absl::Status PutReach();
  // The insight that holds its evidence now.
  absl::StatusOr<uint64_t> MergedInto(uint64_t insight, Work& work);
  absl::StatusOr<std::set<uint64_t>> PartsOf(uint64_t insight, Work& work);
  absl::StatusOr<std::vector<uint64_t>> Leaving(uint64_t whole,
                                                const v1::Split& split,
                                                Work& work);
  absl::Status LetGo(uint64_t part, uint64_t holder, Work& work);
  absl::Status SettleReadings(Work& work);
  absl::StatusOr<std::vector<uint64_t>> ResemblingIn(uint64_t whole,
                                                     const v1::Split& split);
  absl::Status Move(const std::vector<uint64_t>& positions, uint64_t from,
                    uint64_t to, bool fresh, Work& work);
  absl::Status MoveRow(const LogRow& row, EvidenceRow evidence, uint64_t to,
                       const std::set<std::string>& answers, Work& work);
  absl::Status CountAnew(uint64_t insight, Work& work);
  absl::Status CountVerdictsAnew(v1::Insight& insight);
  absl::Status OweStandingToAll(uint64_t insight, Work& work);
  absl::Status NoteReadings(uint64_t of, uint64_t count, uint64_t reading);
  absl::StatusOr<v1::Insight*> Touch(uint64_t id, Work& work);
  absl::StatusOr<v1::DayCounts*> TouchDay(uint64_t insight, int32_t day,
                                          Work& work);
  absl::Status Finish(Work& work);
  absl::Status PutInsights(Work& work);
  void Tell(const Work& work);
  absl::Status PutItem(const std::string& key, v1::UpdateKind kind,
                       const std::string& body);
  // A file that is loaded again as it was is not sent again, but for the first
  // time after a start: each run sends something, so that cursors reach it.
  absl::Status PutConfigured(const std::string& key, v1::UpdateKind kind,
                             const std::string& body);
  // What the topic says of an insight: cost, and when an answer is due.
  void ApplyTopic(v1::Insight& insight);
  // For leaders who want to hear of it at once. Mirrored after its insight, so
  // that whoever hears of the alert knows what it is about.
  void NoteAlert(const Evidence& evidence, bool safety, Work& work);
  absl::Status PutAlerts(const Work& work);
  absl::Status PutDays(const Work& work);
  bool KeepsDay(int32_t day) const;
  absl::Status ClearDays(uint64_t insight, Work& work);
  // A few at a time; weeks and months of the insights stay.
  absl::Status ForgetOldDays();
  absl::Status PutTotals();
  absl::Status PutSites(const std::set<std::string>& sites);
  absl::Status PutScopeActivity();

  const FoldOptions options_;
  const os::HmacKey router_key_;
  const uint64_t mark_key_;
  Log& reader_;
  LogWriter& writer_;
  Views& views_;
  const os::Clock& clock_;
  os::Random& random_;
  telemetry::Log& log_;
  FoldCounters counters_;
  RecentTexts recent_;
  std::unique_ptr<ReadAhead> read_ahead_;
  RecentActivity recent_activity_;
  Cursors cursors_;
  Cursors stored_;           // in the views
  int urgent_in_a_row_ = 0;  // steps
  std::atomic<bool> short_steps_ = false;
  bool put_off_urgent_ = false;
  v1::Organisation organisation_;
  std::unique_ptr<OnDuty> duty_;  // of the organisation
  std::map<std::string, absl::Time> contacts_;
  AgentsBySite agents_;
  std::set<uint64_t> regrouped_;  // evidence was moved from or to them
  absl::Duration scopes_due_ = -absl::InfiniteDuration();
  absl::Duration days_due_ = -absl::InfiniteDuration();
  absl::Duration retention_due_ = -absl::InfiniteDuration();
  absl::Duration reach_due_ = -absl::InfiniteDuration();
  bool reach_changed_ = true;
  uint64_t sweep_next_ = 0;  // insight; 0: nothing has changed
  bool configured_ = false;  // since the start
  bool activity_changed_ = true;
  int64_t activity_day_ = 0;  // since 1970; the last on which old ones went

  std::mutex mutex_;
  Inbox inbox_;
  std::shared_ptr<const Taxonomy> taxonomy_;
  std::shared_ptr<const Model> model_;
  std::set<std::string> owed_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_FOLD_H_
