#include "tests/checker/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "tests/checker/answers.h"
#include "tests/checker/erasures.h"
#include "tests/checker/fate.h"
#include "tests/checker/findings.h"
#include "tests/checker/regroups.h"
#include "tests/checker/verdicts.h"

namespace earshot::checker {
namespace {

struct Observation {
  std::string_view id;
  Fate fate;
  std::string_view who;  // of its first report
  uint32_t lane = 1;
  bool one_place = true;    // always reported by `who`, on `lane`
  size_t stored = kNever;   // index of its first row
  uint64_t position = 0;    // the lowest
  size_t counted = kNever;  // index of its first row
  uint64_t insight = 0;     // of that row
  uint32_t times = 0;       // rows that are no repeats
  bool twice_found = false;
  // When the last of the answers that were shown was given for certain;
  // kNever: one of them may have been given at any time since.
  bool any_shown = false;
  size_t newest_shown = 0;
};

// "store-1#2" is a clone of the machine store-1.
std::string_view MachineOf(std::string_view who) {
  return who.substr(0, who.find('#'));
}

class Checker {
 public:
  explicit Checker(const History& history)
      : history_(history),
        regroups_(history),
        answers_(history, regroups_),
        verdicts_(history),
        erasures_(history) {
    observations_.reserve(history.size());
    ids_.reserve(history.size());
  }

  std::vector<Finding> Run() {
    for (size_t index = 0; index < history_.size(); ++index) See(index);
    regroups_.Close();
    answers_.Close();
    CheckStored();
    CheckCounted();
    CheckTotals();
    CheckOrder();
    CheckShown();
    CheckUnanswered();
    CheckDigests();
    CheckAlarms();
    regroups_.Check(found_);
    verdicts_.Check(
        regroups_, [this](std::string_view id) { return InsightOf(id); },
        found_);
    erasures_.Check(found_);
    return found_.Take();
  }

 private:
  void Add(Breach breach, size_t index, std::string_view who,
           std::string_view id, std::string detail) {
    found_.Add(breach, index, who, id, std::move(detail));
  }

  size_t IndexOf(const std::string& id) {
    const auto [at, fresh] = ids_.try_emplace(id, observations_.size());
    if (fresh) observations_.emplace_back().id = id;
    return at->second;
  }

  void See(size_t index) {
    const Event& event = history_[index];
    switch (event.what) {
      case What::kReport:
        SeeReport(event, index);
        return;
      case What::kAnswer:
      case What::kResolve:
        return answers_.SeeGiven(index);
      case What::kMerge:
      case What::kSplit:
        return regroups_.See(index);
      case What::kVerdict:
        return verdicts_.SeeGiven(index);
      case What::kErase:
        return erasures_.See(index);
      case What::kStored:
        SeeStored(event, index);
        return;
      case What::kCounted:
        SeeCounted(event, index);
        return;
      case What::kShown:
        shown_.push_back(index);
        return answers_.SeeShown(index);
      case What::kDigest:
        digests_.push_back(index);
        return;
      case What::kTotal:
        totals_.push_back(index);
        return;
      case What::kDecided:
        return answers_.SeeDecided(index);
      case What::kHeard:
        return verdicts_.SeeHeard(index);
      case What::kState:
        answers_.SeeState(index);
        return verdicts_.SeeState(index);
      case What::kFound:
        return erasures_.SeeFound(index);
      case What::kAlarm:
        alarms_[{MachineOf(event.who), event.id}] = index;
        return;
      case What::kExpectAlarm:
        expected_.push_back(index);
        return;
    }
  }

  void SeeReport(const Event& event, size_t index) {
    const size_t at = IndexOf(event.id);
    Observation& seen = observations_[at];
    if (!seen.fate.known()) {
      seen.who = event.who;
      seen.lane = event.lane;
      reported_.push_back(at);
    }
    seen.fate.See(event.outcome, index);
    reporters_.insert({at, MachineOf(event.who)});
    seen.one_place &= seen.who == event.who && seen.lane == event.lane;
  }

  void SeeStored(const Event& event, size_t index) {
    Observation& seen = observations_[IndexOf(event.id)];
    if (seen.stored == kNever || event.position < seen.position) {
      seen.position = event.position;
    }
    seen.stored = std::min(seen.stored, index);
  }

