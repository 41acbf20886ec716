#include "dashboard_feed/page/page.h"

#include "dashboard_feed/page/blocks.h"
#include "dashboard_feed/page/rendering.h"

namespace earshot::feed {

std::string DigestPage(const v1::Digest& digest, const Frame& frame) {
  static const PagePart kPart("digest", DigestParts());
  PageView view = ViewOfDigest(digest);
  PutBlocks(digest, view);
  PutFrame(frame, "Digest", view);
  return kPart.Render(view);
}

std::string MorningPage(const v1::Digest& brief, const Frame& frame) {
  static const PagePart kPart("morning", MorningParts());
  PageView view = ViewOfDigest(brief);
  PutBlocks(brief, view);
  PutFrame(frame, "Morning", view);
  return kPart.Render(view);
}

std::string LoopPage(const v1::Digest& digest, const v1::ResultList& results,
                     const Frame& frame) {
  static const PagePart kPart("loop", LoopParts());
  PageView view = ViewOfDigest(digest);
  PutBlocks(digest, view);
  PutResults(results, ZoneNamed(digest.time_zone()), view);
  PutFrame(frame, "Loop", view);
  return kPart.Render(view);
}

std::string SignInPage(const std::string& where,
                       const std::string& typed_leader,
                       const std::string& error, const Frame& frame) {
  static const PagePart kPart("sign in", SignInParts());
  PageView view;
  PutFrame(frame, "Sign in", view);
  view["typed_leader"] = typed_leader;
  PutText(view, "where", where);
  PutText(view, "error", error);
  return kPart.Render(view);
}

std::string MessagePage(const std::string& heading, const std::string& error,
                        const std::string& next, const Frame& frame) {
  static const PagePart kPart("message", MessageParts());
  PageView view;
  PutFrame(frame, heading, view);
  view["heading"] = heading;
  PutText(view, "error", error);
  PutText(view, "next", next);
  return kPart.Render(view);
}

}  // namespace earshot::feed
