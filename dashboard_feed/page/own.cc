// What is sent to a leader, and how that goes.
#include <fmt/format.h>

#include <utility>

#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/rendering.h"
#include "proto/contract/subscription.h"

namespace earshot::feed {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

std::string Joined(const Names& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string WhenText(const v1::Subscription& s) {
  std::string when = contract::CadenceName(s.cadence());
  const auto add = [&](const std::string& what) {
    if (!what.empty()) when += " " + what;
  };
  if (s.cadence() == v1::Subscription::EVERY_MINUTES) {
    add(std::to_string(s.minutes()));
  }
  add(s.weekday());
  add(Joined(s.weekdays()));
  if (!s.at().empty()) add("at " + s.at());
  if (s.minutes_before() > 0) {
    add(fmt::format("{} minutes before", s.minutes_before()));
  }
  return when;
}

std::string ScopeText(const v1::Scope& scope) {
  std::string text;
  for (const Names* names : {&scope.regions(), &scope.sites(), &scope.topics(),
                             &scope.channels(), &scope.shifts()}) {
    if (names->empty()) continue;
    text += (text.empty() ? "" : "; ") + Joined(*names);
  }
  return text;
}

PageView EntryView(const v1::SubscriptionList::Entry& entry) {
  const v1::Subscription& s = entry.subscription();
  PageView out{{"sub", s.id()},
               {"sub_when", WhenText(s)},
               {"sub_top", std::to_string(s.top() == 0 ? 5 : s.top())},
               {"sub_paused", s.paused()},
               {"sub_own", entry.changed()},
               {"sub_in_file", entry.in_file()},
               {"sub_removable", entry.changed()}};
  PutText(out, "sub_channels", Joined(s.channels()));
  PutText(out, "sub_scope", ScopeText(s.scope()));
  PutText(out, "sub_zone", s.time_zone());
  PutText(out, "sub_quiet",
          s.quiet_from().empty()
              ? ""
              : fmt::format("{} to {}", s.quiet_from(), s.quiet_to()));
  return out;
}

std::string Typed(const OwnPage& page, const char* name,
                  const char* otherwise) {
  const auto found = page.typed.find(name);
  return found == page.typed.end() ? otherwise : found->second;
}

void PutNewForm(const OwnPage& page, PageView& view) {
  view["cadences"] = ViewOfOptions({{"daily", "every day"},
                                    {"weekly", "every week"},
                                    {"shift_end", "when a shift ends"},
                                    {"hourly", "every hour"},
                                    {"meeting", "before a meeting"},
                                    {"immediate", "at once, what is urgent"}},
                                   Typed(page, "cadence", "daily"));
  view["weekdays"] = ViewOfOptions({{"", "any day"},
                                    {"monday", "Monday"},
                                    {"tuesday", "Tuesday"},
                                    {"wednesday", "Wednesday"},
                                    {"thursday", "Thursday"},
                                    {"friday", "Friday"},
                                    {"saturday", "Saturday"},
                                    {"sunday", "Sunday"}},
                                   Typed(page, "weekday", ""));
  Options channels{{"", "this page and the command line alone"}};
  for (const std::string& name : page.channels)
    channels.emplace_back(name, name);
  view["own_channels"] = ViewOfOptions(channels, Typed(page, "channel", ""));
  for (const auto& [name, otherwise] : {std::pair{"id", ""},
                                        {"at", "08:00"},
                                        {"quiet_from", ""},
                                        {"quiet_to", ""},
                                        {"top", "5"}}) {
    view[std::string("typed_") + name] = Typed(page, name, otherwise);
  }
  view["own_zone"] = page.time_zone.empty() ? "UTC" : page.time_zone;
}

PageView ViewOfOwn(const OwnPage& page, const char* title, const Frame& frame) {
  PageView view;
  view["subs"] = PageView::array();
  for (const v1::SubscriptionList::Entry& entry :
       page.subscriptions.entries()) {
    view["subs"].push_back(EntryView(entry));
  }
  view["has_subs"] = !view["subs"].empty();
  view["deputies"] = PageView::array();
  for (const std::string& deputy : page.deputies) {
    view["deputies"].push_back({{"deputy", deputy}});
  }
  view["has_deputies"] = !page.deputies.empty();
  view["own_deputies"] = page.own_deputies;
  view["may_name"] = !page.leaders.empty();
  Options leaders{{"", "choose"}};
  leaders.insert(leaders.end(), page.leaders.begin(), page.leaders.end());
  view["leaders"] = ViewOfOptions(leaders, Typed(page, "deputy", ""));
  for (const char* name : {"from", "until"}) {
    view[std::string("typed_") + name] = Typed(page, name, "");
  }
  view["sent"] = PageView::array();
  for (const OwnDelivery& delivery : page.deliveries) {
    PageView one{{"delivery", std::to_string(delivery.id)},
                 {"sent_of", delivery.subscription},
                 {"sent_for", delivery.period},
                 {"sent_over", delivery.channel},
                 {"sent_state", delivery.state},
                 {"sent_at", delivery.at},
                 {"attempts", std::to_string(delivery.attempts)},
                 {"parked", delivery.parked}};
    PutText(one, "sent_reason", delivery.reason);
    view["sent"].push_back(std::move(one));
  }
  view["has_sent"] = !view["sent"].empty();
  PutNewForm(page, view);
  PutText(view, "message", page.message);
  PutText(view, "error", page.error);
  PutFrame(frame, title, view);
  return view;
}

}  // namespace

std::string SubscriptionsPage(const OwnPage& page, const Frame& frame) {
  static const PagePart kPart("subscriptions", SubscriptionsParts());
  return kPart.Render(ViewOfOwn(page, "Sent to you", frame));
}

std::string DeliveriesPage(const OwnPage& page, const Frame& frame) {
  static const PagePart kPart("deliveries", DeliveriesParts());
  return kPart.Render(ViewOfOwn(page, "Deliveries", frame));
}

PageView SampleOfOwn() {
  OwnPage page;
  page.subscriptions.add_entries();
  page.deputies = {""};
  page.deliveries = {{}};
  return ViewOfOwn(page, "", {});
}

}  // namespace earshot::feed
