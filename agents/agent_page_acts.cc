// What the page's forms do, and what is shown of it.
#include <fmt/format.h>

#include <utility>

#include "agents/agent_page.h"
#include "base/http/cookies.h"
#include "base/os/bytes.h"

namespace earshot::agents {
namespace {

using Json = nlohmann::json;
using http::FieldOf;

Json Parsed(const v1::ControlResponse& response) {
  return Json::parse(response.body(), nullptr, false);
}

bool Is(const v1::ControlResponse& response, absl::StatusCode code) {
  return response.code() == static_cast<uint32_t>(code);
}

unsigned HttpStatusOf(const v1::ControlResponse& failed) {
  if (Is(failed, absl::StatusCode::kNotFound)) return 404;
  if (Is(failed, absl::StatusCode::kResourceExhausted)) return 507;
  if (Is(failed, absl::StatusCode::kInternal) ||
      Is(failed, absl::StatusCode::kUnavailable)) {
    return 503;
  }
  return 400;
}

// The field with what people write, of the forms that have one besides the
// report's own.
const char* FreeText(Served served) {
  return served == Served::kCorrect   ? "text"
         : served == Served::kVerdict ? "reason"
         : served == Served::kReply   ? "said"
                                      : "";
}

v1::ControlRequest RequestFor(Served served, const Fields& fields) {
  if (served == Served::kVerdict) return VerdictRequest(fields);
  if (served == Served::kReply) return ReplyRequest(fields);
  if (served == Served::kCorrect) return CorrectRequest(fields);
  return WithdrawRequest(fields);
}

const char* MessageFor(Served served) {
  return served == Served::kVerdict   ? "said_fixed"
         : served == Served::kReply   ? "replied"
         : served == Served::kCorrect ? "corrected"
                                      : "withdrawn";
}

}  // namespace

std::string AgentPage::Say(const Visit& visit, const char* key,
                           const std::vector<std::string>& values) const {
  return Words::BuiltIn().Say(visit.frame.language, key, values);
}

v1::ControlResponse AgentPage::Ask(v1::ControlRequest request,
                                   const Visit& visit) {
  request.set_language(std::string(TagOf(visit.frame.language)));
  return station_.Handle(request, std::nullopt);
}

// What could not be asked is nothing.
Json AgentPage::AskJson(const v1::ControlRequest& request, const Visit& visit) {
  const v1::ControlResponse response = Ask(request, visit);
  return response.code() == 0 ? Parsed(response) : Json();
}

Json AgentPage::KnownIssues(const Visit& visit) {
  v1::ControlRequest request;
  request.set_command("issues");
  const Json known = AskJson(request, visit);
  return known.is_object() ? known["issues"] : Json::array();
}

std::string AgentPage::WhyNot(const v1::ControlResponse& failed,
                              const Visit& visit) const {
  if (Is(failed, absl::StatusCode::kResourceExhausted)) {
    return Say(visit, "error_full");
  }
  if (Is(failed, absl::StatusCode::kNotFound)) {
    return Say(visit, "error_receipt");
  }
  return Say(visit, "error_failed", {failed.text()});
}

http::Response AgentPage::ShowReport(unsigned status, ReportView view,
                                     const Visit& visit) {
  view.issues = KnownIssues(visit);
  return AsPage(status, ReportPage(view, visit.frame), visit);
}

http::Response AgentPage::ShowInbox(unsigned status, InboxView view,
                                    const Visit& visit) {
  v1::ControlRequest request;
  request.set_command("inbox");
  view.inbox = AskJson(request, visit);
  if (!view.inbox.is_object()) view.inbox = Json::object();
  view.mine = ReceiptsIn(http::CookieIn(visit.request.cookie, kReceiptsCookie));
  return AsPage(status, InboxPage(view, visit.frame), visit);
}

// Of a report everything is kept that was typed; other forms stand in the page
// that the browser goes back to.
http::Response AgentPage::TooFast(Visit& visit) {
  const std::string why = Say(visit, "error_fast");
  if (visit.served == Served::kReport) {
    ReportView view;
    view.form = ReportFrom(visit.fields);
    view.error = why;
    return ShowReport(429, std::move(view), visit);
  }
  return Message(429, "did_not_work", why, "", visit);
}

http::Response AgentPage::Did(Done done, Visit& visit) {
  const std::string token = FieldOf(visit.fields, "form");
  forms_.Spend(token);
  done_.Add(token, visit.session, std::move(done), clock_.Monotonic());
  return GoTo("/done/" + token, visit);
}

// Recorded at once, unless something would be taken out of it, or an anonymous
// one would be shown with its site and moment: then that is shown first.
http::Response AgentPage::Report(Visit& visit) {
  ReportView view;
  view.form = ReportFrom(visit.fields);
  const std::string mistake = MistakeIn(view.form);
  if (!mistake.empty()) {
    view.error = Say(visit, mistake.c_str(), {std::to_string(kMostTextOnPage)});
    return ShowReport(400, std::move(view), visit);
  }
  const Json preview = AskJson(RequestOf(view.form, "preview"), visit);
  const bool look = preview.is_object() &&
                    (preview.value("removed", 0) > 0 ||
                     (!view.form.named && preview.value("open_always", false)));
  const std::string mark = SeenMark(visit.fields);
  if (look && FieldOf(visit.fields, "seen") != mark) {
    view.preview = preview;
    view.seen = mark;
    return ShowReport(200, std::move(view), visit);
  }
  const v1::ControlResponse recorded =
      Ask(RequestOf(view.form, "observe"), visit);
  if (recorded.code() != 0) {
    view.error = WhyNot(recorded, visit);
    return ShowReport(HttpStatusOf(recorded), std::move(view), visit);
  }
  const Json body = Parsed(recorded);
  Done done;
  done.recorded = true;
  done.receipt = body.value("receipt", "");
  done.named = view.form.named;
  done.urgent = body.value("urgent", false);
  done.removed = body.value("redactions", uint64_t{0});
  return Did(std::move(done), visit);
}

http::Response AgentPage::MeToo(Visit& visit) {
  const std::string id = FieldOf(visit.fields, "issue");
  const auto bytes = os::FromHex(id);
  std::string title;
  for (const Json& issue : KnownIssues(visit)) {
    if (IsOpenIssue(issue) && issue["id"] == id) title = issue["title"];
  }
  ReportView view;
  if (title.empty() || !bytes.ok()) {
    view.error = Say(visit, "error_no_issue");
    return ShowReport(404, std::move(view), visit);
  }
  const v1::ControlResponse recorded = Ask(MeTooRequest(*bytes, title), visit);
  if (recorded.code() != 0) {
    view.error = WhyNot(recorded, visit);
    return ShowReport(HttpStatusOf(recorded), std::move(view), visit);
  }
  Done done;
  done.recorded = true;
  done.receipt = Parsed(recorded).value("receipt", "");
  return Did(std::move(done), visit);
}

http::Response AgentPage::Preview(Visit& visit) {
  ReportForm form;
  form.text = FieldOf(visit.fields, "text");
  const v1::ControlResponse preview = Ask(RequestOf(form, "preview"), visit);
  http::Response response;
  response.content_type = "application/json";
  response.status = preview.code() == 0 ? 200 : HttpStatusOf(preview);
  response.body = preview.code() == 0 ? preview.body() : "{}";
  return response;
}

http::Response AgentPage::ShowDone(Visit& visit) {
  const Done* done = done_.Find(visit.rest, visit.session, clock_.Monotonic());
  if (done == nullptr) {
    return Message(410, "not_shown", "", "not_shown_next", visit);
  }
  if (done->recorded) {
    return AsPage(200, RecordedPage(*done, visit.rest, visit.frame), visit);
  }
  const std::string said = Say(visit, done->message.c_str());
  visit.frame.here = "/inbox";
  if (done->receipt.empty()) {
    InboxView view;
    view.message = said;
    return ShowInbox(200, std::move(view), visit);
  }
  OpenedView view;
  view.receipt = done->receipt;
  view.done = visit.rest;
  view.message = said;
  return Open(200, std::move(view), visit);
}

http::Response AgentPage::Open(unsigned status, OpenedView view,
                               const Visit& visit) {
  v1::ControlRequest request;
  request.set_command("inbox");
  request.add_arguments(view.receipt);
  const v1::ControlResponse opened = Ask(request, visit);
  if (opened.code() != 0) {
    InboxView inbox;
    inbox.typed_receipt = view.receipt;
    const bool wrong = Is(opened, absl::StatusCode::kNotFound) ||
                       Is(opened, absl::StatusCode::kInvalidArgument);
    inbox.error = wrong ? Say(visit, "error_receipt") : WhyNot(opened, visit);
    return ShowInbox(wrong ? 404 : HttpStatusOf(opened), std::move(inbox),
                     visit);
  }
  view.body = Parsed(opened);
  // Sent again by whoever goes back in this browser it opens nothing.
  if (visit.served == Served::kOpen) {
    forms_.Spend(FieldOf(visit.fields, "form"));
  }
  return AsPage(status, OpenedPage(view, visit.frame), visit);
}

// A verdict, a reply, a correction or a withdrawal. What people write in it is
// shown first if something would be taken out.
http::Response AgentPage::About(Visit& visit) {
  Fields& fields = visit.fields;
  const std::string text = FieldOf(fields, FreeText(visit.served));
  if (!text.empty()) {
    ReportForm form;
    form.text = text;
    const Json preview = AskJson(RequestOf(form, "preview"), visit);
    if (preview.is_object() && preview.value("removed", 0) > 0 &&
        FieldOf(fields, "seen") != SeenMark(fields)) {
      return AsPage(
          200, ConfirmPage(preview, fields, visit.request.path, visit.frame),
          visit);
    }
  }
  const v1::ControlResponse done = Ask(RequestFor(visit.served, fields), visit);
  if (done.code() != 0) return AboutFailed(done, visit);
  Done told;
  told.receipt = FieldOf(fields, "receipt");
  told.message = MessageFor(visit.served);
  return Did(std::move(told), visit);
}

http::Response AgentPage::AboutFailed(const v1::ControlResponse& failed,
                                      Visit& visit) {
  const std::string receipt = FieldOf(visit.fields, "receipt");
  std::string why = WhyNot(failed, visit);
  if (visit.served == Served::kVerdict &&
      FieldOf(visit.fields, "fixed").empty()) {
    why = Say(visit, "error_choose");
  }
  if (receipt.empty()) {
    InboxView view;
    view.error = why;
    return ShowInbox(HttpStatusOf(failed), std::move(view), visit);
  }
  OpenedView view;
  view.receipt = receipt;
  view.error = why;
  view.typed_reason = FieldOf(visit.fields, "reason");
  return Open(HttpStatusOf(failed), std::move(view), visit);
}

}  // namespace earshot::agents
