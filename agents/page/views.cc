#include "agents/page/views.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

namespace earshot::agents {
namespace {

using Json = nlohmann::json;

constexpr std::array<const char*, 8> kKinds{"",
                                            "pain_point",
                                            "praise",
                                            "idea",
                                            "preference_change",
                                            "process_gap",
                                            "employee_experience",
                                            "risk"};

std::string Say(const Frame& frame, const std::string& key,
                const std::vector<std::string>& values = {}) {
  return Words::BuiltIn().Say(frame.language, key, values);
}

std::string TextOf(const Json& item, const char* name) {
  const auto found = item.find(name);
  return found != item.end() && found->is_string() ? found->get<std::string>()
                                                   : std::string();
}

// The station's lists; nothing where there is none.
const Json& ListOf(const Json& body, const char* name) {
  static const Json kNone = Json::array();
  const auto found = body.find(name);
  return found != body.end() && found->is_array() ? *found : kNone;
}

std::string DayOf(const Json& item, const char* name, const Frame& frame) {
  absl::Time at;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, TextOf(item, name), &at, &error)) {
    return {};
  }
  return Words::BuiltIn().Day(frame.language, at, frame.zone);
}

// "With Facilities, due Thursday 3 December."
std::string StateOf(const Json& issue, const Frame& frame) {
  std::string words = Say(frame, "state_" + TextOf(issue, "state"));
  const std::string owner = TextOf(issue, "owner");
  if (TextOf(issue, "state") != "committed") return words;
  if (!owner.empty()) words += ", " + Say(frame, "with_owner", {owner});
  const std::string due = DayOf(issue, "due", frame);
  if (!due.empty()) words += ", " + Say(frame, "due_on", {due});
  return words;
}

Json IssueView(const Json& issue, const Frame& frame) {
  const std::string title = TextOf(issue, "title");
  return {{"id", TextOf(issue, "id")},
          {"title", title},
          {"state", StateOf(issue, frame)},
          {"me_too_label", Say(frame, "me_too_label", {title})}};
}

// A question with what can be chosen, or a box.
Json QuestionView(const Json& question, const Frame& frame) {
  Json view{{"code", TextOf(question, "code")},
            {"text", TextOf(question, "text")},
            {"asked_by", Say(frame, "asked_by",
                             {TextOf(question, "leader"),
                              DayOf(question, "closes_at", frame)})},
            {"options", Json::array()}};
  int number = 0;
  for (const Json& option : ListOf(question, "options")) {
    view["options"].push_back({{"value", std::to_string(++number)},
                               {"label", option.get<std::string>()}});
  }
  if (question.contains("low") && question.contains("high")) {
    const auto high = question["high"].get<uint32_t>();
    for (auto point = question["low"].get<uint32_t>(); point <= high; ++point) {
      view["options"].push_back(
          {{"value", std::to_string(point)}, {"label", std::to_string(point)}});
    }
  }
  view["open_text"] = view["options"].empty();
  return view;
}

void PutQuestions(const Json& body, const Frame& frame, Json& view) {
  view["questions"] = Json::array();
  for (const Json& question : ListOf(body, "questions")) {
    view["questions"].push_back(QuestionView(question, frame));
  }
  view["has_questions"] = !view["questions"].empty();
}

void PutGuidance(const Json& body, const Frame& frame, Json& view) {
  view["guidance"] = Json::array();
  for (const Json& one : ListOf(body, "guidance")) {
    std::string by = Say(frame, "answer_by",
                         {TextOf(one, "leader"), DayOf(one, "at", frame)});
    std::string roles;
    for (const Json& role : ListOf(one, "roles")) {
      roles += (roles.empty() ? "" : ", ") + role.get<std::string>();
    }
    if (!roles.empty()) by += ", " + Say(frame, "guidance_roles", {roles});
    view["guidance"].push_back({{"text", TextOf(one, "text")}, {"by", by}});
  }
  view["has_guidance"] = !view["guidance"].empty();
}

Json AnswerView(const Json& answer, const Frame& frame) {
  const std::string fixed = TextOf(answer, "fixed");
  Json view{{"state", Say(frame, "state_" + TextOf(answer, "state"))},
            {"text", TextOf(answer, "text")},
            {"by", Say(frame, "answer_by",
                       {TextOf(answer, "leader"), DayOf(answer, "at", frame)})},
            {"asks", answer.value("asks_verdict", false) && fixed.empty()}};
  templates::PutText(view, "said",
                     fixed.empty() ? "" : Say(frame, "said_" + fixed));
  return view;
}

}  // namespace

bool IsOpenIssue(const Json& issue) {
  const std::string state = TextOf(issue, "state");
  return state == "heard" || state == "acknowledged" || state == "committed" ||
         state == "reopened" || state == "resolved";
}

