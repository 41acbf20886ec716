#include "router/loop/not_applied.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "proto/contract/score.h"
#include "router/loop/events.h"

namespace earshot::router {
namespace {

struct Done {
  std::string_view verb;
  std::string_view done;
};
constexpr std::array<Done, 10> kDone{{{"ack", "acknowledged"},
                                      {"assign", "assigned"},
                                      {"decline", "declined"},
                                      {"resolve", "resolved"},
                                      {"reopen", "reopened"},
                                      {"merge", "merged"},
                                      {"split", "split"},
                                      {"rename", "renamed"},
                                      {"correct-topic", "given another topic"},
                                      {"mute", "hidden"}}};

std::string_view DoneOf(const std::string& verb) {
  for (const Done& one : kDone) {
    if (one.verb == verb) return one.done;
  }
  return "decided about";
}

// Of the front line and of time: they bring an insight to a state as well.
bool Moves(const std::string& verb) {
  for (const std::string_view name :
       {"ack", "assign", "decline", "resolve", "reopen", "fixed", "not fixed",
        "it is back", "unchallenged", "acknowledgement expired"}) {
    if (verb == name) return true;
  }
  return false;
}

const v1::InsightEvent* Last(const v1::Insight& insight, const auto& is) {
  for (int i = insight.history_size() - 1; i >= 0; --i) {
    const v1::InsightEvent& event = insight.history(i);
    if (event.not_applied().empty() && is(event)) return &event;
  }
  return nullptr;
}

// Whose decision made it what it is; nothing: none is known, or it was the
// front line or time alone.
const v1::InsightEvent* Standing(const v1::Insight& insight,
                                 const std::string& verb) {
  if (verb == "merge" || verb == "split") {
    return Last(insight, [&](const v1::InsightEvent& event) {
      return event.verb() == verb;
    });
  }
  // What is not hidden cannot be shown again: no state is in the way.
  if (verb == "mute" && !contract::Settled(insight.state())) return nullptr;
  // The front line only says whether what a leader resolved holds.
  const bool settled =
      insight.state() == v1::CONFIRMED || insight.state() == v1::UNCHALLENGED;
  const v1::State made = settled ? v1::RESOLVED : insight.state();
  const auto* event = Last(insight, [&](const v1::InsightEvent& one) {
    return one.state() == made && Moves(one.verb());
  });
  return event == nullptr || event->leader_id().empty() ? nullptr : event;
}

void Note(v1::Insight& insight, v1::InsightEvent event,
          const v1::InsightEvent* standing, std::string why) {
  event.set_not_applied(std::move(why));
  if (standing != nullptr) event.set_stands_of(standing->leader_id());
  AddEvent(insight, std::move(event));
}

}  // namespace

void NoteRefused(v1::Insight& insight, const LoggedDecision& decided,
                 const absl::Status& why) {
  v1::InsightEvent event = EventOf(insight, decided);
  const v1::InsightEvent* standing = absl::IsFailedPrecondition(why)
                                         ? Standing(insight, event.verb())
                                         : nullptr;
  std::string text(why.message());
  if (standing != nullptr) {
    text = fmt::format("it was {} by {} before", DoneOf(standing->verb()),
                       standing->leader());
    if (insight.state() == v1::CONFIRMED) text += ", and is confirmed";
    if (insight.state() == v1::UNCHALLENGED) {
      text += ", and nobody has contradicted";
    }
  }
  Note(insight, std::move(event), standing, std::move(text));
}

void NoteOvertaken(v1::Insight& insight, const LoggedDecision& decided) {
  v1::InsightEvent event = EventOf(insight, decided);
  const v1::InsightEvent* later =
      Last(insight, [&](const v1::InsightEvent& one) {
        return one.decision() > decided.number && !one.leader_id().empty();
      });
  std::string text =
      later == nullptr
          ? "it came too late; what was said since stands"
          : fmt::format("it came too late; since then it was {} by {}",
                        DoneOf(later->verb()), later->leader());
  Note(insight, std::move(event), later, std::move(text));
}

}  // namespace earshot::router
