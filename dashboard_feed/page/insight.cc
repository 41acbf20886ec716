#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/plot.h"
#include "dashboard_feed/page/rendering.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

PageView FieldView(const DecisionForm& form, const FormField& field,
                   const std::string& typed, const std::string& zone) {
  using Kind = FormField::Kind;
  const std::string& value = typed.empty() ? field.value : typed;
  PageView out;
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
  out["tick"] = field.kind == Kind::kTick;
  out["hidden"] = field.kind == Kind::kHidden;
  out["options"] = ViewOfOptions(field.options, value);
  return out;
}

void PutForms(const InsightPage& page, PageView& view) {
  view["forms"] = PageView::array();
  for (const DecisionForm& form : page.forms) {
    const bool sent = form.verb == page.verb;
    PageView out{{"verb", form.verb},
                 {"heading", form.heading},
                 {"button", form.button},
                 {"likely", form.likely},
                 {"open", sent}};
    out["fields"] = PageView::array();
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

// Each with its share of the largest, as the width of a bar.
void PutParts(const v1::DigestItem& item, PageView& view) {
  constexpr int64_t kBarWidth = 100;
  int64_t largest = 1;
  for (const v1::PriorityPart& part : item.parts()) {
    largest = std::max(largest, std::abs(part.milli()));
  }
  view["parts"] = PageView::array();
  for (const v1::PriorityPart& part : item.parts()) {
    view["parts"].push_back(
        {{"part", part.name()},
         {"points",
          fmt::format("{:.2f}", static_cast<double>(part.milli()) / 1000)},
         {"bar", std::to_string(kBarWidth * std::abs(part.milli()) / largest)},
         {"less", part.milli() < 0},
         {"because", part.because()}});
  }
  view["has_parts"] = item.parts_size() > 0;
}

void PutHistory(const InsightPage& page, PageView& view) {
  const absl::TimeZone zone = ZoneNamed(page.around.time_zone());
  view["history"] = PageView::array();
  for (const v1::InsightEvent& event : page.insight->history()) {
    PageView out{
        {"at", MomentIn(event.at(), zone)},
        {"verb", event.verb()},
        {"by", event.leader()},
        {"outcome", event.not_applied().empty()
                        ? std::string(contract::StateName(event.state()))
                        : "not applied, " + event.not_applied()}};
    PutText(out, "detail", event.detail());
    view["history"].push_back(std::move(out));
  }
  view["has_history"] = !view["history"].empty();
  const v1::Muted& muted = page.insight->muted();
  const bool hidden =
      contract::ToTime(muted.until()) > contract::ToTime(page.around.to());
  PutText(view, "hidden_by",
          hidden ? fmt::format("Hidden from digests by {} until {}: {}",
                               muted.leader(), MomentIn(muted.until(), zone),
                               muted.reason())
                 : "");
}

void PutDaily(const std::optional<Daily>& daily, PageView& view) {
  const std::vector<Bar> bars =
      daily ? DayBars(daily->first, daily->observations) : std::vector<Bar>();
  view["bars"] = PageView::array();
  for (const Bar& bar : bars) {
    view["bars"].push_back({{"x", bar.x},
                            {"y", bar.y},
                            {"width", bar.width},
                            {"height", bar.height},
                            {"day_count", bar.label}});
  }
  view["has_bars"] = !bars.empty();
  if (bars.empty()) {
    for (const char* name : {"most_a_day", "first_day", "last_day"}) {
      view[name] = "";
    }
    return;
  }
  view["most_a_day"] = std::to_string(*std::max_element(
      daily->observations.begin(), daily->observations.end()));
  view["first_day"] = absl::FormatCivilTime(daily->first);
  view["last_day"] = absl::FormatCivilTime(
      daily->first + static_cast<int64_t>(daily->observations.size()) - 1);
}

void PutHeat(const Heat& heat, PageView& view) {
  view["heat_shifts"] = PageView::array();
  for (const std::string& shift : heat.shifts) {
    view["heat_shifts"].push_back(
        {{"heat_shift", shift.empty() ? "any shift" : shift}});
  }
  view["heat_rows"] = PageView::array();
  for (const Heat::Row& row : heat.rows) {
    PageView out{{"heat_site", row.site}, {"heat_cells", PageView::array()}};
    for (const auto& cell : row.observations) {
      PageView one{{"heat", HeatStep(cell.value_or(0), heat.most)}};
      PutText(one, "heat_count", cell ? std::to_string(*cell) : "");
      out["heat_cells"].push_back(std::move(one));
    }
    view["heat_rows"].push_back(std::move(out));
  }
  view["has_heat"] = !heat.rows.empty();
  PutText(view, "heat_more",
          heat.more_sites == 0 ? "" : std::to_string(heat.more_sites));
}

PageView ViewOfInsight(const InsightPage& page, const Frame& frame) {
  PageView view = ViewOfDigest(page.around);
  PageView& item = view["sections"][0]["items"][0];
  item["has_verbatims"] = !item["verbatims"].empty();
  const std::string number = item["insight"];
  PutFrame(frame,
           fmt::format("#{} {}", number, item["title"].get<std::string>()),
           view);
  view["number"] = number;
  view["opened_by"] = page.opened_by;
  PutText(view, "listed", page.listed);
  PutText(view, "message", page.message);
  PutText(view, "error", page.error);
  PutParts(page.around.sections(0).items(0), view);
  PutDaily(page.daily, view);
  PutHeat(page.heat, view);
  view["looks_like"] = PageView::array();
  for (const LooksLike& other : page.looks_like) {
    view["looks_like"].push_back({{"other", std::to_string(other.insight)},
                                  {"other_title", other.title},
                                  {"other_why", other.why}});
  }
  view["has_looks_like"] = !page.looks_like.empty();
  PutHistory(page, view);
  PutForms(page, view);
  return view;
}

}  // namespace

std::string RenderInsight(const InsightPage& page, const Frame& frame) {
  static const PagePart kPart("insight", InsightParts());
  return kPart.Render(ViewOfInsight(page, frame));
}

PageView SampleOfInsight() {
  InsightPage page;
  page.around.add_sections()->add_items()->add_parts();
  v1::Insight insight;
  insight.add_history();
  page.insight = &insight;
  page.daily = Daily{absl::CivilDay(), {1}};
  page.heat.shifts = {""};
  page.heat.rows = {{"", {1}}};
  page.looks_like = {{}};
  page.forms = {{"",
                 "",
                 "",
                 {{"", "", FormField::Kind::kChoice, false, "", {{"", ""}}}},
                 false}};
  return ViewOfInsight(page, {});
}

}  // namespace earshot::feed
