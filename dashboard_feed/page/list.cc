#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/plot.h"
#include "dashboard_feed/page/rendering.h"
#include "proto/contract/names.h"

namespace earshot::feed {
namespace {

// One box of the bar: what is chosen, among all that may be.
PageView BoxOf(const char* name, const char* label, const char* any,
               const std::string& chosen, Options options) {
  PageView box{{"name", name}, {"label", label}, {"any", any}};
  const bool known =
      chosen.empty() ||
      std::any_of(options.begin(), options.end(),
                  [&](const auto& option) { return option.first == chosen; });
  // Of a link that somebody kept.
  if (!known) options.emplace_back(chosen, chosen);
  box["options"] = ViewOfOptions(options, chosen);
  return box;
}

Options Same(const std::vector<std::string>& words) {
  Options options;
  for (const std::string& word : words) options.emplace_back(word, word);
  return options;
}

Options SiteOptions(const Choices& choices) {
  Options options;
  for (const auto& [id, name] : choices.sites) {
    options.emplace_back(id,
                         name == id ? id : fmt::format("{} ({})", name, id));
  }
  return options;
}

template <typename Enum, typename Name>
Options EnumOptions(int last, const Name& name) {
  Options options;
  for (int value = 1; value <= last; ++value) {
    const std::string text(name(static_cast<Enum>(value)));
    if (!text.empty()) options.emplace_back(text, text);
  }
  return options;
}

const Options& Periods() {
  static const Options kPeriods{
      {"1d", "today"}, {"7d", "7 days"}, {"28d", "28 days"}};
  return kPeriods;
}

const Options& Severities() {
  static const Options kSeverities{{"5", "5 alone"},
                                   {"4", "4 and 5"},
                                   {"3", "3 and more"},
                                   {"2", "2 and more"}};
  return kSeverities;
}

Options States() {
  Options states{{kOpen, "open"}, {kSettled, "settled"}};
  for (auto& state : EnumOptions<v1::State>(
           v1::State_MAX, [](v1::State s) { return contract::StateName(s); })) {
    states.push_back(std::move(state));
  }
  return states;
}

void PutFilter(const InsightListPage& page, PageView& view) {
  const Filter& filter = page.filter;
  const Choices& choices = page.choices;
  view["boxes"] = {
      BoxOf("period", "Heard of in", "any time",
            filter.days == 0 ? "" : fmt::format("{}d", filter.days), Periods()),
      BoxOf("state", "State", "any", filter.state, States()),
      BoxOf("region", "Region", "all", filter.region, Same(choices.regions)),
      BoxOf("severity", "Severity", "any",
            filter.severity == 0 ? "" : std::to_string(filter.severity),
            Severities())};
  view["more_boxes"] = {
      BoxOf("site", "Site", "all", filter.site, SiteOptions(choices)),
      BoxOf("channel", "Channel", "all", filter.channel,
            Same(choices.channels)),
      BoxOf("shift", "Shift", "all", filter.shift, Same(choices.shifts)),
      BoxOf("topic", "Topic", "all", filter.topic, Same(choices.topics)),
      BoxOf("kind", "Kind", "all", std::string(contract::KindName(filter.kind)),
            EnumOptions<v1::ObservationKind>(
                v1::ObservationKind_MAX,
                [](v1::ObservationKind k) { return contract::KindName(k); })),
      BoxOf("subject", "About", "anybody",
            std::string(contract::SubjectName(filter.subject)),
            EnumOptions<v1::Subject>(v1::Subject_MAX, [](v1::Subject s) {
              return contract::SubjectName(s);
            }))};
  int more = 0;
  for (const std::string& value :
       {filter.site, filter.channel, filter.shift, filter.topic,
        std::string(contract::KindName(filter.kind)),
        std::string(contract::SubjectName(filter.subject))}) {
    if (!value.empty()) ++more;
  }
  PutText(view, "more_chosen", more == 0 ? "" : std::to_string(more));
  view["filtered"] = filter.any();
  view["words"] = filter.words;
}

std::string FoundText(const InsightListPage& page) {
  if (page.found == 0) return "";
  return fmt::format("{}{} {}", page.more_found ? "More than " : "", page.found,
                     page.found == 1 ? "insight" : "insights");
}

PageView ViewOfList(const InsightListPage& page, const Frame& frame) {
  PageView view = ViewOfDigest(page.around);
  PageView& items = view["sections"][0]["items"];
  for (size_t i = 0; i < items.size(); ++i) {
    const bool told = i < page.daily.size() && page.daily[i].has_value();
    PutText(items[i], "spark",
            told ? SparkPoints(page.daily[i]->observations) : "");
  }
  PutFrame(frame, "Insights", view);
  PutFilter(page, view);
  PutText(view, "found", FoundText(page));
  PutText(view, "next", page.next);
  PutText(view, "held", page.hidden == 0 ? "" : std::to_string(page.hidden));
  PutText(view, "error", page.error);
  return view;
}

}  // namespace

std::string RenderList(const InsightListPage& page, const Frame& frame) {
  static const PagePart kPart("list", ListParts());
  return kPart.Render(ViewOfList(page, frame));
}

PageView SampleOfList() {
  InsightListPage page;
  page.around.add_sections()->add_items();
  return ViewOfList(page, {});
}

}  // namespace earshot::feed
