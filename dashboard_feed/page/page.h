#ifndef EARSHOT_DASHBOARD_FEED_PAGE_PAGE_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_PAGE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/page/forms.h"
#include "earshot/v1/digest.pb.h"
#include "earshot/v1/insight.pb.h"

// The leader's pages, whole and without script. Every value is escaped where it
// goes (templates/template.h). Pure; one thread at a time the first time, then
// any.
namespace earshot::feed {

// What all of them have around it.
struct Frame {
  std::string base;  // before every path: empty, or "/earshot"
  std::string organisation;
  std::string leader_name;  // empty: nobody is signed in
  std::string form_token;   // that the page's forms bring back
};

std::string DigestPage(const v1::Digest& digest, const Frame& frame);

struct InsightPage {
  v1::Digest around;  // whose one section has the one item; time zone, now
  const v1::Insight* insight = nullptr;  // as the leader sees it
  std::string listed;  // where the digest has it and why; empty: nowhere
  std::vector<DecisionForm> forms;
  std::string opened_by;  // hexadecimal
  std::string message;    // what has happened
  std::string error;      // why what was sent was refused, and what then
  std::string verb;       // of what was refused ...
  std::map<std::string, std::string> typed;  // ... with what was typed
};
std::string RenderInsight(const InsightPage& page, const Frame& frame);

// `error` empty: it is asked for the first time. `where`: the path that is gone
// to then; empty: the digest's.
std::string SignInPage(const std::string& where,
                       const std::string& typed_leader,
                       const std::string& error, const Frame& frame);

// Something that did not work, and what to do now.
std::string MessagePage(const std::string& heading, const std::string& error,
                        const std::string& next, const Frame& frame);

// Parts of pages and the stylesheet, as the program carries them.
std::string_view SignInParts();
std::string_view DigestParts();
std::string_view InsightParts();
std::string_view MessageParts();
std::string_view StyleSheet();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_PAGE_H_
