#include "router/fold/fold.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/config/text_config.h"
#include "base/wire/lane_hash.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"
#include "router/intake/record_reader.h"
#include "router/organisation/organisation.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

const char kTaxonomy[] = R"(
  topics { path: "checkout" words: "till" }
  topics { path: "delivery" words: "parcel" }
)";

// A log, views and a fold on real files; records go in as intake makes them.
class FoldTest : public ::testing::Test {
 protected:
  FoldTest()
      : clock_(testing::At("2026-11-02T10:00:00Z")),
        random_(3),
        log_("test", telemetry::Level::kError, telemetry::LogFormat::kJson),
        records_(key_, redactor_, random_) {
    agent_.name = "pc1";
    other_.name = "pc2";
    feed_.name = "feed";
    feed_.role = Role::kFeed;
    auto log = Log::Open(folder_.File("log.db"), random_);
    writer_ = std::make_unique<LogWriter>(*std::move(log));
    OpenFold(kTaxonomy);
  }

  void OpenFold(const char* taxonomy) {
    fold_.reset();
    reader_ = *Log::OpenForReading(folder_.File("log.db"));
    views_ = *Views::Open(folder_.File("views.db"));
    fold_ = std::make_unique<Fold>(FoldOptions{key_, 1000}, *reader_, *writer_,
                                   *views_, clock_, log_);
    v1::Taxonomy parsed;
    ASSERT_TRUE(config::ParseText(taxonomy, parsed).empty());
    fold_->UseTaxonomy(*Taxonomy::Compile(parsed));
    ASSERT_TRUE(fold_->Recover().ok());
  }

  void LoseViews() {
    fold_.reset();
    views_.reset();
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::filesystem::remove(folder_.File(std::string("views.db") + ending));
    }
  }

  void FoldAll() {
    for (auto more = fold_->Step();; more = fold_->Step()) {
      ASSERT_TRUE(more.ok()) << more.status();
      if (!*more) return;
    }
  }

  v1::Observation Said(const std::string& text,
                       const std::string& reporter = "r1") {
    v1::Observation observation;
    observation.set_text(text);
    observation.set_severity(3);
    observation.set_site("store-014");
    observation.set_channel("store");
    observation.set_quote(true);
    observation.mutable_reporter()->set_name(reporter);
    *observation.mutable_observed_at() = contract::ToStamp(clock_.Wall());
    return observation;
  }

  std::string Put(const Enrolled& peer, v1::RecordKind kind,
                  const std::string& body, std::string id = "",
                  uint32_t lane = 1) {
    v1::Record record;
    record.set_kind(static_cast<uint32_t>(kind));
    if (id.empty()) id = random_.Bytes(16);
    record.set_id(id);
    record.set_body(body);
    auto entry = records_.Read(peer, lane, record, clock_.Wall());
    LogAppend append;
    append.entries.push_back(std::get<LogEntry>(std::move(entry)));
    EXPECT_TRUE(writer_->AppendAndWait(std::move(append)).ok());
    return id;
  }

  std::string Report(const v1::Observation& observation,
                     const Enrolled* peer = nullptr, std::string id = "") {
    return Put(peer == nullptr ? agent_ : *peer, v1::RECORD_OBSERVATION,
               observation.SerializeAsString(), std::move(id),
               observation.severity() == 5 ? 0 : 1);
  }

  void Answer(uint64_t insight, const std::string& text) {
    v1::Decision decision;
    decision.set_leader("amara");
    decision.set_insight(insight);
    decision.mutable_answer()->set_text(text);
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  }

  v1::Insight Insight(uint64_t id) {
    const auto found = views_->FindInsight(id);
    EXPECT_TRUE(found.ok() && *found) << "no insight " << id;
    return found.ok() && *found ? **found : v1::Insight();
  }

  size_t RepliesOf(const std::string& agent) {
    return views_->RepliesAfter(agent, 0, 100)->size();
  }

  const std::string key_ = std::string(32, 'k');
  testing::TempFolder folder_;
  testing::FakeClock clock_;
  testing::SeededRandom random_;
  telemetry::Log log_;
  contract::Redactor redactor_;
  RecordReader records_;
  Enrolled agent_, other_, feed_;
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<Log> reader_;
  std::unique_ptr<Views> views_;
  std::unique_ptr<Fold> fold_;
};

