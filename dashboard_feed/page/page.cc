#include "dashboard_feed/page/page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/templates/template.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/templates/sample.h"
#include "dashboard_feed/templates/view.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::json;

void Put(Json& view, const char* name, const std::string& value) {
  view[name] = value;
  view[std::string("has_") + name] = !value.empty();
}

void PutFrame(const Frame& frame, const std::string& title, Json& view) {
  view["base"] = frame.base;
  view["style"] = StylePath();
  view["form_token"] = frame.form_token;
  const std::string organisation =
      frame.organisation.empty() ? "Earshot" : frame.organisation;
  Put(view, "organisation", organisation);
  Put(view, "leader_name", frame.leader_name);
  view["signed_in"] = !frame.leader_name.empty();
  view["page_title"] = fmt::format("{} - {}", title, organisation);
}

// As templates show it, without the whole of it in other forms.
Json ViewWithout(const v1::Digest& digest) {
  Json view = ViewOf(digest, {});
  view.erase("digest_text");
  view.erase("digest_json");
  return view;
}

Json FieldView(const DecisionForm& form, const FormField& field,
               const std::string& typed, const std::string& zone) {
  using Kind = FormField::Kind;
  const std::string& value = typed.empty() ? field.value : typed;
  Json out;
  out["name"] = field.name;
  out["id"] = fmt::format("{}-{}", form.verb, field.name);
  out["label"] = field.kind == Kind::kMoment
                     ? fmt::format("{} ({} time)", field.label,
                                   zone.empty() ? "UTC" : zone)
                     : field.label;
  out["value"] = value;
  out["required"] = field.required;
  out["text_area"] = field.kind == Kind::kText;
  out["line"] = field.kind == Kind::kLine;
  out["moment"] = field.kind == Kind::kMoment;
  out["choice"] = field.kind == Kind::kChoice;
  out["hidden"] = field.kind == Kind::kHidden;
  out["options"] = Json::array();
  for (const auto& [name, label] : field.options) {
    out["options"].push_back(
        {{"value", name}, {"label", label}, {"selected", name == value}});
  }
  return out;
}

void PutForms(const InsightPage& page, Json& view) {
  view["forms"] = Json::array();
  for (const DecisionForm& form : page.forms) {
    const bool sent = form.verb == page.verb;
    Json out{{"verb", form.verb},
             {"heading", form.heading},
             {"button", form.button},
             {"open", sent}};
    out["fields"] = Json::array();
    for (const FormField& field : form.fields) {
      const auto typed = page.typed.find(field.name);
      out["fields"].push_back(FieldView(
          form, field, sent && typed != page.typed.end() ? typed->second : "",
          page.around.time_zone()));
    }
    view["forms"].push_back(std::move(out));
  }
  view["has_forms"] = !page.forms.empty();
}

void PutParts(const v1::DigestItem& item, Json& view) {
  view["parts"] = Json::array();
  for (const v1::PriorityPart& part : item.parts()) {
    view["parts"].push_back(
        {{"part", part.name()},
         {"points",
          fmt::format("{:.2f}", static_cast<double>(part.milli()) / 1000)},
         {"because", part.because()}});
  }
  view["has_parts"] = item.parts_size() > 0;
}

void PutHistory(const InsightPage& page, Json& view) {
  absl::TimeZone zone = absl::UTCTimeZone();
  absl::LoadTimeZone(page.around.time_zone(), &zone);
  const auto moment = [&](const google::protobuf::Timestamp& at) {
    return absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(at), zone);
  };
  view["history"] = Json::array();
  for (const v1::InsightEvent& event : page.insight->history()) {
    Json out{{"at", moment(event.at())},
             {"verb", event.verb()},
             {"by", event.leader()},
             {"outcome", event.not_applied().empty()
                             ? std::string(contract::StateName(event.state()))
                             : "not applied, " + event.not_applied()}};
    Put(out, "detail", event.detail());
    view["history"].push_back(std::move(out));
  }
  view["has_history"] = !view["history"].empty();
  const v1::Muted& muted = page.insight->muted();
  const bool hidden =
      contract::ToTime(muted.until()) > contract::ToTime(page.around.to());
  Put(view, "hidden_by",
      hidden
          ? fmt::format("Hidden from digests by {} until {}: {}",
                        muted.leader(), moment(muted.until()), muted.reason())
          : "");
}

Json ViewOfInsight(const InsightPage& page, const Frame& frame) {
  Json view = ViewWithout(page.around);
  Json& item = view["sections"][0]["items"][0];
  item["has_verbatims"] = !item["verbatims"].empty();
  PutFrame(frame,
           fmt::format("#{} {}", item["insight"].get<std::string>(),
                       item["title"].get<std::string>()),
           view);
  view["number"] = item["insight"];
  view["opened_by"] = page.opened_by;
  Put(view, "listed", page.listed);
  Put(view, "message", page.message);
  Put(view, "error", page.error);
  PutParts(page.around.sections(0).items(0), view);
  PutHistory(page, view);
  PutForms(page, view);
  return view;
}

// Every name that a page may use.
const templates::TemplateNames& Names() {
  static const templates::TemplateNames kNames = [] {
    templates::TemplateNames names;
    for (const SampleDigest& sample : SampleDigests()) {
      templates::CollectNames(ViewWithout(sample.digest), names.known);
    }
    InsightPage page;
    page.around.add_sections()->add_items()->add_parts();
    v1::Insight insight;
    insight.add_history();
    page.insight = &insight;
    page.forms = {
        {"",
         "",
         "",
         {{"", "", FormField::Kind::kChoice, false, "", {{"", ""}}}}}};
    templates::CollectNames(ViewOfInsight(page, {}), names.known);
    names.known.insert(
        {"typed_leader", "where", "has_where", "heading", "next", "has_next"});
    return names;
  }();
  return kNames;
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

std::string DigestPage(const v1::Digest& digest, const Frame& frame) {
  Json view = ViewWithout(digest);
  PutFrame(frame, "Digest", view);
  return Render("digest", DigestParts(), view);
}

std::string RenderInsight(const InsightPage& page, const Frame& frame) {
  return Render("insight", InsightParts(), ViewOfInsight(page, frame));
}

std::string SignInPage(const std::string& where,
                       const std::string& typed_leader,
                       const std::string& error, const Frame& frame) {
  Json view;
  PutFrame(frame, "Sign in", view);
  view["typed_leader"] = typed_leader;
  Put(view, "where", where);
  Put(view, "error", error);
  return Render("sign in", SignInParts(), view);
}

std::string MessagePage(const std::string& heading, const std::string& error,
                        const std::string& next, const Frame& frame) {
  Json view;
  PutFrame(frame, heading, view);
  view["heading"] = heading;
  Put(view, "error", error);
  Put(view, "next", next);
  return Render("message", MessageParts(), view);
}

}  // namespace earshot::feed
