#include "dashboard_feed/page/rendering.h"

#include <fmt/format.h>

#include <utility>

#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/templates/sample.h"
#include "dashboard_feed/templates/view.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

struct Tab {
  Here here;
  const char* path;
  const char* name;
};
constexpr Tab kTabs[]{{Here::kDigest, "/", "Digest"},
                      {Here::kMorning, "/morning", "Morning"},
                      {Here::kInsights, "/insights", "Insights"},
                      {Here::kLoop, "/loop", "Loop"},
                      {Here::kSubscriptions, "/subscriptions", "Sent to you"},
                      {Here::kDeliveries, "/deliveries", "Deliveries"}};

const templates::TemplateNames& KnownNames() {
  static const templates::TemplateNames kNames = [] {
    templates::TemplateNames names;
    for (const SampleDigest& sample : SampleDigests()) {
      templates::CollectNames(ViewOfDigest(sample.digest), names.known);
    }
    PageView frame;
    PutFrame({}, "", frame);
    for (const PageView& view : {frame, SampleOfInsight(), SampleOfList(),
                                 SampleOfBlocks(), SampleOfOwn()}) {
      templates::CollectNames(view, names.known);
    }
    names.known.insert(
        {"typed_leader", "where", "has_where", "heading", "next", "has_next"});
    return names;
  }();
  return kNames;
}

}  // namespace

void PutFrame(const Frame& frame, const std::string& title, PageView& view) {
  view["base"] = frame.base;
  view["style"] = StylePath();
  PutText(view, "script", ScriptPath());
  view["form_token"] = frame.form_token;
  const std::string organisation =
      frame.organisation.empty() ? "Earshot" : frame.organisation;
  PutText(view, "organisation", organisation);
  PutText(view, "leader_name", frame.leader_name);
  view["signed_in"] = !frame.leader_name.empty();
  view["page_title"] = fmt::format("{} - {}", title, organisation);
  view["here_name"] = title;
  view["places"] = PageView::array();
  for (const Tab& tab : kTabs) {
    view["places"].push_back({{"path", tab.path},
                              {"place", tab.name},
                              {"here", tab.here == frame.here}});
  }
  PutText(view, "searched", frame.searched);
}

PageView ViewOfDigest(const v1::Digest& digest) {
  PageView view = ViewOf(digest, {});
  view.erase("digest_text");
  view.erase("digest_json");
  return view;
}

PageView ViewOfOptions(const Options& options, const std::string& taken) {
  PageView view = PageView::array();
  for (const auto& [value, label] : options) {
    view.push_back(
        {{"value", value}, {"label", label}, {"selected", value == taken}});
  }
  return view;
}

absl::TimeZone ZoneNamed(const std::string& name) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!name.empty()) absl::LoadTimeZone(name, &zone);
  return zone;
}

std::string MomentIn(const google::protobuf::Timestamp& at,
                     absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(at), zone);
}

// The parts are the program's own, and a test renders each.
PagePart::PagePart(const char* name, std::string_view text)
    : parsed_(templates::Template::Parse(
          name, std::string(text), templates::Escaping::kHtml, KnownNames())) {}

std::string PagePart::Render(const PageView& view) const {
  if (!parsed_.ok()) return "the page cannot be made\n";
  auto text = parsed_->Render(view);
  return text.ok() ? *std::move(text) : "the page is too large\n";
}

}  // namespace earshot::feed
