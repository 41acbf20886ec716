#ifndef EARSHOT_DASHBOARD_FEED_PAGE_RENDERING_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_RENDERING_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/page/page.h"
#include "earshot/v1/digest.pb.h"

// How the pages of this room are made: a view is filled in, and a part rendered
// with it. For this room alone. Pure; any thread.
namespace earshot::feed {

using PageView = nlohmann::json;

// A name, and whether it has anything to show.
void PutText(PageView& view, const char* name, const std::string& value);

// What all pages have around them.
void PutFrame(const Frame& frame, const std::string& title, PageView& view);

// A digest as templates show it, without the whole of it in other forms.
PageView ViewOfDigest(const v1::Digest& digest);

absl::TimeZone ZoneNamed(const std::string& name);
std::string MomentIn(const google::protobuf::Timestamp& at,
                     absl::TimeZone zone);

// "412", or "<5".
std::string CountText(const v1::Count& count);
std::string CountedText(const v1::Count& count, const char* one,
                        const char* many);

// One of the program's own pages. It may use every name that a sample of any
// page has, so that a slip of the pen is found by the test that renders it.
class PagePart {
 public:
  PagePart(const char* name, std::string_view text);
  std::string Render(const PageView& view) const;

 private:
  struct Parsed;
  std::shared_ptr<const Parsed> parsed_;
};

// By the pages: a view of each with every name that it can have.
PageView SampleOfInsight();
PageView SampleOfList();
PageView SampleOfBlocks();
PageView SampleOfOwn();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_RENDERING_H_
