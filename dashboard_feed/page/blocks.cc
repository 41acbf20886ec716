#include "dashboard_feed/page/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dashboard_feed/page/plot.h"
#include "dashboard_feed/render/words.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

// Regions that stand for sites too small to name are among the rows.
void PutWhere(const v1::WhereAndWhen& where, PageView& view) {
  uint64_t largest = 0;
  for (const v1::GridCell& cell : where.cells()) {
    largest = std::max(largest, cell.observations().value());
  }
  view["cells"] = PageView::array();
  for (const v1::GridCell& cell : where.cells()) {
    view["cells"].push_back(
        {{"cell_place",
          cell.site().empty() ? "all of " + cell.region() : cell.site()},
         {"cell_shift", cell.shift().empty() ? "any" : cell.shift()},
         {"cell_count", CountText(cell.observations())},
         {"cell_step", HeatStep(cell.observations().value(), largest)}});
  }
  view["has_cells"] = !view["cells"].empty();
  PutText(view, "more_cells",
          where.more_cells() == 0 ? "" : std::to_string(where.more_cells()));
  PutText(view, "shift_gap", where.shift_gap());
  view["shift_gap_insight"] = std::to_string(where.shift_gap_insight());
  PutText(view, "visit", where.visit());
  view["has_place_and_time"] = view["has_cells"] || view["has_visit"];
}

void PutPromises(const v1::Digest& digest, PageView& view) {
  view["promises"] = PageView::array();
  for (const v1::PromiseLine& line : digest.promises()) {
    PageView one{{"promise", line.text()},
                 {"broken", CountText(line.broken())},
                 {"kept", CountText(line.kept())}};
    PutText(one, "most_at", fmt::format("{}", fmt::join(line.sites(), ", ")));
    view["promises"].push_back(std::move(one));
  }
  view["has_promises"] = !view["promises"].empty();
}

void PutCosts(const v1::CostAndReturn& costs, PageView& view) {
  view["costs"] = PageView::array();
  for (const v1::CostEstimate& cost : costs.open()) {
    view["costs"].push_back(
        {{"cost_of", fmt::format("Open, {} observations", cost.observations())},
         {"cost", CostText(cost)}});
  }
  for (const v1::CostEstimate& cost : costs.saved()) {
    view["costs"].push_back(
        {{"cost_of", "Saved by answers that held"}, {"cost", CostText(cost)}});
  }
  view["has_costs"] = !view["costs"].empty();
}

void PutEmpowerment(const v1::Digest& digest, PageView& view) {
  view["settled"] = PageView::array();
  for (const v1::Empowerment& line : digest.empowerment()) {
    std::string spent;
    for (const v1::Money& money : line.spent()) {
      spent += fmt::format("{}{}.{:02} {}", spent.empty() ? "" : ", ",
                           money.cents() / 100, money.cents() % 100,
                           money.currency());
    }
    PageView one{{"settled_topic", line.topic()},
                 {"on_the_spot", std::to_string(line.on_the_spot())},
                 {"asked_first", std::to_string(line.lacked_authority())}};
    PutText(one, "spent", spent);
    view["settled"].push_back(std::move(one));
  }
  view["has_settled"] = !view["settled"].empty();
}

void PutQuestions(
    const google::protobuf::RepeatedPtrField<v1::QuestionLine>& questions,
    absl::TimeZone zone, PageView& view) {
  view["questions"] = PageView::array();
  for (const v1::QuestionLine& line : questions) {
    PageView one{{"asked_what", line.text()},
                 {"asked", CountText(line.asked())},
                 {"answered", CountText(line.answered())}};
    PutText(one, "asked_about",
            line.insight() == 0 ? "" : std::to_string(line.insight()));
    PutText(one, "closes",
            line.has_closes_at() ? MomentIn(line.closes_at(), zone) : "");
    one["replies"] = PageView::array();
    for (const std::string& reply : line.lines()) {
      one["replies"].push_back({{"reply", reply}});
    }
    one["has_replies"] = !one["replies"].empty();
    view["questions"].push_back(std::move(one));
  }
  view["has_questions"] = !view["questions"].empty();
}

