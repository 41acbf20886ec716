#ifndef EARSHOT_TESTS_ROUTER_FOLD_FIXTURE_H_
#define EARSHOT_TESTS_ROUTER_FOLD_FIXTURE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/config/text_config.h"
#include "base/wire/lane_hash.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/intake/record_reader.h"
#include "router/organisation/organisation.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {

inline constexpr char kTaxonomy[] = R"(
  topics { path: "checkout" words: "till" }
  topics { path: "delivery" words: "parcel" }
)";

// A log, views and a fold on real files; records go in as intake makes them.
class FoldTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kSeed = 3;

  FoldTest()
      : clock_(testing::At("2026-11-02T10:00:00Z")),
        random_(kSeed),
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

  void OpenFold(const char* taxonomy,
                std::unique_ptr<ReadAhead> read_ahead = nullptr) {
    fold_.reset();
    reader_ = *Log::OpenForReading(folder_.File("log.db"));
    views_ = *Views::Open(folder_.File("views.db"));
    fold_ = std::make_unique<Fold>(FoldOptions{key_, 1000, 1000, 1000},
                                   *reader_, *writer_, *views_, clock_, random_,
                                   log_, std::move(read_ahead));
    v1::Taxonomy parsed;
    ASSERT_TRUE(config::ParseText(taxonomy, parsed).empty());
    fold_->UseTaxonomy(*Taxonomy::Compile(parsed));
    ASSERT_TRUE(fold_->Recover().ok());
  }

  void LoseViews() {
    fold_.reset();
    views_.reset();
    Remove("views.db");
  }

  // Begins anew, with the same random numbers.
  void LoseEverything() {
    LoseViews();
    reader_.reset();
    writer_.reset();
    Remove("log.db");
    random_ = testing::SeededRandom(kSeed);
    writer_ = std::make_unique<LogWriter>(
        *Log::Open(folder_.File("log.db"), random_));
  }

  void Remove(const std::string& database) {
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::filesystem::remove(folder_.File(database + ending));
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

}  // namespace earshot::router

#endif  // EARSHOT_TESTS_ROUTER_FOLD_FIXTURE_H_
