#ifndef EARSHOT_TESTS_SIM_WORLD_H_
#define EARSHOT_TESTS_SIM_WORLD_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/store/database.h"
#include "router/log/log.h"
#include "tests/checker/history.h"
#include "tests/sim/disk.h"
#include "tests/sim/network.h"
#include "tests/sim/plan.h"
#include "tests/sim/programs.h"

namespace earshot::sim {

struct Outcome {
  checker::History history;
  bool converged = false;
  std::string stuck;  // what had not settled, when not converged
  uint64_t events = 0;
};

// One run: three agents, router, feed and a leader, on one thread and one
// simulated clock. First the plan with its faults; then the faults end,
// everything starts again and must come to rest; then the stores are read.
class World {
 public:
  using Trace = std::function<void(const std::string& line)>;
  // `trace` empty: none.
  World(const Site& site, uint64_t seed, Trace trace);
  ~World();

  Outcome Run(const Plan& plan);
  // Starts every program on an empty disk and keeps what is there then.
  static void MakeFresh(Site& site);

 private:
  struct Machine {
    explicit Machine(const absl::Duration& now) : clock(now) {}
    MachineClock clock;
    std::unique_ptr<telemetry::Log> log;
    std::unique_ptr<router::Router> router;
    std::unique_ptr<feed::Feed> feed;
    std::unique_ptr<AgentProgram> agent;
    bool exists = true;                               // clones begin to later
    absl::Duration up_at = absl::InfiniteDuration();  // when down
    absl::Duration turn_at;
    bool power_cut = false;  // at the next freeze
    absl::Duration back_after;
    std::optional<Image> copy;
    size_t history_at_copy = 0;
    bool lost_since_copy = false;  // and what it reports is of another epoch
  };
  struct Report {
    std::string id;
    int machine = 0;
    uint64_t number = 0;  // of the run's; 0: imported
    uint32_t lane = 1;
    std::string record;      // 16 bytes; empty: never learned
    std::string receipt;     // empty: imported, or never learned
    size_t outcome_at = 0;   // in the history; 0: none
    std::string own_word;    // in its text; empty: none
    std::string own_reason;  // likewise, of a verdict
  };
  // What a leader was asked to do, until the feed has said how it went.
  struct Asked {
    checker::Event event;
    uint64_t number = 0;
    std::string opened_by;  // of the insight that it is about
    // Observations by which insights are known at the end: what a merge made
    // one, or a split parted.
    std::string one, other;
    // Both insights, by number and opener.
    std::vector<std::pair<uint64_t, std::string>> insights;
  };

  // world.cc: the loop.
  void Loop(absl::Duration until, bool settle);
  absl::Duration NextTime(absl::Duration until) const;
  void TurnDue(const std::set<std::string>& reached);
  void TurnMachine(int machine);
  void TurnRouter(Machine& machine);
  bool Settled(std::string& why);
  Surroundings Around(int machine);
  bool Up(int machine) const;
  void Start(int machine);
  void Close(int machine);
  void Down(int machine, absl::Duration back_after, bool power);
  void Say(const std::string& line);
  void OnLog(int machine, telemetry::Level level, std::string_view event,
             const std::vector<telemetry::Field>& fields);
  void At(absl::Duration when, std::function<void()> what);

  // acts.cc: what the plan does.
  void Do(const Step& step);
  void DoFault(const Step& step);
  void EndFaults();

  // reporting.cc: the front line.
  void MakeReport(const Step& step);
  void Import(const Step& step);
  void Read(int machine);
  void GiveVerdict(const Step& step);

  // deciding.cc: the leader.
  std::optional<v1::Insight> Choose(uint64_t which) const;
  void Merge(uint64_t which, uint64_t into);
  void Split(uint64_t which, bool undo);
  void Decide(uint64_t which, bool resolve);
  void Ask(Asked asked, v1::Decision decision);
  void OnTold(uint64_t decision, LeaderProgram::Outcome outcome);
  void OnDigest(const v1::Digest& digest);

  // erasing.cc: the operator.
  static std::string RouterIdOf(const std::string& record);
  void Erase(uint64_t which);
  absl::Status AskToErase(const std::string& log_file,
                          const std::string& record);
  void ForgetUntaken();
  void FindErased();

  // disasters.cc
  void CopyFolder(int machine);
  void RestoreFolder(int machine);
  void WithdrawUntold();
  void LoseFolder(int machine);
  void Clone(int machine);
  // How many of its reports the router has.
  size_t ForgetUnacked(int machine, size_t since);
  void ExpectAlarm(int machine);
  void WithdrawUnseen(int machine, size_t since);
  void WithdrawExpectations();

  // stores.cc: what the stores hold at the end.
  void ReadLog();
  void ReadObservation(const router::LogRow& row);
  void ReadVerdict(const router::LogRow& row);
  void ReadDecision(const router::LogRow& row);
  void ReadViews();
  void ReadEvidence(store::Database& views);
  void ReadInsights(store::Database& views);
  uint64_t InsightMeant(uint64_t number, const std::string& opened_by) const;
  void PlaceDecisions(store::Database& views);
  void ReadInboxes();

  const Site& site_;
  const Trace trace_;
  testing::SeededRandom random_;
  absl::Duration now_;
  Disk disk_;
  Network network_;
  std::vector<std::unique_ptr<Machine>> machines_;
  MachineClock leader_clock_;
  std::unique_ptr<telemetry::Log> leader_log_;
  std::unique_ptr<LeaderProgram> leader_;
  absl::Duration leader_turn_at_;
  absl::Duration work_at_;  // the router's log and fold
  std::multimap<absl::Duration, std::function<void()>> later_;

  checker::History history_;
  std::map<std::string, Report> reports_;                  // by id
  std::map<std::string, std::string> id_of_record_;        // 16 bytes
  std::map<uint64_t, Asked> asked_;                        // by decision
  std::map<std::string, std::vector<std::string>> to_go_;  // words, by report
  uint64_t first_at_rest_ = 0;                             // decision
  uint64_t first_since_put_back_ = 0;  // decision; 0: the router never was
  std::set<std::pair<std::string, std::string>> shown_;
  std::map<int, size_t> cloned_at_;  // in the history; by original
  uint64_t next_report_ = 1;
  uint64_t next_decision_ = 1;
  uint64_t events_ = 0;
  std::map<uint64_t, std::string> id_at_;                 // by position
  std::map<std::string, std::string> id_of_observation_;  // the router's id
  std::map<std::string, std::string> answer_of_;          // by its id
  std::map<uint64_t, std::string> opened_;                // what, by insight
  std::map<uint64_t, uint64_t> merged_into_;
};

}  // namespace earshot::sim

#endif  // EARSHOT_TESTS_SIM_WORLD_H_
