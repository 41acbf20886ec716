#ifndef EARSHOT_ROUTER_VIEWS_VIEWS_H_
#define EARSHOT_ROUTER_VIEWS_VIEWS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/store/checkpointer.h"
#include "base/store/database.h"
#include "earshot/v1/answer.pb.h"
#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/question.pb.h"
#include "earshot/v1/session.pb.h"

// What the fold has made of the log, in a file of its own that can be made
// again from the log. All on disk: memory does not grow with what was taken
// in. Written by the fold alone, inside one transaction a step; read by others
// through connections of their own. One thread each.
namespace earshot::router {

struct EvidenceRow {
  uint64_t position = 0;
  uint64_t insight = 0;
  std::string observation;   // 16 bytes
  std::string evidence_key;  // who, within this insight
  std::string text_key;
  int64_t observed_at = 0;  // seconds
  bool repeat = false;
  bool withdrawn = false;
  uint64_t part = 0;  // a leader moved it here from this insight; 0: no
};

// What is left of a token in the log once its agent need not be known.
struct UnsettledRow {
  uint64_t position = 0;
  std::string left;
  bool keeps_record = false;
};

// One reply that an agent is owed.
struct ReplyRow {
  uint64_t seq = 0;
  v1::ReplyKind kind = v1::REPLY_KIND_UNSPECIFIED;
  std::string answer;  // id
  std::string record;  // the agent's record id
};

class Views {
 public:
  static absl::StatusOr<std::unique_ptr<Views>> Open(
      const std::string& path,
      store::Checkpoints checkpoints = store::Checkpoints::kInCommits);
  static absl::StatusOr<std::unique_ptr<Views>> OpenForReading(
      const std::string& path);

  absl::StatusOr<store::Transaction> Begin() {
    sighted_ = 0;
    return database_->Begin();
  }
  // After a transaction was committed.
  void Committed();
  // Something was erased: with the next commits, until it has worked, the WAL
  // is emptied into the file.
  void EmptyLog() { truncate_due_ = true; }

  // Counters and cursors by name; 0 when never set.
  absl::StatusOr<uint64_t> Number(std::string_view name);
  absl::Status PutNumber(std::string_view name, uint64_t value);

  // Numbers of mirrored items and replies go on after a gap that is this run's
  // own, so that no number was ever given by a run that a restored copy does
  // not know of. Once a run, before anything is numbered; `gap` is at random.
  absl::Status BeginRun(uint64_t gap);
  // Whether the item (at or before this number) was numbered by a run that
  // these views know. False: they are an older copy of those that did.
  absl::StatusOr<bool> GaveUpdate(uint64_t seq);
  absl::StatusOr<bool> GaveReply(const std::string& agent, uint64_t seq);

  absl::StatusOr<std::optional<v1::Insight>> FindInsight(uint64_t id);
  absl::Status PutInsight(uint64_t seq, const v1::Insight& insight);

  absl::StatusOr<std::optional<EvidenceRow>> FindObservation(
      std::string_view observation);
  // By the first hexadecimal digits of its id; InvalidArgument if several.
  absl::StatusOr<std::optional<EvidenceRow>> FindObservationByPrefix(
      const std::string& hex);
  // Notes where a record stands first; false: it stood elsewhere before.
  absl::StatusOr<bool> FirstSight(std::string_view observation,
                                  uint64_t position);
  // Notes its first sight too, if that was not just done.
  absl::Status AddEvidence(const EvidenceRow& row);
  // Names the Readings that the evidence of `count` positions in a row came
  // from; those are in a row as well.
  absl::Status SetReadings(uint64_t first, uint64_t count, uint64_t reading);
  // Position of the Reading of the record at a position; 0: none.
  absl::StatusOr<uint64_t> ReadingOf(uint64_t position);
  // Whether the fold has counted, or seen, the record at a position.
  absl::StatusOr<bool> HasEvidence(uint64_t position);
  absl::Status MarkWithdrawn(uint64_t position);
  // Every position at which this record stands in its insight.
  absl::StatusOr<std::vector<uint64_t>> PositionsOf(const EvidenceRow& row);
  // An observation that was taken back before it was read.
  absl::Status PutTombstone(std::string_view observation);
  absl::StatusOr<bool> HasTombstone(std::string_view observation);
  // Decisions, by position, about an insight that this observation opened and
  // that is not there (any more), or verdicts about this answer: they wait for
  // it. A row for each such record of the log at most.
  absl::Status Park(std::string_view awaited, uint64_t position);
  absl::StatusOr<std::vector<uint64_t>> TakeParked(std::string_view awaited);
  // Has this reporter counted evidence in the insight, apart from `except`?
  absl::StatusOr<bool> ReporterKnown(uint64_t insight,
                                     std::string_view evidence_key,
                                     uint64_t except);
  // Likewise, of what was observed on a day since 1970-01-01 (UTC).
  absl::StatusOr<bool> ReporterHeardOn(uint64_t insight,
                                       std::string_view evidence_key,
                                       int32_t day, uint64_t except);
  // The same reporter said the same within `window` of `at`.
  absl::StatusOr<bool> SaidBefore(uint64_t insight,
                                  std::string_view evidence_key,
                                  std::string_view text_key, int64_t at,
                                  absl::Duration window);
  // An insight's evidence that is owed answers, by reporter; after `place`,
  // which is at first an empty one.
  struct Place {
    std::string evidence_key;
    int64_t observed_at = 0;
    uint64_t position = 0;
  };
  absl::StatusOr<std::vector<Place>> EvidenceAfter(uint64_t insight,
                                                   const Place& place,
                                                   size_t most);

