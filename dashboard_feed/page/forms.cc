#include "dashboard_feed/page/forms.h"

#include "dashboard_feed/decisions/decisions.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Kind = FormField::Kind;

struct Offered {
  v1::Decision::VerbCase verb;
  DecisionForm form;
};

FormField Text(const char* name, const char* label) {
  return {name, label, Kind::kText, true, "", {}};
}

std::vector<Offered> InHand() {
  return {{v1::Decision::kAcknowledge,
           {"",
            "Acknowledge: I have seen it",
            "Acknowledge",
            {{"until",
              "Until when at most; a week, if left empty",
              Kind::kMoment,
              false,
              "",
              {}}}}},
          {v1::Decision::kAnswer,
           {"",
            "Answer everyone who reported it",
            "Send this answer",
            {{"intent",
              "What it says",
              Kind::kChoice,
              false,
              "will_do",
              {{"will_do", "We will do it"},
               {"need_more", "We need to know more"}}},
             Text("text", "Your answer")}}},
          {v1::Decision::kAssign,
           {"",
            "Assign it to somebody",
            "Assign",
            {{"owner", "Who sees to it", Kind::kLine, true, "", {}},
             {"due", "Until when", Kind::kMoment, true, "", {}}}}},
          {v1::Decision::kResolve,
           {"",
            "Resolve: you said, we did",
            "Tell them it is done",
            {Text("text", "What was done, for everyone who reported it")}}},
          {v1::Decision::kDecline,
           {"",
            "Decline, with the reason",
            "Decline with this reason",
            {Text("reason", "Why not, for everyone who reported it")}}},
          {v1::Decision::kReopen,
           {"",
            "Reopen",
            "Reopen it",
            {{"reason", "Why it is open again", Kind::kLine, false, "", {}}}}}};
}

DecisionForm MuteForm(bool ends) {
  if (ends) {
    return {"mute",
            "Show it in digests again",
            "Show it again",
            {{"until", "", Kind::kHidden, false, "now", {}}}};
  }
  return {
      "mute",
      "Hide it from digests for a while",
      "Hide it until then",
      {{"reason", "Why", Kind::kLine, true, "", {}},
       {"until", "Until when, at most 90 days", Kind::kMoment, true, "", {}}}};
}

}  // namespace

std::vector<DecisionForm> FormsFor(const v1::Insight& insight, absl::Time now) {
  std::vector<DecisionForm> forms;
  for (Offered& offered : InHand()) {
    if (!CheckState(insight.state(), offered.verb).ok()) continue;
    offered.form.verb = contract::VerbName(offered.verb);
    forms.push_back(std::move(offered.form));
  }
  v1::Decision mute;
  *mute.mutable_at() = contract::ToStamp(now);
  const bool muted = contract::ToTime(insight.muted().until()) > now;
  if (!muted) {
    *mute.mutable_mute()->mutable_until() =
        contract::ToStamp(now + absl::Hours(1));
  }
  if (muted || CheckMute(insight, mute).ok()) forms.push_back(MuteForm(muted));
  forms.push_back({"rename",
                   "Rename it",
                   "Rename",
                   {{"title",
                     "Its new name, which its sites read as well",
                     Kind::kLine,
                     true,
                     insight.title(),
                     {}}}});
  forms.push_back({"correct-topic",
                   "Correct the topic",
                   "Correct the topic",
                   {{"topic",
                     "The topic that it belongs to",
                     Kind::kLine,
                     true,
                     insight.topic(),
                     {}}}});
  return forms;
}

}  // namespace earshot::feed
