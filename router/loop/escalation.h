#ifndef EARSHOT_ROUTER_LOOP_ESCALATION_H_
#define EARSHOT_ROUTER_LOOP_ESCALATION_H_

#include <optional>

#include "absl/time/time.h"
#include "earshot/v1/insight.pb.h"
#include "router/loop/front_line.h"
#include "router/loop/on_duty.h"

// Who is told when leaders let an insight wait: who is in charge before it is
// due, their manager when it was, and so on up; at last everybody in whose
// scope it is. Silence is escalated as well as the event. Pure.
namespace earshot::router {

// Nobody has taken it, or answered since it was reopened.
bool WantsAnswer(const v1::Insight& insight);

// When what the topic allows for an answer is over; from when it was observed,
// or when it became known if that was more than a day later, or came back.
absl::Time AnswerDue(const v1::Insight& insight, const OnDuty& duty,
                     absl::Duration allowed);

// The next stage, with whom it concerns and what is due. Nothing: nobody waits,
// it is nothing that has to be escalated, or everybody knows.
std::optional<DueTick> NextEscalation(const v1::Insight& insight,
                                      const OnDuty& duty);

// False: a leader decided since, and it says nothing any more.
bool ApplyEscalation(v1::Insight& insight, const v1::TickRecord& tick,
                     uint64_t number);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_ESCALATION_H_