TEST_F(FoldTest, SameTopicAndTextJoinOneInsight) {
  Report(Said("The till froze!", "r1"));
  Report(Said("the TILL froze", "r2"));
  Report(Said("A parcel is lost", "r1"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 2U);
  EXPECT_EQ(Insight(1).topic(), "checkout");
  EXPECT_EQ(Insight(2).topic(), "delivery");
}

TEST_F(FoldTest, TheSameRecordUnderAnotherEpochCountsOnce) {
  const v1::Observation said = Said("The till froze");
  const std::string id = Report(said);
  FoldAll();
  // Under these rules the words alone would open another insight.
  OpenFold(R"(topics { path: "delivery" words: "till" })");
  Report(said, nullptr, id);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).repeats(), 1U);
  EXPECT_EQ(*views_->Number("observations"), 1U);
}

TEST_F(FoldTest, OneReporterSayingItAgainWithinADayIsShownNotCounted) {
  Report(Said("The till froze"));
  clock_.Advance(absl::Hours(23));
  Report(Said("the till froze"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).repeats(), 1U);
  clock_.Advance(absl::Hours(48));
  Report(Said("the till froze"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
}

TEST_F(FoldTest, AnAnonymousMachineIsAtMostOneReporter) {
  v1::Observation said = Said("The till froze");
  said.clear_reporter();
  Report(said);
  clock_.Advance(absl::Hours(30));
  *said.mutable_observed_at() = contract::ToStamp(clock_.Wall());
  Report(said);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
}

TEST_F(FoldTest, AnAnswerIsOwedOnceToEachContributingReport) {
  const std::string first = Report(Said("The till froze", "r1"));
  const std::string second = Report(Said("The till froze", "r2"), &other_);
  FoldAll();
  Answer(1, "Fixed on Thursday");
  FoldAll();
  const auto replies = views_->RepliesAfter("pc1", 0, 10);
  ASSERT_EQ(replies->size(), 1U);
  EXPECT_EQ((*replies)[0].record, first);
  ASSERT_EQ(RepliesOf("pc2"), 1U);
  EXPECT_EQ(fold_->TakeOwed(), (std::set<std::string>{"pc1", "pc2"}));
  const auto answer = views_->FindAnswer((*replies)[0].answer);
  ASSERT_TRUE(answer.ok() && *answer);
  EXPECT_EQ((*answer)->text(), "Fixed on Thursday");
}

TEST_F(FoldTest, WhoJoinsLaterGetsTheStandingAnswer) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  Answer(1, "Fixed on Thursday");
  FoldAll();
  Report(Said("The till froze", "r2"), &other_);
  FoldAll();
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  EXPECT_EQ(RepliesOf("pc1"), 1U);
}

TEST_F(FoldTest, AWithdrawnReportNoLongerCountsAndItsTextIsGone) {
  const std::string id = Report(Said("The till froze secretly", "r1"));
  Report(Said("The till froze secretly", "r2"));
  FoldAll();
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
  EXPECT_EQ(Insight(1).verbatims_size(), 1);
  EXPECT_TRUE((*reader_->ReadOne(1))->erased);
}

TEST_F(FoldTest, ACorrectedReportReplacesTheOneBefore) {
  const std::string id = Report(Said("The till froze", "r1"));
  v1::Observation better = Said("The parcel is lost", "r1");
  better.set_corrects(id);
  Report(better);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 0U);
  EXPECT_EQ(Insight(2).observations(), 1U);
}

TEST_F(FoldTest, ACorrectionOfTheSameTextKeepsWhatItCorrects) {
  const std::string id = Report(Said("The till froze", "r1"));
  FoldAll();
  v1::Observation worse = Said("The till froze", "r1");
  worse.set_severity(5);
  worse.set_corrects(id);
  Report(worse);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
  EXPECT_TRUE(Insight(1).open_always());
}

TEST_F(FoldTest, ACorrectionThatOvertakesItsReportStillReplacesIt) {
  const std::string id = random_.Bytes(16);
  v1::Observation urgent = Said("A parcel fell", "r1");
  urgent.set_severity(5);
  urgent.set_corrects(id);
  Report(urgent);
  FoldAll();
  Report(Said("A parcel fel", "r1"), nullptr, id);
  FoldAll();
  EXPECT_EQ(*views_->Number("observations"), 1U);
  EXPECT_TRUE((*reader_->ReadOne(3))->erased);
}

