#include "dashboard_feed/action_links/actions.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/templates/template.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::json;

const std::vector<LinkAction>& LinkActions() {
  static const std::vector<LinkAction> kActions{
      {"ack", "Acknowledge", "", "Acknowledge: I have seen it"},
      {"answer", "Answer", "What everyone who reported it will read",
       "Send this answer"},
      {"resolve", "Resolve", "What was done, for everyone who reported it",
       "Tell them it is done"},
      {"decline", "Decline", "Why not, for everyone who reported it",
       "Decline with this reason"}};
  return kActions;
}

void Put(Json& view, const char* name, const std::string& value) {
  view[name] = value;
  view[std::string("has_") + name] = !value.empty();
}

Json ViewOf(const ActionPage& page) {
  Json view;
  Put(view, "heading", page.heading);
  Put(view, "insight", fmt::format("{}", page.insight));
  Put(view, "title", page.title);
  Put(view, "facts", page.facts);
  Put(view, "error", page.error);
  Put(view, "message", page.message);
  view["form"] = page.form;
  Put(view, "label", page.action.label);
  Put(view, "button", page.action.button);
  Put(view, "text", page.text);
  Put(view, "next", page.next);
  return view;
}

// Made once; the text is the program's own, and a test renders it.
const templates::Template& PageTemplate() {
  static const templates::Template kTemplate = [] {
    templates::TemplateNames names;
    const Json view = ViewOf({});
    for (const auto& [name, value] : view.items()) names.known.insert(name);
    auto parsed = templates::Template::Parse("action page",
                                             std::string(ActionPageTemplate()),
                                             templates::Escaping::kHtml, names);
    return *std::move(parsed);
  }();
  return kTemplate;
}

}  // namespace

std::vector<LinkAction> ActionsIn(v1::State state) {
  switch (state) {
    case v1::HEARD:
    case v1::REOPENED:
      return LinkActions();
    case v1::ACKNOWLEDGED:
    case v1::COMMITTED:
      return {LinkActions().begin() + 1, LinkActions().end()};
    default:
      return {};
  }
}

std::optional<LinkAction> FindAction(std::string_view verb) {
  for (const LinkAction& action : LinkActions()) {
    if (action.verb == verb) return action;
  }
  return std::nullopt;
}

v1::ActionLink LinkTo(const std::string& verb, const std::string& leader,
                      const v1::DigestItem& item, absl::Time made) {
  v1::ActionLink link;
  link.set_leader(leader);
  link.set_insight(item.insight());
  link.set_verb(verb);
  link.set_opened_by(item.opened_by());
  link.set_state(item.state());
  link.set_last_decision(item.last_decision());
  *link.mutable_expires() = contract::ToStamp(made + kLinksLast);
  return link;
}

v1::Decision DecisionOf(const v1::ActionLink& link, const std::string& text) {
  v1::Decision decision;
  decision.set_insight(link.insight());
  decision.set_opened_by(link.opened_by());
  if (link.verb() == "ack") {
    decision.mutable_acknowledge();
  } else if (link.verb() == "answer") {
    decision.mutable_answer()->set_text(text);
  } else if (link.verb() == "resolve") {
    decision.mutable_resolve()->set_text(text);
  } else if (link.verb() == "decline") {
    decision.mutable_decline()->set_reason(text);
  }
  return decision;
}

std::string RenderPage(const ActionPage& page) {
  auto text = PageTemplate().Render(ViewOf(page));
  return text.ok() ? *std::move(text) : "the page cannot be made\n";
}

}  // namespace earshot::feed
