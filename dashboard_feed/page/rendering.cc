#include "dashboard_feed/page/rendering.h"

#include <fmt/format.h>

#include <utility>

#include "base/templates/template.h"
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

struct PagePart::Parsed {
  explicit Parsed(absl::StatusOr<templates::Template> made)
      : parsed(std::move(made)) {}
  const absl::StatusOr<templates::Template> parsed;
};

void PutText(PageView& view, const char* name, const std::string& value) {
  view[name] = value;
  view[std::string("has_") + name] = !value.empty();
}

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

absl::TimeZone ZoneNamed(const std::string& name) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!name.empty()) absl::LoadTimeZone(name, &zone);
  return zone;
}

std::string MomentIn(const google::protobuf::Timestamp& at,
                     absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(at), zone);
}

std::string CountText(const v1::Count& count) {
  return count.hidden() ? fmt::format("<{}", count.below())
                        : fmt::format("{}", count.value());
}

std::string CountedText(const v1::Count& count, const char* one,
                        const char* many) {
  const bool single = !count.hidden() && count.value() == 1;
  return fmt::format("{} {}", CountText(count), single ? one : many);
}

// The parts are the program's own, and a test renders each.
PagePart::PagePart(const char* name, std::string_view text)
    : parsed_(std::make_shared<Parsed>(templates::Template::Parse(
          name, std::string(text), templates::Escaping::kHtml, KnownNames()))) {
}

std::string PagePart::Render(const PageView& view) const {
  if (!parsed_->parsed.ok()) return "the page cannot be made\n";
  auto text = parsed_->parsed->Render(view);
  return text.ok() ? *std::move(text) : "the page is too large\n";
}

}  // namespace earshot::feed
