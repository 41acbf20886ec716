#include "tests/checker/answers.h"

#include <algorithm>

#include "tests/checker/verdicts.h"

namespace earshot::checker {

namespace {

// As the router took them, where it did: they may overtake each other on their
// way.
bool Before(const Answer& one, const Answer& other) {
  if (one.position != 0 && other.position != 0) {
    return one.position < other.position;
  }
  return one.fate.last_invocation < other.fate.last_invocation;
}

}  // namespace

Answer& Answers::Of(std::string_view id) {
  const auto [at, fresh] = ids_.try_emplace(id, answers_.size());
  if (fresh) answers_.emplace_back().id = id;
  return answers_[at->second];
}

void Answers::SeeGiven(size_t index) {
  const Event& event = history_[index];
  Answer& answer = Of(event.id);
  answer.insight = event.insight;
  answer.finishes = event.what == What::kResolve;
  answer.fate.See(event.outcome, index);
}

void Answers::SeeDecided(size_t index) {
  const Event& event = history_[index];
  Answer& answer = Of(event.id);
  if (answer.position == 0 || event.position < answer.position) {
    answer.position = event.position;
  }
}

void Answers::SeeState(size_t index) {
  const Event& event = history_[index];
  if (IsFinished(event) && !event.answer.empty())
    stands_.insert({event.answer, event.insight});
}

void Answers::SeeShown(size_t index) {
  Of(history_[index].answer).shown = true;
}

const Answer* Answers::Find(std::string_view id) const {
  const auto at = ids_.find(id);
  return at == ids_.end() ? nullptr : &answers_[at->second];
}

bool Answers::StandsAnywhere(const Answer& answer) const {
  const auto at = stands_.lower_bound({answer.id, 0});
  return at != stands_.end() && at->first == answer.id;
}

bool Answers::MayBeOfOne(const Answer& one, const Answer& other) const {
  return one.insight == 0 || regroups_.Akin(one.insight, other.insight);
}

// The router refuses an answer to what is finished, after the leader was told
// that it is recorded. What anybody was shown was not refused.
bool Answers::MayBeRefused(const Answer& answer) const {
  if (answer.shown || StandsAnywhere(answer)) return false;
  return std::any_of(answers_.begin(), answers_.end(),
                     [&](const Answer& other) {
                       return &other != &answer && other.finishes &&
                              other.fate.may_be_taken() &&
                              other.fate.first_open < answer.fate.first_ok &&
                              MayBeOfOne(other, answer);
                     });
}

// Of answers given at the same time either may stand.
void Answers::Close() {
  for (size_t at = 0; at < answers_.size(); ++at) {
    const Answer& answer = answers_[at];
    if (answer.insight == 0 || answer.fate.first_ok == kNever ||
        MayBeRefused(answer)) {
      continue;
    }
    const auto [last, fresh] = last_.try_emplace(answer.insight, at);
    if (!fresh && Before(answers_[last->second], answer)) last->second = at;
  }
}

const Answer* Answers::Last(uint64_t insight) const {
  const auto at = last_.find(insight);
  return at == last_.end() ? nullptr : &answers_[at->second];
}

// None stands once the insight was finished and is open again.
bool Answers::MayBeOver(const Answer& answer) const {
  if (answer.finishes) return true;
  return std::any_of(
      answers_.begin(), answers_.end(), [&](const Answer& other) {
        return other.finishes && other.fate.may_be_taken() &&
               Before(answer, other) && MayBeOfOne(other, answer);
      });
}

bool Answers::Owed(const Answer& last, uint64_t position) const {
  // A leader's number may have meant either part.
  if (regroups_.Parted(last.insight)) return false;
  if (stands_.contains({last.id, last.insight}) || !MayBeOver(last))
    return true;
  return position < last.position && !regroups_.Touched(last.insight);
}

}  // namespace earshot::checker