  void SeeCounted(const Event& event, size_t index) {
    const size_t at = IndexOf(event.id);
    Observation& seen = observations_[at];
    members_.insert({at, event.insight});
    if (!event.repeat) {
      ++counts_[event.insight];
      ++seen.times;
    }
    if (seen.counted == kNever) {
      seen.counted = index;
      seen.insight = event.insight;
    }
    const bool elsewhere = event.insight != seen.insight;
    if (seen.twice_found || (!elsewhere && seen.times < 2)) return;
    seen.twice_found = true;
    Add(Breach::kCountedTwice, index, seen.who, seen.id,
        elsewhere
            ? fmt::format("in insights {} and {}", seen.insight, event.insight)
            : fmt::format("counted again in insight {}", event.insight));
  }

  void CheckStored() {
    for (const Observation& seen : observations_) {
      const size_t row = std::min(seen.stored, seen.counted);
      if (seen.fate.first_ok != kNever && seen.stored == kNever) {
        Add(Breach::kLost, seen.fate.first_ok, seen.who, seen.id,
            "ok, and not in the log");
      }
      if (row != kNever && !seen.fate.may_be_taken()) {
        Add(Breach::kInvented, row, seen.who, seen.id,
            seen.fate.known() ? "in the stores, and only ever refused"
                              : "in the stores, and nobody reported it");
      }
    }
  }

  // What was erased before it was read is read as nothing.
  void CheckCounted() {
    for (const Observation& seen : observations_) {
      if (seen.stored == kNever || seen.counted != kNever ||
          erasures_.MayBeErased(seen.id)) {
        continue;
      }
      Add(Breach::kNotCounted, seen.stored, seen.who, seen.id,
          fmt::format("at position {}, in no insight", seen.position));
    }
  }

  void CheckTotals() {
    for (const size_t index : totals_) {
      const Event& event = history_[index];
      const auto at = counts_.find(event.insight);
      const uint64_t counted = at == counts_.end() ? 0 : at->second;
      if (event.count == counted) continue;
      Add(Breach::kWrongTotal, index, event.who,
          fmt::format("{}", event.insight),
          fmt::format("says {}, counted are {}", event.count, counted));
    }
  }

  // One report was taken before another if its ok invocation comes before
  // every invocation by which the other one may have been taken.
  void CheckOrder() {
    struct Step {
      size_t at;
      size_t observation;
      bool taken;  // false: the first moment at which it may have been
    };
    std::vector<Step> steps;
    for (const size_t index : reported_) {
      const Observation& seen = observations_[index];
      if (seen.fate.first_ok == kNever || seen.stored == kNever ||
          !seen.one_place) {
        continue;
      }
      steps.push_back({seen.fate.first_open, index, false});
      steps.push_back({seen.fate.ok_invocation, index, true});
    }
    std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
      return std::pair(a.at, a.taken) < std::pair(b.at, b.taken);
    });
    absl::flat_hash_map<std::pair<std::string_view, uint32_t>, size_t> latest;
    for (const Step& step : steps) {
      const Observation& seen = observations_[step.observation];
      const auto [at, first] =
          latest.try_emplace({seen.who, seen.lane}, step.observation);
      const Observation& before = observations_[at->second];
      if (first && !step.taken) {
        latest.erase(at);
      } else if (step.taken && seen.position > before.position) {
        at->second = step.observation;
      } else if (!step.taken && seen.position < before.position) {
        Add(Breach::kOutOfOrder, seen.stored, seen.who, seen.id,
            fmt::format("at position {}, and {}, reported before it, at {}",
                        seen.position, before.id, before.position));
      }
    }
  }

  // Why an answer may not be shown there; empty: it may.
  std::string WrongAnswer(const Event& event) const {
    const auto report = ids_.find(event.id);
    if (report == ids_.end() ||
        !reporters_.contains({report->second, MachineOf(event.who)})) {
      return "shown to who did not report it";
    }
    const Answer* answer = answers_.Find(event.answer);
    if (answer == nullptr || !answer->fate.may_be_taken()) {
      return fmt::format("answer {} was never given", event.answer);
    }
    const uint64_t insight = answer->insight;
    if (insight == 0) return "";  // nobody can tell any more
    if (members_.contains({report->second, insight}) ||
        regroups_.Akin(observations_[report->second].insight, insight)) {
      return "";
    }
    return fmt::format("answer {} is of insight {}, which it is not in",
                       event.answer, insight);
  }