PageView SliceView(const std::string& name, const v1::LoopHealth& health) {
  PageView out{{"part", name},
               {"loop_answered", std::to_string(health.answered())},
               {"loop_closed", fmt::format("{} ({} confirmed)", health.closed(),
                                           health.confirmed())},
               {"loop_settled", std::to_string(health.closed())},
               {"loop_confirmed", std::to_string(health.confirmed())},
               {"loop_back",
                fmt::format("{} of {}", health.reopened(), health.settled())},
               {"loop_overdue", std::to_string(health.overdue())},
               {"loop_heard", fmt::format("{} %", health.heard_back_percent())},
               {"loop_reporters", CountText(health.reporters())}};
  PutText(out, "to_visible", StepText(health, "observed_visible"));
  PutText(out, "to_decided", StepText(health, "visible_acknowledged"));
  PutText(out, "to_answered", StepText(health, "acknowledged_answered"));
  PutText(out, "to_confirmed", StepText(health, "answered_confirmed"));
  return out;
}

template <typename Slices>
void PutSlices(const char* title, const Slices& slices, PageView& view) {
  if (slices.size() < 2) return;
  PageView table{{"by", title}, {"parts_of", PageView::array()}};
  for (const v1::LoopSlice& slice : slices) {
    table["parts_of"].push_back(SliceView(slice.name(), slice.health()));
  }
  view["slices"].push_back(std::move(table));
}

void PutLoop(const v1::LoopHealth& health, PageView& view) {
  view["loop"] = SliceView("", health);
  view["loop_steps"] = PageView::array();
  for (const v1::LoopStep& step : health.steps()) {
    PageView one{{"step", step.title()},
                 {"step_of", std::to_string(step.insights())}};
    PutText(one, "median",
            step.insights() == 0 ? "" : Lasting(step.median_seconds()));
    view["loop_steps"].push_back(std::move(one));
  }
  PutText(view, "silent",
          fmt::format("{}", fmt::join(health.silent_sites(), ", ")));
  view["slices"] = PageView::array();
  PutSlices("Region", health.by_region(), view);
  PutSlices("Topic", health.by_topic(), view);
}

// Where each of the numbers at the top leads.
void PutNumberLinks(PageView& view) {
  for (PageView& number : view["numbers"]) {
    const std::string name = number.value("name", "");
    PutText(number, "number_link",
            name == "open_severe"  ? "/insights?severity=4&state=open"
            : name == "heard_back" ? "/loop"
                                   : "");
  }
}

}  // namespace

void PutBlocks(const v1::Digest& digest, PageView& view) {
  const absl::TimeZone zone = ZoneNamed(digest.time_zone());
  PutNumberLinks(view);
  PutWhere(digest.where(), view);
  const std::string& story = digest.story().verbatim().text();
  PutText(view, "story", story);
  view["story_insight"] = std::to_string(digest.story().insight());
  view["story_title"] = digest.story().title();
  PutPromises(digest, view);
  PutCosts(digest.cost(), view);
  PutEmpowerment(digest, view);
  PutQuestions(digest.questions(), zone, view);
  view["has_loop"] = digest.has_loop();
  PutLoop(digest.loop(), view);
}

void PutResults(const v1::ResultList& results, absl::TimeZone zone,
                PageView& view) {
  PutQuestions(results.questions(), zone, view);
  view["guidance"] = PageView::array();
  for (const v1::GuidanceLine& line : results.guidance()) {
    PageView one{{"advice", line.text()},
                 {"machines", std::to_string(line.machines())},
                 {"reached", std::to_string(line.reached())},
                 {"read", std::to_string(line.read())}};
    PutText(one, "advised_at", line.has_at() ? MomentIn(line.at(), zone) : "");
    PutText(one, "roles", fmt::format("{}", fmt::join(line.roles(), ", ")));
    view["guidance"].push_back(std::move(one));
  }
  view["has_guidance"] = !view["guidance"].empty();
}

PageView SampleOfBlocks() {
  v1::Digest digest;
  digest.add_numbers();
  digest.mutable_where()->add_cells();
  digest.add_promises();
  digest.mutable_cost()->add_open();
  digest.add_empowerment();
  v1::LoopHealth& loop = *digest.mutable_loop();
  loop.add_steps();
  for (int i = 0; i < 2; ++i) loop.add_by_region();
  PageView view = ViewOfDigest(digest);
  PutBlocks(digest, view);
  v1::ResultList results;
  results.add_questions()->add_lines("x");
  results.add_guidance();
  PutResults(results, absl::UTCTimeZone(), view);
  return view;
}

}  // namespace earshot::feed
