#include <map>
#include <string>

#include "base/http/coding.h"
#include "base/http/cookies.h"
#include "base/http/form_tokens.h"
#include "base/http/http_server.h"
#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/decisions/from_fields.h"
#include "dashboard_feed/live/position.h"
#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/routes.h"
#include "proto/contract/names.h"
#include "tests/fuzz/input.h"
#include "tests/testing/seeded_random.h"

// What a browser, or somebody, sends to the leader's page.
// Input: a byte that says what the rest is: a path, a head, a form, JSON, a
// cursor, or what a page shows.
namespace earshot::fuzz {
namespace {

using feed::Served;

void Path(const std::string& text) {
  const feed::Found found = feed::FindRoute(text);
  if (found.route.served == Served::kNowhere ||
      found.route.served == Served::kLink) {
    return;
  }
  std::string path = found.route.path;
  const std::string hole = "{number}";
  const size_t at = path.find(hole);
  Require((at != std::string::npos) == (found.number != 0),
          "a path names an insight where its route does");
  if (at != std::string::npos) {
    path.replace(at, hole.size(), std::to_string(found.number));
  }
  Require(path == text, "a path is its route, written one way");
}

void Head(const std::string& text) {
  const std::string cookie = http::CookieIn(text, "earshot");
  Require(cookie.find(';') == std::string::npos, "a cookie ends where it ends");
  const std::string bearer = http::BearerIn(text);
  Require(bearer.size() < text.size() || bearer.empty(), "a token is a part");
  const std::string origin = http::OriginOf(text);
  Require(origin.size() <= text.size(), "an origin is a part");
  http::AcceptsGzip(text);
  http::IsText(text);
  testing::SeededRandom random(1);
  http::FormTokens tokens(random);
  Require(tokens.Look("session", text) == http::FormTokens::Verdict::kForged,
          "what was not made is forged");
}

void Decision(const std::map<std::string, std::string>& fields) {
  const auto verb = fields.find("verb");
  if (verb == fields.end()) return;
  const auto decision = feed::DecisionFrom(verb->second, fields,
                                           absl::FromUnixSeconds(1800000000),
                                           absl::UTCTimeZone());
  if (!decision.ok()) return;
  Require(contract::VerbName(decision->verb_case()) == verb->second,
          "a decision is of the verb that was asked for");
}

void Json(const std::string& text) {
  const std::string tag = feed::TagOf(text);
  Require(feed::MatchesTag(tag, tag), "a tag is its own");
  const auto fields = feed::ParseFields(text);
  if (fields.ok()) Decision(*fields);
}

void LastEventId(const std::string& text) {
  const auto position = feed::ParsePosition(text);
  if (!position) return;
  const auto again = feed::ParsePosition(feed::PositionText(*position));
  Require(again && again->generation == position->generation &&
              again->seq == position->seq && again->at == position->at,
          "a position comes back as it was");
}

void Cursor(const std::string& text) {
  LastEventId(text);
  const auto cursor = feed::ParseCursor(text);
  if (!cursor) return;
  const auto again = feed::ParseCursor(feed::CursorText(*cursor));
  Require(again == cursor, "a cursor comes back as it was");
}

size_t Count(const std::string& text, char c) {
  size_t count = 0;
  for (const char one : text) count += one == c ? 1 : 0;
  return count;
}

void Shown(const std::string& text) {
  static const std::string kPlain = feed::SignInPage("", "a", "a", {});
  const std::string page = feed::SignInPage("", text, "a" + text, {});
  for (const char c : {'<', '>', '"'}) {
    Require(Count(page, c) == Count(kPlain, c), "text stays text");
  }
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace earshot::fuzz;  // NOLINT(google-build-using-namespace)
  Input input(data, size);
  const uint32_t what = input.Below(6);
  const std::string text(input.Bytes(size));
  switch (what) {
    case 0:
      Path(text);
      break;
    case 1:
      Head(text);
      break;
    case 2:
      if (const auto fields = earshot::http::ParseForm(text)) Decision(*fields);
      break;
    case 3:
      Json(text);
      break;
    case 4:
      Cursor(text);
      break;
    default:
      Shown(text);
  }
  return 0;
}
