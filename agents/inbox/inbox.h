#ifndef EARSHOT_AGENTS_INBOX_INBOX_H_
#define EARSHOT_AGENTS_INBOX_INBOX_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/store/database.h"
#include "earshot/v1/answer.pb.h"
#include "earshot/v1/erase.pb.h"
#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/question.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/ids.h"

namespace earshot::agents {

// What a receipt leads to. Of an anonymous report no person is kept and the
// day alone.
struct Receipt {
  std::string hash;  // contract::ReceiptHash
  contract::RecordId record;
  uint32_t lane = 1;
  std::optional<uid_t> person;
  absl::Time recorded_at;
  std::string state;  // recorded, withdrawn, corrected, erased
  std::string hint;   // the code's first group; empty when anonymous
};

struct InboxAnswer {
  v1::Answer answer;
  std::string receipt_hash;  // empty: of imported reports
  std::string receipt_hint;
  uint64_t reports = 1;  // of this site that it answers
  bool fresh = false;    // not shown before
  bool asks = false;     // "fixed?": it is the last one to its report, and has
                         // a receipt to answer with
  // What this report's reporter has said to "fixed?"; unspecified: nothing yet.
  v1::Verdict::Fixed fixed = v1::Verdict::FIXED_UNSPECIFIED;
};

// A leader's question that is still open, to one who may answer it.
struct AskedQuestion {
  v1::Question question;
  std::string record;        // of the report it is about; empty: to anybody
  std::string receipt_hash;  // likewise
};

struct GuidanceItem {
  v1::Guidance guidance;
  bool fresh = false;
};

struct SiteNewsItem {
  uint64_t insight = 0;
  std::string site;
  std::string text;
  absl::Time at;
};

// What the router told this agent about itself.
struct Contact {
  std::string peer;
  std::vector<std::string> sites;
  std::optional<absl::Time> last_contact;
};

// Receipts, and what came back: answers, questions, guidance, news of the site,
// the position up to which deliveries are stored. SQLite; several processes may
// use the file, one thread each object. Holds no report's text. The latest
// 1,000 of questions, guidance, news, issues and replies of unknown kinds are
// kept; receipts and answers for good.
class Inbox {
 public:
  static absl::StatusOr<std::unique_ptr<Inbox>> Open(const std::string& path);

  absl::Status AddReceipt(const Receipt& receipt);
  // NotFound says what to check.
  absl::StatusOr<Receipt> FindReceipt(std::string_view hash);
  absl::Status SetState(std::string_view hash, const std::string& state);
  // The receipt leads to `next` from now on, and still to earlier answers.
  absl::Status Correct(std::string_view hash, const contract::RecordId& next,
                       uint32_t lane);
  // Answers to reports without a receipt are shown to who has imported.
  absl::Status NoteImporter(uid_t person);

  absl::StatusOr<v1::Cursor> Cursor();
  struct Taken {
    bool taken = false;  // false: a gap, ask for a snapshot
    uint64_t answers = 0;
  };
  // Stores a delivery and its position in one transaction; durable when it
  // returns OK. What was stored before is stored once.
  absl::StatusOr<Taken> Take(const v1::Delivery& delivery);
  // Erase orders whose texts may still be in the spool.
  absl::StatusOr<std::vector<v1::EraseOrder>> PendingErasures();
  absl::Status ErasureDone(std::string_view order);

  // Newest first, at most 200.
  absl::StatusOr<std::vector<InboxAnswer>> AnswersOf(uid_t person);
  absl::StatusOr<std::vector<InboxAnswer>> AnswersOf(std::string_view hash);
  absl::StatusOr<std::vector<InboxAnswer>> AnswersToImports(uid_t person);
  absl::StatusOr<std::vector<SiteNewsItem>> News();
  // What is known at a site, the latest change first, at most 200.
  absl::StatusOr<std::vector<v1::SiteIssue>> Issues(const std::string& site);
  // Of the report with this receipt, once for each answer.
  absl::Status NoteVerdict(std::string_view answer, std::string_view hash,
                           v1::Verdict::Fixed fixed);
  absl::Status MarkShown(const std::vector<InboxAnswer>& answers);

  // questions.cc. Open at `now`, and not answered; of a person's reports and of
  // the site, or of the report with this receipt.
  // No person: of the site alone.
  absl::StatusOr<std::vector<AskedQuestion>> QuestionsTo(
      std::optional<uid_t> person, absl::Time now);
  absl::StatusOr<std::vector<AskedQuestion>> QuestionsTo(std::string_view hash,
                                                         absl::Time now);
  absl::Status NoteReply(std::string_view question, std::string_view record);
  // The latest first, at most 20.
  absl::StatusOr<std::vector<GuidanceItem>> Guidance();
  absl::Status MarkGuidanceShown(std::string_view id);

  absl::StatusOr<Contact> LastContact();
  absl::Status NoteContact(const Contact& contact);

 private:
  explicit Inbox(std::unique_ptr<store::Database> database);
  absl::Status TakeItem(const v1::Item& item, Taken& taken);
  absl::Status TakeAnswer(const v1::AnswerReply& reply, Taken& taken);
  absl::Status TakeErase(const v1::EraseOrder& order);
  absl::Status TakeNews(const v1::SiteNews& news);
  absl::Status TakeIssue(const v1::SiteIssue& issue);
  absl::Status TakeQuestion(const v1::QuestionReply& reply);
  absl::Status TakeGuidance(const v1::Guidance& guidance);
  absl::Status SetMeta(const std::string& key, std::string_view value);
  absl::StatusOr<std::string> Meta(const std::string& key);
  absl::StatusOr<std::vector<InboxAnswer>> ReadAnswers(store::Statement& ask);

  std::unique_ptr<store::Database> database_;
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_INBOX_INBOX_H_
