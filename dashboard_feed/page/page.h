#ifndef EARSHOT_DASHBOARD_FEED_PAGE_PAGE_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_PAGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/daily.h"
#include "dashboard_feed/digest/heat.h"
#include "dashboard_feed/listing/choices.h"
#include "dashboard_feed/listing/filter.h"
#include "dashboard_feed/page/forms.h"
#include "earshot/v1/digest.pb.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/subscription.pb.h"

// The leader's pages, whole and readable without script. Every value is escaped
// where it goes (base/templates/template.h). Pure; any thread.
namespace earshot::feed {

// Which of the places that every page leads to it is.
enum class Here {
  kElsewhere,
  kDigest,
  kMorning,
  kInsights,
  kLoop,
  kSubscriptions,
  kDeliveries
};

// What all of them have around it.
struct Frame {
  std::string base;  // before every path: empty, or "/earshot"
  std::string organisation;
  std::string leader_name;  // empty: nobody is signed in
  std::string form_token;   // that the page's forms bring back
  Here here = Here::kElsewhere;
  std::string searched;  // the words in the box
};

std::string DigestPage(const v1::Digest& digest, const Frame& frame);

// What of a digest fits one screen: MakeBrief has chosen it.
std::string MorningPage(const v1::Digest& brief, const Frame& frame);

// Whether the loop closes, and what came of questions and guidance.
std::string LoopPage(const v1::Digest& digest, const v1::ResultList& results,
                     const Frame& frame);

// Another insight that may be the same.
struct LooksLike {
  uint64_t insight = 0;
  std::string title;
  std::string why;
};

struct InsightPage {
  v1::Digest around;  // whose one section has the one item; time zone, now
  const v1::Insight* insight = nullptr;  // as the leader sees it
  std::string listed;  // where the digest has it and why; empty: nowhere
  std::optional<Daily> daily;
  Heat heat;
  std::vector<LooksLike> looks_like;
  std::vector<DecisionForm> forms;
  std::string opened_by;  // hexadecimal
  std::string message;    // what has happened
  std::string error;      // why what was sent was refused, and what then
  std::string verb;       // of what was refused ...
  std::map<std::string, std::string> typed;  // ... with what was typed
};
std::string RenderInsight(const InsightPage& page, const Frame& frame);

struct InsightListPage {
  v1::Digest around;  // whose one section has the items; time zone, now
  std::vector<std::optional<Daily>> daily;  // by item
  Filter filter;
  Choices choices;
  uint64_t found = 0;       // in all; with words as many as were looked for
  bool more_found = false;  // than that
  uint32_t hidden = 0;      // that a filter may not choose, or not yet
  std::string next;         // query of the next page; empty: that was all
  std::string error;        // of a filter that cannot be read
};
std::string RenderList(const InsightListPage& page, const Frame& frame);

struct OwnDelivery {
  uint64_t id = 0;
  std::string subscription;
  std::string period;
  std::string channel;
  std::string state;
  std::string at;      // when it got there, in the leader's zone
  std::string reason;  // of the last failure
  uint32_t attempts = 0;
  bool parked = false;
};

// What is sent to a leader: subscriptions, who stands in, deliveries.
struct OwnPage {
  v1::SubscriptionList subscriptions;
  std::vector<std::string> channels;  // that the feed has
  std::string time_zone;
  std::vector<std::string> deputies;  // a sentence each
  bool own_deputies = false;          // the leader named some of them
  // Who else there is: id and name.
  std::vector<std::pair<std::string, std::string>> leaders;
  std::vector<OwnDelivery> deliveries;
  std::string message;
  std::string error;
  std::map<std::string, std::string> typed;  // of what was refused
};
std::string SubscriptionsPage(const OwnPage& page, const Frame& frame);
std::string DeliveriesPage(const OwnPage& page, const Frame& frame);

// `error` empty: it is asked for the first time. `where`: the path that is gone
// to then; empty: the digest's.
std::string SignInPage(const std::string& where,
                       const std::string& typed_leader,
                       const std::string& error, const Frame& frame);

// Something that did not work, and what to do now.
std::string MessagePage(const std::string& heading, const std::string& error,
                        const std::string& next, const Frame& frame);

// Parts of pages, the stylesheet and the script, as the program carries them.
// The script is empty in a build without esbuild.
std::string_view SignInParts();
std::string_view DigestParts();
std::string_view MorningParts();
std::string_view LoopParts();
std::string_view InsightParts();
std::string_view ListParts();
std::string_view SubscriptionsParts();
std::string_view DeliveriesParts();
std::string_view MessageParts();
std::string_view StyleSheet();
std::string_view PageScript();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_PAGE_H_