TEST_F(FoldTest, OnlyTheAgentThatReportedMayTakeBack) {
  const std::string id = Report(Said("The till froze", "r1"));
  FoldAll();
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(other_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_FALSE((*reader_->ReadOne(1))->erased);
}

TEST_F(FoldTest, ViewsMadeAgainKeepTheOrderOfWithdrawalsAndAnswers) {
  const std::string id = Report(Said("The till froze", "r1"));
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  Report(Said("The till froze", "r1"));
  FoldAll();
  Answer(1, "first");
  FoldAll();
  Answer(1, "second");
  FoldAll();
  Report(Said("The till froze", "r2"), &other_);
  FoldAll();
  const uint32_t reporters = Insight(1).reporters();
  EXPECT_EQ(reporters, 2U);
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).reporters(), reporters);
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(RepliesOf("pc2"), 1U) << "the answer that stood then, no other";
}

TEST_F(FoldTest, UrgentReportsAreReadFirst) {
  Report(Said("The till froze", "r1"));
  v1::Observation urgent = Said("A parcel fell on someone", "r2");
  urgent.set_severity(5);
  Report(urgent);
  FoldAll();
  EXPECT_EQ(Insight(1).topic(), "delivery");
  EXPECT_TRUE(Insight(1).open_always());
  EXPECT_EQ(*views_->Number("observations"), 2U);
}

TEST_F(FoldTest, ARestartReadsNoTextAgain) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  LoseViews();
  // Under these rules the same text would be a matter of delivery.
  OpenFold(R"(topics { path: "delivery" words: "till" })");
  FoldAll();
  EXPECT_EQ(Insight(1).topic(), "checkout");
  EXPECT_EQ(Insight(1).observations(), 1U);
}

TEST_F(FoldTest, NothingIsCountedBeforeItsReadingIsInTheLog) {
  Report(Said("The till froze"));
  sqlite3* log = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.File("log.db").c_str(), &log), SQLITE_OK);
  sqlite3_exec(log,
               "CREATE TRIGGER full BEFORE INSERT ON log WHEN NEW.kind=2 "
               "BEGIN SELECT RAISE(ABORT, 'full'); END",
               nullptr, nullptr, nullptr);
  sqlite3_close(log);
  EXPECT_FALSE(fold_->Step().ok());
  EXPECT_FALSE(*views_->HasEvidence(1));
}

TEST_F(FoldTest, ViewsMadeAgainFromTheLogAreTheSame) {
  const std::string id = Report(Said("The till froze", "r1"));
  Report(Said("The till froze", "r2"), &other_);
  Report(Said("The till froze", "r1"), nullptr, id);
  v1::Observation urgent = Said("A parcel fell", "r3");
  urgent.set_severity(5);
  Report(urgent);
  FoldAll();
  Answer(2, "Thank you");
  Report(Said("The till froze", "r4"), &other_);
  FoldAll();
  const std::string one = Insight(1).SerializeAsString();
  const std::string two = Insight(2).SerializeAsString();
  const uint64_t end = *reader_->End();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).SerializeAsString(), one);
  EXPECT_EQ(Insight(2).SerializeAsString(), two);
  EXPECT_EQ(RepliesOf("pc1"), 1U);
  EXPECT_EQ(RepliesOf("pc2"), 2U);
  EXPECT_EQ(*reader_->End(), end) << "nothing was decided twice";
}

TEST_F(FoldTest, ADecisionTheLoopForbidsChangesNothing) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  Answer(99, "To nobody");
  FoldAll();
  EXPECT_EQ(fold_->counters().decisions_refused.value(), 1U);
  EXPECT_EQ(RepliesOf("pc1"), 0U);
}

TEST_F(FoldTest, AScopeThatIsCountedLaterIsToldWithoutAnyNewReport) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  Report(Said("The till froze", "r2"));
  FoldAll();
  const std::string before = *views_->FindMirrored("scope/leader");
  clock_.Advance(absl::Minutes(1));
  const auto step = fold_->Step();
  ASSERT_TRUE(step.ok());
  EXPECT_TRUE(*step) << "whoever sends updates must hear of it";
  EXPECT_NE(*views_->FindMirrored("scope/leader"), before);
}

TEST_F(FoldTest, EveryChangeIsMirroredUnderANewNumber) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  const auto first = views_->ItemsAfter(0, 100, 1 << 20);
  ASSERT_TRUE(first.ok());
  uint64_t last = 0;
  for (const v1::Item& item : *first) {
    EXPECT_GT(item.seq(), last);
    last = item.seq();
  }
  Report(Said("The till froze", "r2"));
  FoldAll();
  const auto then = views_->ItemsAfter(last, 100, 1 << 20);
  bool changed = false;
  for (const v1::Item& item : *then) {
    changed = changed || item.kind() == v1::UPDATE_INSIGHT;
  }
  EXPECT_TRUE(changed);
}

}  // namespace
}  // namespace earshot::router
