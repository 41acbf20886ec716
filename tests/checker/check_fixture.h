#ifndef EARSHOT_TESTS_CHECKER_CHECK_FIXTURE_H_
#define EARSHOT_TESTS_CHECKER_CHECK_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/checker/check.h"

namespace earshot::checker {

// Makes small histories, and says what the checker finds in them.
class CheckTest : public ::testing::Test {
 protected:
  void Report(const std::string& who, const std::string& id,
              Outcome outcome = Outcome::kOk, uint32_t lane = 1) {
    Event& event = Add(What::kReport, who, id);
    event.outcome = Outcome::kInvoked;
    event.lane = lane;
    if (outcome != Outcome::kInvoked) Outcomes(outcome);
  }
  void Answer(const std::string& id, uint64_t insight,
              Outcome outcome = Outcome::kOk) {
    Event& event = Add(What::kAnswer, "amara", id);
    event.outcome = Outcome::kInvoked;
    event.insight = insight;
    Outcomes(outcome);
  }
  // Likewise, and it finishes the insight.
  void Resolve(const std::string& id, uint64_t insight,
               Outcome outcome = Outcome::kOk) {
    Event& event = Add(What::kResolve, "amara", id);
    event.outcome = Outcome::kInvoked;
    event.insight = insight;
    Outcomes(outcome);
  }
  void Decided(const std::string& id, uint64_t position) {
    Add(What::kDecided, "", id).position = position;
  }
  void State(uint64_t insight, const std::string& said,
             const std::string& answer, uint64_t verdicts = 0) {
    Event& event = Add(What::kState, "router", "");
    event.insight = insight;
    event.said = said;
    event.answer = answer;
    event.count = verdicts;
  }
  // At the end the two are in these.
  void Regroup(What what, const std::string& id, uint64_t one, uint64_t other,
               Outcome outcome = Outcome::kOk) {
    Event& event = Add(what, "amara", id);
    event.outcome = Outcome::kInvoked;
    event.insight = one;
    event.count = other;
    Outcomes(outcome);
  }
  void Verdict(const std::string& id, const std::string& answer,
               const std::string& said, Outcome outcome = Outcome::kOk) {
    Event& event = Add(What::kVerdict, "pc1", id);
    event.outcome = Outcome::kInvoked;
    event.answer = answer;
    event.said = said;
    Outcomes(outcome);
  }
  void Heard(const std::string& id, const std::string& answer,
             const std::string& said) {
    Event& event = Add(What::kHeard, "pc1", id);
    event.answer = answer;
    event.said = said;
  }
  void Erase(const std::string& id, Outcome outcome = Outcome::kOk) {
    Add(What::kErase, "operator", id).outcome = Outcome::kInvoked;
    Outcomes(outcome);
  }
  void Shown(const std::string& who, const std::string& id,
             const std::string& answer) {
    Add(What::kShown, who, id).answer = answer;
  }
  void Digest(const std::string& id, const std::string& period,
              bool repeat = false) {
    Event& event = Add(What::kDigest, "amara", id);
    event.period = period;
    event.repeat = repeat;
  }
  void Stored(const std::string& id, uint64_t position) {
    Add(What::kStored, "", id).position = position;
  }
  void Counted(const std::string& id, uint64_t insight, bool repeat = false) {
    Event& event = Add(What::kCounted, "", id);
    event.insight = insight;
    event.repeat = repeat;
  }
  void Total(const std::string& who, uint64_t insight, uint64_t count) {
    Event& event = Add(What::kTotal, who, "");
    event.insight = insight;
    event.count = count;
  }
  // Reported, stored and counted: nothing is wrong with it.
  void Whole(const std::string& who, const std::string& id, uint64_t position,
             uint64_t insight) {
    Report(who, id);
    Stored(id, position);
    Counted(id, insight);
  }
  Event& Add(What what, const std::string& who, const std::string& id) {
    Event& event = history_.emplace_back();
    event.what = what;
    event.who = who;
    event.id = id;
    return event;
  }

  std::vector<std::string> Found() const {
    std::vector<std::string> lines;
    for (const Finding& finding : Check(history_)) {
      lines.push_back(std::string(BreachName(finding.breach)) + " " +
                      finding.who + " " + finding.id);
    }
    return lines;
  }

  History history_;

 private:
  void Outcomes(Outcome outcome) {
    Event event = history_.back();
    event.outcome = outcome;
    history_.push_back(event);
  }
};

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_CHECK_FIXTURE_H_
