#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "router/loop/escalation.h"
#include "router/loop/front_line.h"
#include "router/loop/loop.h"
#include "router/loop/on_duty.h"
#include "tests/testing/fake_clock.h"

// Every state that an insight of three reporters can come to, by whatever
// leaders, the front line and time do, in whatever order; and that no step
// leaves the loop's table. The product's own functions make the steps.
namespace earshot::router {
namespace {

using ::earshot::testing::At;

const absl::Time kNow = At("2026-11-02T10:00:00Z");

// What the future of an insight depends on.
using Key = std::tuple<int, int, uint32_t, uint32_t, uint32_t, uint64_t, bool,
                       bool, bool, bool>;

Key KeyOf(const v1::Insight& insight) {
  const v1::Verdicts& verdicts = insight.verdicts();
  return {insight.state(),
          insight.escalation().stage(),
          verdicts.yes(),
          verdicts.no(),
          verdicts.cannot_tell(),
          insight.since_settled(),
          insight.has_muted(),
          insight.has_due(),
          insight.answers_size() > 0,
          insight.taken_by().empty()};
}

struct Step {
  std::string who;
  std::string name;
  // False: it was refused, and must have changed nothing.
  std::function<bool(v1::Insight&)> make;
};

class Model {
 public:
  Model() : duty_(Organisation()) {
    for (const char* verb : {"ack", "assign", "answer", "decline", "resolve",
                             "reopen", "mute", "rename", "correct-topic"}) {
      steps_.push_back({"leader", verb, [this, verb](v1::Insight& insight) {
                          return Decide(insight, verb);
                        }});
    }
    for (const auto before : {0, 1, 2, 3}) {
      for (const auto fixed :
           {v1::Verdict::YES, v1::Verdict::NO, v1::Verdict::CANNOT_TELL}) {
        for (const bool reason : {false, true}) {
          steps_.push_back(
              {"front line",
               std::string("verdict ") + v1::Verdict::Fixed_Name(fixed) +
                   (reason ? " because" : ""),
               [=, this](v1::Insight& insight) {
                 return Say(insight, static_cast<v1::Verdict::Fixed>(before),
                            fixed, reason);
               }});
        }
      }
    }
    steps_.push_back({"front line", "report", [](v1::Insight& insight) {
                        if (insight.since_settled() >= 3) return false;
                        WatchEvidence(insight, kNow + absl::Hours(1), true);
                        return true;
                      }});
    for (const auto what :
         {v1::TickRecord::ACKNOWLEDGEMENT_EXPIRED, v1::TickRecord::UNCHALLENGED,
          v1::TickRecord::IS_BACK, v1::TickRecord::REMINDED,
          v1::TickRecord::ESCALATED, v1::TickRecord::OVERDUE}) {
      steps_.push_back(
          {"time", v1::TickRecord::What_Name(what),
           [this, what](v1::Insight& insight) { return Pass(insight, what); }});
    }
  }

  struct Counts {
    size_t states = 0;
    size_t steps = 0;
    size_t refused = 0;
    // By what was done: from which state to which.
    std::map<std::string, std::set<std::pair<v1::State, v1::State>>> moves;
  };
  Counts Explore() {
    Counts counts;
    std::set<Key> known;
    std::deque<v1::Insight> open{Opened()};
    known.insert(KeyOf(open.front()));
    while (!open.empty()) {
      const v1::Insight from = std::move(open.front());
      open.pop_front();
      for (const Step& step : steps_) {
        v1::Insight to = from;
        if (!step.make(to)) {
          ++counts.refused;
          EXPECT_EQ(to.SerializeAsString(), from.SerializeAsString())
              << step.name << " was refused, and changed something";
          continue;
        }
        ++counts.steps;
        counts.moves[step.who + ": " + step.name].insert(
            {from.state(), to.state()});
        if (known.insert(KeyOf(to)).second) open.push_back(std::move(to));
      }
    }
    counts.states = known.size();
    return counts;
  }

