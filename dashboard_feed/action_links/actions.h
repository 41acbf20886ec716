#ifndef EARSHOT_DASHBOARD_FEED_ACTION_LINKS_ACTIONS_H_
#define EARSHOT_DASHBOARD_FEED_ACTION_LINKS_ACTIONS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "earshot/v1/decision.pb.h"
#include "earshot/v1/digest.pb.h"

// What a link in a mail can do, and the page that it leads to. Pure.
namespace earshot::feed {

inline constexpr absl::Duration kLinksLast = absl::Hours(7 * 24);

struct LinkAction {
  std::string verb;    // as the command is called
  std::string name;    // of the link: "Acknowledge"
  std::string label;   // of the text that it needs; empty: none
  std::string button;  // "Send this answer"
};

// Those that the loop's table allows in this state, the first first.
std::vector<LinkAction> ActionsIn(v1::State state);
// Nothing: there is no such action.
std::optional<LinkAction> FindAction(std::string_view verb);

// The link for one of them, of an item of a digest that was made at `made`.
v1::ActionLink LinkTo(const std::string& verb, const std::string& leader,
                      const v1::DigestItem& item, absl::Time made);
// What it asks for, with the leader's words.
v1::Decision DecisionOf(const v1::ActionLink& link, const std::string& text);

// What the page shows; what is empty is left out.
struct ActionPage {
  std::string heading;
  uint64_t insight = 0;
  std::string title;
  std::string facts;
  std::string error;    // what is wrong with what was sent
  std::string message;  // what has happened
  bool form = false;    // asks for `action`
  LinkAction action;
  std::string text;  // what was written so far
  std::string next;  // what to do now
};
std::string RenderPage(const ActionPage& page);

// The template of the page, as the program carries it.
std::string_view ActionPageTemplate();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_ACTION_LINKS_ACTIONS_H_
