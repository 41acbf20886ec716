#include "agents/page/page.h"

#include <fmt/format.h>

#include <utility>

#include "agents/page/routes.h"
#include "agents/page/views.h"
#include "base/templates/template.h"

namespace earshot::agents {
namespace {

using Json = nlohmann::json;

// Every name that a page may use: those of views, and each text as w_key.
const templates::TemplateNames& Names() {
  static const templates::TemplateNames kNames = [] {
    templates::TemplateNames names;
    for (const std::string& key : Words::BuiltIn().keys()) {
      names.known.insert("w_" + key);
    }
    for (const char* name : kViewNames) names.known.insert(name);
    return names;
  }();
  return kNames;
}

void PutWords(Language language, Json& view) {
  const Words& words = Words::BuiltIn();
  for (const std::string& key : words.keys()) {
    view["w_" + key] = words.Say(language, key);
  }
}

void PutFrame(const Frame& frame, const std::string& title, Json& view) {
  PutWords(frame.language, view);
  view["language"] = std::string(TagOf(frame.language));
  view["style"] = StylePath();
  view["script"] = ScriptPath();
  view["site"] = frame.site.empty() ? "Earshot" : frame.site;
  view["page_title"] = fmt::format("{} - Earshot", title);
  view["form_token"] = frame.form_token;
  view["connected"] = frame.connected;
  view["link"] = LinkWords(frame);
  view["here"] = frame.here;
  view["on_report"] = frame.here == "/";
  view["on_inbox"] = frame.here == "/inbox";
  view["for_phones"] = frame.phones == Frame::Phones::kAtMachine;
  view["is_stranger"] = frame.phones == Frame::Phones::kStranger;
  view["on_phone"] = frame.phones == Frame::Phones::kPaired;
  view["most_text"] = std::to_string(kMostTextOnPage);
  view["languages"] = Json::array();
  for (const LanguageName& one : kLanguages) {
    view["languages"].push_back({{"tag", std::string(one.tag)},
                                 {"name", std::string(one.name)},
                                 {"current", one.language == frame.language}});
  }
}

// The parts are the program's own, and a test renders each.
std::string Render(const char* name, std::string_view parts, const Json& view) {
  const auto parsed = templates::Template::Parse(
      name, std::string(parts), templates::Escaping::kHtml, Names());
  if (!parsed.ok()) return "the page cannot be made\n";
  auto text = parsed->Render(view);
  return text.ok() ? *std::move(text) : "the page is too large\n";
}

}  // namespace

std::string ReportPage(const ReportView& view, const Frame& frame) {
  Json out;
  PutFrame(frame, Words::BuiltIn().Say(frame.language, "report"), out);
  PutReport(view, frame, out);
  return Render("report", ReportParts(), out);
}

std::string RecordedPage(const Done& done, const std::string& token,
                         const Frame& frame) {
  Json out;
  PutFrame(frame, Words::BuiltIn().Say(frame.language, "recorded"), out);
  PutRecorded(done, frame, out);
  out["done"] = token;
  return Render("recorded", RecordedParts(), out);
}

std::string InboxPage(const InboxView& view, const Frame& frame) {
  Json out;
  PutFrame(frame, Words::BuiltIn().Say(frame.language, "inbox"), out);
  PutInbox(view, frame, out);
  return Render("inbox", InboxParts(), out);
}

std::string OpenedPage(const OpenedView& view, const Frame& frame) {
  Json out;
  PutFrame(frame, Words::BuiltIn().Say(frame.language, "your_report"), out);
  PutOpened(view, frame, out);
  return Render("opened", OpenedParts(), out);
}

std::string PhonePage(const PhoneView& view, const Frame& frame) {
  const Words& words = Words::BuiltIn();
  const bool stranger = frame.phones == Frame::Phones::kStranger;
  const std::string heading = words.Say(
      frame.language, stranger ? "phone_pair_title"
                      : frame.phones == Frame::Phones::kPaired ? "this_phone"
                                                               : "phone");
  Json out;
  PutFrame(frame, heading, out);
  out["heading"] = heading;
  templates::PutText(out, "error", view.error);
  templates::PutText(out, "message", view.message);
  out["at_machine"] = frame.phones == Frame::Phones::kAtMachine;
  out["has_code"] = !view.address.empty();
  out["scan"] = words.Say(frame.language, "phone_scan", {view.until});
  out["qr_side"] = std::to_string(view.qr_side);
  out["qr_path"] = view.qr_path;
  out["address"] = view.address;
  templates::PutText(out, "fingerprint", view.fingerprint);
  out["has_phones"] = view.paired > 0;
  out["phones_paired"] =
      words.Say(frame.language, "phones_paired", {std::to_string(view.paired)});
  out["may_pair"] = !view.pair_code.empty();
  out["code"] = view.pair_code;
  out["is_paired"] = !view.paired_until.empty();
  out["paired_until"] =
      words.Say(frame.language, "phone_paired_until", {view.paired_until});
  return Render("phone", PhoneParts(), out);
}

std::string ConfirmPage(const Json& preview, const Fields& fields,
                        const std::string& action, const Frame& frame) {
  Json out;
  PutFrame(frame, Words::BuiltIn().Say(frame.language, "as_sent"), out);
  PutParts(preview, out);
  out["action"] = action;
  out["seen"] = SeenMark(fields);
  out["fields"] = Json::array();
  for (const auto& [name, value] : fields) {
    if (name == "form" || name == "seen") continue;
    out["fields"].push_back({{"name", name}, {"value", value}});
  }
  return Render("confirm", ConfirmParts(), out);
}

std::string MessagePage(const std::string& heading, const std::string& error,
                        const std::string& next, const Frame& frame) {
  Json out;
  PutFrame(frame, heading, out);
  out["heading"] = heading;
  templates::PutText(out, "error", error);
  templates::PutText(out, "next", next);
  return Render("message", MessageParts(), out);
}

std::string StatusJson(const Frame& frame) {
  return Json{{"connected", frame.connected}, {"link", LinkWords(frame)}}
      .dump();
}

}  // namespace earshot::agents