 private:
  static v1::Organisation Organisation() {
    v1::Organisation organisation;
    organisation.add_leaders()->set_id("amara");
    v1::Leader& dana = *organisation.add_leaders();
    dana.set_id("dana");
    dana.set_manager("amara");
    organisation.mutable_loop()->set_escalation_hours(1);
    return organisation;
  }
  static v1::Insight Opened() {
    v1::Insight insight;
    insight.set_id(1);
    insight.set_state(v1::HEARD);
    insight.set_observations(3);
    insight.set_reporters(3);
    insight.set_severity_max(4);
    *insight.mutable_first_seen() = contract::ToStamp(kNow - absl::Hours(9));
    *insight.mutable_last_seen() = contract::ToStamp(kNow - absl::Hours(9));
    *insight.mutable_answer_due() = contract::ToStamp(kNow);
    v1::Cell& cell = *insight.add_cells();
    cell.set_observations(3);
    return insight;
  }
  bool Decide(v1::Insight& insight, const std::string& verb) {
    LoggedDecision decided;
    v1::Decision& decision = *decided.record.mutable_decision();
    decision.set_leader("dana");
    *decision.mutable_at() = contract::ToStamp(kNow);
    decided.number = insight.last_decision() + 1;
    decided.text = "because";
    decided.leader_name = "Dana";
    decided.record.set_answer_id("answer");
    if (verb == "ack") decision.mutable_acknowledge();
    if (verb == "assign") {
      *decision.mutable_assign()->mutable_due() = contract::ToStamp(kNow);
    }
    if (verb == "answer") decision.mutable_answer();
    if (verb == "decline") decision.mutable_decline();
    if (verb == "resolve") decision.mutable_resolve();
    if (verb == "reopen") decision.mutable_reopen();
    if (verb == "rename") decision.mutable_rename();
    if (verb == "correct-topic") decision.mutable_correct_topic();
    if (verb == "mute") {
      *decision.mutable_mute()->mutable_until() =
          contract::ToStamp(kNow + absl::Hours(1));
    }
    return ApplyDecision(insight, decided, duty_.rules()).ok();
  }
  bool Say(v1::Insight& insight, v1::Verdict::Fixed before,
           v1::Verdict::Fixed fixed, bool reason) const {
    const v1::Verdicts& said = insight.verdicts();
    const uint32_t all = said.yes() + said.no() + said.cannot_tell();
    const uint32_t same = before == v1::Verdict::YES  ? said.yes()
                          : before == v1::Verdict::NO ? said.no()
                          : before == v1::Verdict::CANNOT_TELL
                              ? said.cannot_tell()
                              : 3 - all;
    // Only who has said so before can change it, and only three are there.
    if (said.answer().empty() || same == 0) return false;
    ReportersVerdict verdict;
    verdict.answer = said.answer();
    verdict.before = before;
    verdict.fixed = fixed;
    verdict.with_reason = reason;
    verdict.number = insight.last_decision() + 1;
    verdict.at = kNow;
    return ApplyVerdict(insight, verdict, duty_.rules());
  }
  // Only what is next; when does not matter.
  bool Pass(v1::Insight& insight, v1::TickRecord::What what) const {
    auto next = NextTick(insight, duty_.rules());
    const bool escalates = what >= v1::TickRecord::REMINDED;
    if (escalates) next = NextEscalation(insight, duty_);
    if (!next || next->what != what) return false;
    v1::TickRecord tick;
    tick.set_what(what);
    tick.set_decision(insight.last_decision());
    tick.set_leader(next->leader);
    *tick.mutable_at() = contract::ToStamp(kNow);
    return escalates ? ApplyEscalation(insight, tick, 1)
                     : ApplyTick(insight, tick, insight.last_decision() + 1);
  }

  const OnDuty duty_;
  std::vector<Step> steps_;
};

const std::set<v1::State> kFinished{v1::RESOLVED, v1::CONFIRMED,
                                    v1::UNCHALLENGED, v1::DECLINED};
const std::set<v1::State> kOpen{v1::HEARD, v1::ACKNOWLEDGED, v1::COMMITTED,
                                v1::REOPENED};

// The table of docs/reference/loop.md, once more and by hand.
bool InTable(const std::string& what, v1::State from, v1::State to) {
  const bool same = from == to;
  if (what == "leader: ack") {
    return (from == v1::HEARD || from == v1::REOPENED) &&
           to == v1::ACKNOWLEDGED;
  }
  if (what == "leader: assign")
    return kOpen.contains(from) && to == v1::COMMITTED;
  if (what == "leader: answer") return kOpen.contains(from) && same;
  if (what == "leader: decline")
    return kOpen.contains(from) && to == v1::DECLINED;
  if (what == "leader: resolve")
    return kOpen.contains(from) && to == v1::RESOLVED;
  if (what == "leader: reopen") {
    return kFinished.contains(from) && to == v1::REOPENED;
  }
  if (what == "leader: mute") return kOpen.contains(from) && same;
  if (what.rfind("leader: ", 0) == 0) return same;  // wording
  if (what == "front line: report") return same;
  if (what.rfind("front line: verdict", 0) == 0) {
    if (from == v1::DECLINED || !kFinished.contains(from)) return false;
    return same ||
           (what == "front line: verdict NO because" && to == v1::REOPENED) ||
           (from == v1::RESOLVED && to == v1::CONFIRMED);
  }
  if (what == "time: ACKNOWLEDGEMENT_EXPIRED") {
    return from == v1::ACKNOWLEDGED && to == v1::HEARD;
  }
  if (what == "time: UNCHALLENGED") {
    return from == v1::RESOLVED && to == v1::UNCHALLENGED;
  }
  if (what == "time: IS_BACK") {
    return kFinished.contains(from) && to == v1::REOPENED;
  }
  return same;  // escalation moves no state
}

TEST(LoopModel, NoOrderOfEventsLeavesTheTable) {
  const Model::Counts counts = Model().Explore();
  for (const auto& [what, moves] : counts.moves) {
    for (const auto& [from, to] : moves) {
      EXPECT_TRUE(InTable(what, from, to))
          << what << ": " << contract::StateName(from) << " to "
          << contract::StateName(to);
    }
  }
  // Everything that the table has can happen.
  std::set<v1::State> reached;
  for (const auto& [what, moves] : counts.moves) {
    for (const auto& [from, to] : moves) reached.insert(to);
  }
  EXPECT_EQ(reached.size(), 8U);
  RecordProperty("states", static_cast<int>(counts.states));
  RecordProperty("steps", static_cast<int>(counts.steps));
  RecordProperty("refused", static_cast<int>(counts.refused));
  std::cout << counts.states << " states, " << counts.steps << " steps, "
            << counts.refused << " refused\n";
}

}  // namespace
}  // namespace earshot::router