  void CheckShown() {
    absl::flat_hash_set<std::array<std::string_view, 3>> before;
    for (const size_t index : shown_) {
      const Event& event = history_[index];
      if (!before.insert({event.who, event.id, event.answer}).second) {
        Add(Breach::kAnsweredTwice, index, event.who, event.id,
            fmt::format("answer {} shown again", event.answer));
      }
      std::string wrong = WrongAnswer(event);
      if (!wrong.empty()) {
        Add(Breach::kAnsweredWrong, index, event.who, event.id,
            std::move(wrong));
        continue;
      }
      Observation& seen = observations_[ids_.at(event.id)];
      const size_t given = answers_.Find(event.answer)->fate.first_ok;
      seen.any_shown = true;
      seen.newest_shown = std::max(seen.newest_shown, given);
    }
  }

  // Who joins an insight late gets the standing answer alone, so only the
  // last ok answer must have come, or one that may have replaced it: of
  // answers given at the same time either may stand.
  void CheckUnanswered() {
    for (const Observation& seen : observations_) {
      const Answer* answer = answers_.Last(seen.insight);
      if (seen.counted == kNever || answer == nullptr || !seen.fate.known() ||
          !answers_.Owed(*answer, seen.position) ||
          erasures_.MayBeErased(seen.id) ||
          (seen.any_shown &&
           seen.newest_shown >= answer->fate.last_invocation)) {
        continue;
      }
      Add(Breach::kUnanswered, seen.counted, seen.who, seen.id,
          fmt::format("in insight {}, and answer {} was never shown",
                      seen.insight, answer->id));
    }
  }

  void CheckDigests() {
    absl::flat_hash_set<std::array<std::string_view, 3>> sent;
    for (const size_t index : digests_) {
      const Event& event = history_[index];
      if (event.repeat) continue;
      if (sent.insert({event.who, event.id, event.period}).second) continue;
      Add(Breach::kDigestTwice, index, event.who, event.id,
          fmt::format("period {} again", event.period));
    }
  }

  void CheckAlarms() {
    for (const size_t index : expected_) {
      const Event& event = history_[index];
      const auto at = alarms_.find({MachineOf(event.who), event.id});
      if (at != alarms_.end() && at->second > index) continue;
      Add(Breach::kNoAlarm, index, event.who, event.id, "never raised");
    }
  }

  uint64_t InsightOf(std::string_view id) const {
    const auto at = ids_.find(id);
    return at == ids_.end() ? 0 : observations_[at->second].insight;
  }

  const History& history_;
  Findings found_;
  Regroups regroups_;
  Answers answers_;
  Verdicts verdicts_;
  Erasures erasures_;
  std::vector<Observation> observations_;
  absl::flat_hash_map<std::string_view, size_t> ids_;
  std::vector<size_t> reported_;  // observations, by their first report
  absl::flat_hash_set<std::pair<size_t, std::string_view>> reporters_;
  absl::flat_hash_set<std::pair<size_t, uint64_t>> members_;
  absl::flat_hash_map<uint64_t, uint64_t> counts_;  // by insight
  std::vector<size_t> shown_, digests_, totals_, expected_;
  // The last alarm of a machine about something.
  absl::flat_hash_map<std::pair<std::string_view, std::string_view>, size_t>
      alarms_;
};

}  // namespace

std::string_view BreachName(Breach breach) {
  static constexpr std::array<std::string_view, 18> kNames = {
      "lost",           "invented",     "not_counted",      "counted_twice",
      "wrong_total",    "out_of_order", "unanswered",       "answered_twice",
      "answered_wrong", "digest_twice", "no_alarm",         "not_merged",
      "not_split",      "verdict_lost", "verdict_invented", "verdict_twice",
      "overruled",      "not_erased"};
  return kNames.at(static_cast<size_t>(breach));
}

std::vector<Finding> Check(const History& history) {
  return Checker(history).Run();
}

}  // namespace earshot::checker
