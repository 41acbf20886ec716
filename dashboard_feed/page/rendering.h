#ifndef EARSHOT_DASHBOARD_FEED_PAGE_RENDERING_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_RENDERING_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/templates/template.h"
#include "dashboard_feed/page/page.h"
#include "earshot/v1/digest.pb.h"

// How the pages of this room are made: a view is filled in, and a part rendered
// with it. For this room alone. Pure; any thread.
namespace earshot::feed {

using PageView = nlohmann::json;

using templates::PutText;

// What all pages have around them.
void PutFrame(const Frame& frame, const std::string& title, PageView& view);

// A digest as templates show it, without the whole of it in other forms.
PageView ViewOfDigest(const v1::Digest& digest);

// The choices of a box, value and label each, and which one is taken.
using Options = std::vector<std::pair<std::string, std::string>>;
PageView ViewOfOptions(const Options& options, const std::string& taken);

absl::TimeZone ZoneNamed(const std::string& name);
std::string MomentIn(const google::protobuf::Timestamp& at,
                     absl::TimeZone zone);

// One of the program's own pages. It may use every name that a sample of any
// page has, so that a slip of the pen is found by the test that renders it.
class PagePart {
 public:
  PagePart(const char* name, std::string_view text);
  std::string Render(const PageView& view) const;

 private:
  absl::StatusOr<templates::Template> parsed_;
};

// By the pages: a view of each with every name that it can have.
PageView SampleOfInsight();
PageView SampleOfList();
PageView SampleOfBlocks();
PageView SampleOfOwn();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_RENDERING_H_