std::string LinkWords(const Frame& frame) {
  if (frame.connected) return {};
  return frame.waiting == 0
             ? Say(frame, "link_down")
             : Say(frame, "link_down_waiting", {std::to_string(frame.waiting)});
}

void PutParts(const Json& preview, Json& view) {
  view["parts"] = Json::array();
  for (const Json& part : ListOf(preview, "parts")) {
    const std::string what = TextOf(part, "removed");
    view["parts"].push_back({{"text", TextOf(part, "text")},
                             {"what", what},
                             {"removed", !what.empty()}});
  }
}

void PutReport(const ReportView& report, const Frame& frame, Json& view) {
  const ReportForm& form = report.form;
  templates::PutText(view, "error", report.error);
  view["has_preview"] = report.preview.is_object();
  PutParts(report.preview.is_object() ? report.preview : Json::object(), view);
  view["some_removed"] =
      report.preview.is_object() && report.preview.value("removed", 0) > 0;
  view["open_always"] = report.preview.is_object() && !form.named &&
                        report.preview.value("open_always", false);
  view["seen"] = report.seen;
  view["typed_text"] = form.text;
  view["typed_name"] = form.name;
  view["named"] = form.named;
  view["quote"] = form.quote;
  view["safety"] = form.safety;
  view["more_open"] = form.safety || !form.kind.empty();
  view["severities"] = Json::array();
  for (uint32_t severity = 1; severity <= 5; ++severity) {
    view["severities"].push_back(
        {{"value", std::to_string(severity)},
         {"label", Say(frame, fmt::format("severity_{}", severity))},
         {"selected", severity == form.severity}});
  }
  view["kinds"] = Json::array();
  for (const std::string kind : kKinds) {
    view["kinds"].push_back(
        {{"value", kind},
         {"label", Say(frame, kind.empty() ? "kind_none" : "kind_" + kind)},
         {"selected", kind == form.kind}});
  }
  view["issues"] = Json::array();
  for (const Json& issue : report.issues) {
    if (!IsOpenIssue(issue) || TextOf(issue, "kind") == "praise") continue;
    view["issues"].push_back(IssueView(issue, frame));
  }
  view["has_issues"] = !view["issues"].empty();
}

void PutRecorded(const Done& done, const Frame& frame, Json& view) {
  templates::PutText(view, "receipt", done.receipt);
  view["urgent"] = done.urgent;
  view["may_remember"] = done.named && !done.receipt.empty();
  templates::PutText(view, "removed",
                     done.removed == 0   ? ""
                     : done.removed == 1 ? Say(frame, "removed_one")
                                         : Say(frame, "removed_many",
                                               {std::to_string(done.removed)}));
  view["next"] =
      Say(frame, frame.connected ? "next_connected" : "next_waiting");
}

void PutInbox(const InboxView& inbox, const Frame& frame, Json& view) {
  templates::PutText(view, "message", inbox.message);
  templates::PutText(view, "error", inbox.error);
  view["typed_receipt"] = inbox.typed_receipt;
  view["mine"] = Json::array();
  for (size_t i = 0; i < inbox.mine.size(); ++i) {
    constexpr size_t kHint = 4;
    view["mine"].push_back({{"number", std::to_string(i + 1)},
                            {"hint", inbox.mine[i].substr(0, kHint) + "-…"}});
  }
  view["has_mine"] = !inbox.mine.empty();
  PutQuestions(inbox.inbox, frame, view);
  PutGuidance(inbox.inbox, frame, view);
  view["issues"] = Json::array();
  for (const Json& issue : ListOf(inbox.inbox, "issues")) {
    view["issues"].push_back(IssueView(issue, frame));
  }
  view["has_issues"] = !view["issues"].empty();
  view["news"] = Json::array();
  std::set<std::string> told;  // a machine of two sites hears it for each
  for (const Json& item : ListOf(inbox.inbox, "news")) {
    if (!told.insert(TextOf(item, "text")).second) continue;
    view["news"].push_back(
        {{"text", TextOf(item, "text")}, {"at", DayOf(item, "at", frame)}});
  }
  view["has_news"] = !view["news"].empty();
}

void PutOpened(const OpenedView& opened, const Frame& frame, Json& view) {
  templates::PutText(view, "message", opened.message);
  templates::PutText(view, "error", opened.error);
  const std::string state = TextOf(opened.body, "state");
  templates::PutText(view, "receipt", opened.receipt);
  view["done"] = opened.done;
  view["report_state"] = Say(frame, "report_" + state);
  view["typed_reason"] = opened.typed_reason;
  view["may_change"] = state == "recorded" || state == "corrected";
  view["answers"] = Json::array();
  for (const Json& answer : ListOf(opened.body, "answers")) {
    view["answers"].push_back(AnswerView(answer, frame));
  }
  view["has_answers"] = !view["answers"].empty();
  PutQuestions(opened.body, frame, view);
}

}  // namespace earshot::agents
