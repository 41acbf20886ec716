#include "dashboard_feed/page/forms.h"

#include <fmt/format.h>

#include "base/os/bytes.h"
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

// In the order in which they are offered.
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
              {}}},
            true}},
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
             Text("text", "Your answer")},
            true}},
          {v1::Decision::kAssign,
           {"",
            "Assign it to somebody",
            "Assign",
            {{"owner", "Who sees to it", Kind::kLine, true, "", {}},
             {"due", "Until when", Kind::kMoment, true, "", {}}},
            true}},
          {v1::Decision::kResolve,
           {"",
            "Resolve: you said, we did",
            "Tell them it is done",
            {Text("text", "What was done, for everyone who reported it")},
            true}},
          {v1::Decision::kDecline,
           {"",
            "Decline, with the reason",
            "Decline with this reason",
            {Text("reason", "Why not, for everyone who reported it")},
            true}},
          {v1::Decision::kReopen,
           {"",
            "Reopen",
            "Reopen it",
            {{"reason", "Why it is open again", Kind::kLine, false, "", {}}},
            true}}};
}

DecisionForm MuteForm(bool ends) {
  if (ends) {
    return {"mute",
            "Show it in digests again",
            "Show it again",
            {{"until", "", Kind::kHidden, false, "now", {}}},
            true};
  }
  return {
      "mute",
      "Hide it from digests for a while",
      "Hide it until then",
      {{"reason", "Why", Kind::kLine, true, "", {}},
       {"until", "Until when, at most 90 days", Kind::kMoment, true, "", {}}},
      false};
}

DecisionForm AskForm() {
  return {kAskVerb,
          "Ask those who reported it",
          "Ask them",
          {Text("text", "Your question; it is open for a week"),
           {"answers",
            "How they answer",
            Kind::kChoice,
            false,
            "text",
            {{"text", "in their own words"},
             {"yes_no", "yes or no"},
             {"scale", "from 1 to 5"}}}},
          false};
}

DecisionForm MergeForm() {
  return {"merge",
          "It is the same as another insight",
          "Merge it into that one",
          {{"into",
            "Number of the insight that goes on, such as 412",
            Kind::kLine,
            true,
            "",
            {}}},
          false};
}

std::string Beginning(const std::string& text) {
  constexpr size_t kBytes = 90;
  if (text.size() <= kBytes) return text;
  return text.substr(0, text.rfind(' ', kBytes)) + " ...";
}

// Of what can be taken out again; no fields: nothing.
DecisionForm SplitForm(const v1::Insight& insight,
                       const std::vector<v1::Verbatim>& verbatims) {
  DecisionForm form{
      "split", "Some of it is another issue", "Split that off", {}, false};
  if (verbatims.size() > 1) {
    for (const v1::Verbatim& verbatim : verbatims) {
      form.fields.push_back({"verbatim-" + os::ToHex(verbatim.observation()),
                             Beginning(verbatim.text()),
                             Kind::kTick,
                             false,
                             "yes",
                             {}});
    }
  }
  if (!insight.merged().empty()) {
    FormField merged{"merged", "Or undo a merge", Kind::kChoice, false,
                     "",       {{"", "none"}}};
    for (const v1::MergedPart& part : insight.merged()) {
      merged.options.emplace_back(
          std::to_string(part.insight()),
          fmt::format("#{} becomes one of its own", part.insight()));
    }
    form.fields.push_back(std::move(merged));
  }
  return form;
}

std::vector<DecisionForm> Wording(const v1::Insight& insight) {
  return {{"rename",
           "Rename it",
           "Rename",
           {{"title",
             "Its new name, which its sites read as well",
             Kind::kLine,
             true,
             insight.title(),
             {}}},
           false},
          {"correct-topic",
           "Correct the topic",
           "Correct the topic",
           {{"topic",
             "The topic that it belongs to",
             Kind::kLine,
             true,
             insight.topic(),
             {}}},
           false}};
}

}  // namespace

std::vector<DecisionForm> FormsFor(const v1::Insight& insight,
                                   const std::vector<v1::Verbatim>& verbatims,
                                   absl::Time now) {
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
  forms.push_back(AskForm());
  if (muted || CheckMute(insight, mute).ok()) forms.push_back(MuteForm(muted));
  for (DecisionForm& form : Wording(insight)) forms.push_back(std::move(form));
  forms.push_back(MergeForm());
  DecisionForm split = SplitForm(insight, verbatims);
  if (!split.fields.empty()) forms.push_back(std::move(split));
  return forms;
}

}  // namespace earshot::feed
