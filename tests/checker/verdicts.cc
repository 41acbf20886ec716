#include "tests/checker/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace earshot::checker {

bool IsFinished(const Event& state) {
  return state.said == "resolved" || state.said == "confirmed" ||
         state.said == "unchallenged";
}

void Verdicts::SeeGiven(size_t index) {
  const Event& event = history_[index];
  Given& given = given_[{event.id, event.answer}];
  given.who = event.who;
  given.said[event.said].See(event.outcome, index);
  if (event.outcome == Outcome::kOk) {
    given.first_ok = std::min(given.first_ok, index);
  }
}

void Verdicts::Check(const Regroups& regroups, const InsightOf& insight_of,
                     Findings& findings) const {
  CheckHeard(findings);
  CheckStates(regroups, insight_of, findings);
}

// Who was told nothing for certain, and says another word then, has said both.
void Verdicts::CheckHeard(Findings& findings) const {
  std::set<Asked> heard;
  for (const size_t index : heard_) {
    const Event& event = history_[index];
    heard.insert({event.id, event.answer});
    const auto given = given_.find({event.id, event.answer});
    if (given != given_.end()) {
      const auto said = given->second.said.find(event.said);
      if (said != given->second.said.end() && said->second.may_be_taken()) {
        continue;
      }
    }
    findings.Add(
        Breach::kVerdictInvented, index, event.who, event.id,
        fmt::format("'{}' to {}, which nobody said", event.said, event.answer));
  }
  for (const auto& [asked, given] : given_) {
    if (given.first_ok == kNever || heard.contains(asked)) continue;
    findings.Add(Breach::kVerdictLost, given.first_ok, given.who, asked.first,
                 fmt::format("to {}: ok, and not in the log", asked.second));
  }
}

void Verdicts::CheckStates(const Regroups& regroups,
                           const InsightOf& insight_of,
                           Findings& findings) const {
  for (const size_t index : states_) {
    const Event& state = history_[index];
    std::set<std::string_view> voices;
    for (const size_t at : heard_) {
      const Event& heard = history_[at];
      if (state.answer.empty() || heard.answer != state.answer) continue;
      voices.insert(heard.id);
      // A verdict about an answer that does not stand is refused; undoing a
      // merge may let it stand again.
      if (!IsFinished(state) || heard.said != kNoBecause ||
          insight_of(heard.id) != state.insight ||
          regroups.Touched(state.insight)) {
        continue;
      }
      findings.Add(Breach::kOverruled, index, heard.who, heard.id,
                   fmt::format("said no, and why, to {}, and insight {} is {}",
                               state.answer, state.insight, state.said));
    }
    if (state.count <= voices.size()) continue;
    findings.Add(Breach::kVerdictTwice, index, state.who,
                 fmt::format("{}", state.insight),
                 fmt::format("counts {} to {}, and {} were given", state.count,
                             state.answer, voices.size()));
  }
}

}  // namespace earshot::checker