  // Where the record at a position counts; 0: nowhere, or it was taken back.
  absl::StatusOr<uint64_t> InsightAt(uint64_t position);

  // All evidence of an insight, by position; what was taken back as well.
  // Memory: as many positions.
  absl::StatusOr<std::vector<uint64_t>> PositionsIn(uint64_t insight);
  absl::StatusOr<std::optional<EvidenceRow>> EvidenceAt(uint64_t position);
  // Puts evidence that is there into another insight, with its key there.
  absl::Status MoveEvidence(const EvidenceRow& row);
  // Insights that evidence was moved from or to.
  absl::Status NoteRegrouped(uint64_t insight);
  absl::StatusOr<std::vector<uint64_t>> Regrouped();
  // What is derived from the words at a position goes.
  absl::Status ForgetText(uint64_t position);
  // What an insight was before the merge that a decision, by its number, made.
  // Of each insight the last.
  absl::Status PutBeforeMerge(uint64_t decision, const v1::Insight& before);
  absl::StatusOr<std::optional<v1::Insight>> FindBeforeMerge(uint64_t decision,
                                                             uint64_t insight);

  // The text under this key that was the first; insight 0: none.
  struct TextRow {
    uint64_t insight = 0;
    uint64_t position = 0;
  };
  absl::StatusOr<TextRow> FindText(std::string_view text_key);
  absl::Status PutText(std::string_view text_key, uint64_t insight,
                       uint64_t position);
  // Forgets the oldest texts beyond `cap`.
  absl::Status TrimTexts(uint64_t cap);

  absl::Status PutAnswer(const v1::Answer& answer);
  absl::StatusOr<std::optional<v1::Answer>> FindAnswer(std::string_view id);

  // A reporter's last word on an answer, 0 before: returns the one before.
  absl::StatusOr<uint32_t> PutVerdict(std::string_view answer,
                                      std::string_view evidence_key,
                                      uint32_t fixed, std::string_view site);
  // At which somebody's last word is this, of the reporters of an insight.
  absl::StatusOr<uint64_t> VerdictSites(std::string_view answer,
                                        uint64_t insight, uint32_t fixed);
  // Reporters of an insight, by their last word.
  struct VerdictCounts {
    uint32_t yes = 0;
    uint32_t no = 0;
    uint32_t cannot_tell = 0;
  };
  absl::StatusOr<VerdictCounts> CountVerdicts(std::string_view answer,
                                              uint64_t insight);
  // A reporter goes by another key as well, as their evidence was moved.
  absl::Status CopyVerdict(std::string_view answer, std::string_view from,
                           std::string_view to);
  // When time moves an insight (seconds since 1970); nothing: it does not.
  absl::Status PutTick(uint64_t insight, std::optional<int64_t> at);
  // Those that are due, the longest first.
  absl::StatusOr<std::vector<uint64_t>> DueTicks(int64_t now, size_t most);

  // What leaders have asked and advised, with what came of it so far.
  absl::Status PutQuestion(const v1::QuestionResult& result);
  absl::StatusOr<std::optional<v1::QuestionResult>> FindQuestion(
      std::string_view id);
  absl::Status PutGuidance(const v1::GuidanceReach& reach);
  absl::StatusOr<std::optional<v1::GuidanceReach>> FindGuidance(
      std::string_view id);
  // The last 10,000 are kept.
  absl::Status PutNews(const v1::SiteNews& news);
  absl::StatusOr<std::optional<v1::SiteNews>> FindNews(std::string_view id);
  // What sites know of issues; the 100,000 that were told last for the first
  // time are kept.
  absl::Status PutSiteIssue(const v1::SiteIssue& issue);
  absl::StatusOr<std::optional<v1::SiteIssue>> FindSiteIssue(
      std::string_view id);
  absl::StatusOr<std::vector<v1::SiteIssue>> SiteIssuesOf(uint64_t insight);
  // Those that the agent has not been told as they are now. What is over only
  // if it was told of it before.
  absl::StatusOr<std::vector<v1::SiteIssue>> SiteIssuesNotOwed(
      const std::string& site, const std::string& agent);
  absl::Status ForgetNews(std::string_view id);
  // Whom this was owed.
  absl::StatusOr<std::vector<std::string>> AgentsOwed(std::string_view id);
  // Given after a time (seconds since 1970); at most 1000, the latest.
  absl::StatusOr<std::vector<v1::GuidanceReach>> GuidanceSince(int64_t at);
  // Agents that have stored a reply, of those to whom it is owed.
  absl::StatusOr<uint64_t> AgentsReached(std::string_view id);
  // Was this agent owed it, for this record?
  absl::StatusOr<bool> WasOwed(std::string_view id, std::string_view record,
                               const std::string& agent);
  // Once for each `who` of a question, answer or guidance; false: it was noted
  // before. As many rows as were asked, reported it, or were reached.
  absl::StatusOr<bool> NoteOnce(std::string_view about, std::string_view who);
  // When the machine was last asked a question of a scope; 0: never.
  absl::StatusOr<int64_t> LastPulse(const std::string& agent);
  absl::Status NotePulse(const std::string& agent, int64_t at);

  // Forgets replies with this `answer` that came before the last one that the
  // agent has acknowledged.
  absl::Status DropAcked(const std::string& agent, std::string_view answer);

  // Numbers the reply for its agent; an (answer, record) pair is owed once.
  absl::Status OweReply(const std::string& agent, v1::ReplyKind kind,
                        std::string_view answer, std::string_view record);
  // The same for very many at once: where an agent's numbers stand is read and
  // written once. Nothing else is owed in between; memory: a row an agent.
  class Owing {
   public:
    explicit Owing(Views& views) : views_(views) {}
    absl::Status Owe(const std::string& agent, v1::ReplyKind kind,
                     std::string_view answer, std::string_view record);
    absl::Status End();

   private:
    struct Agent {
      uint64_t last = 0;
      bool changed = false;
    };
    Views& views_;
    std::unordered_map<std::string, Agent> agents_;
  };
  absl::StatusOr<std::vector<ReplyRow>> RepliesAfter(const std::string& agent,
                                                     uint64_t seq, size_t most);
  absl::Status MarkRepliesAcked(const std::string& agent, uint64_t seq);
  absl::StatusOr<uint64_t> PendingReplies();
  // Records of the agent's reports whose replies it has not acknowledged.
  absl::StatusOr<std::set<std::string>> PendingRecords(
      const std::string& agent);
  // Tokens that the log has yet to settle, as all that they were needed for is
  // in these views. A later step takes them.
  absl::Status PutUnsettled(const UnsettledRow& token);
  absl::StatusOr<std::vector<UnsettledRow>> TakeUnsettled(size_t most);
  // What these reports were owed is not known any more; `all`: also what the
  // agent has yet to acknowledge, which it does not get then. Numbers stay.
  absl::Status ForgetReplies(const std::string& agent,
                             const std::set<std::string>& records, bool all);

  // Mirrored items that are not insights; a new body replaces the old.
  absl::Status PutMirrored(const std::string& key, uint64_t seq,
                           v1::UpdateKind kind, const std::string& body);
  absl::StatusOr<std::string> FindMirrored(const std::string& key);
  // The counts of one day; of those that changed longest ago, at most `most`
  // of days before `day` go, up to the first that is not. How many went.
  static std::string DayKey(uint64_t insight, int32_t day);
  absl::StatusOr<size_t> ForgetDays(int32_t day, size_t most);
  // Insights and mirrored items with a number after `seq`, in order.
  absl::StatusOr<std::vector<v1::Item>> ItemsAfter(uint64_t seq, size_t most,
                                                   size_t bytes);

  // Distinct reporters of a scope; see fold/scope_activity.h.
  // What is older goes; reads the whole table.
  absl::Status ForgetActivity(int64_t before);
  absl::Status NoteActivity(std::string_view reporter, std::string_view site,
                            std::string_view channel, std::string_view topic,
                            int64_t day);
  store::Database& database() { return *database_; }

 private:
  explicit Views(std::unique_ptr<store::Database> database);

  // The first row's first column, or `otherwise`.
  static absl::StatusOr<uint64_t> OneNumber(store::Statement& statement,
                                            uint64_t otherwise);
  // Whether a table that is nearly always empty has any row; asked once.
  absl::StatusOr<bool> Any(std::optional<bool>& known, const char* text);
  // Prepared once for each text of a statement, which must be a literal.
  store::Statement& Sql(const char* text);

  static constexpr int kCheckpointPages = 4000;
  static constexpr int kMostWalPages = 24000;

  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Checkpointer> checkpointer_;  // none: in commits
  std::unordered_map<const char*, store::Statement> statements_;
  std::optional<bool> any_tombstones_;
  std::optional<bool> any_parked_;
  std::optional<uint64_t> evidence_end_;  // no evidence beyond it
  uint64_t sighted_ = 0;                  // position of the last FirstSight
  bool truncate_due_ = true;              // as in the log
  uint64_t run_ = 0;  // numbers given by this run are larger
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_VIEWS_VIEWS_H_
