#include "dashboard_feed/page/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "dashboard_feed/decisions/decisions.h"
#include "dashboard_feed/decisions/from_fields.h"
#include "dashboard_feed/page/forms.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/templates/sample.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr char kMarkup[] = "</title><script>alert('x')</script>\" onload=\"y";

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Frame MarkupFrame() {
  Frame frame;
  frame.base = "/feed";
  frame.organisation = kMarkup;
  frame.leader_name = kMarkup;
  frame.form_token = "token";
  return frame;
}

v1::Insight AnInsight(v1::State state) {
  v1::Insight insight;
  insight.set_id(7);
  insight.set_state(state);
  insight.set_title(kMarkup);
  insight.set_topic(kMarkup);
  v1::InsightEvent& event = *insight.add_history();
  event.set_leader(kMarkup);
  event.set_verb(kMarkup);
  event.set_detail(kMarkup);
  insight.mutable_muted()->set_reason(kMarkup);
  *insight.mutable_muted()->mutable_until() =
      contract::ToStamp(kNow + absl::Hours(1));
  return insight;
}

std::string PageOf(const v1::Insight& insight) {
  InsightPage page;
  *page.around.mutable_to() = contract::ToStamp(kNow);
  v1::DigestItem& item = *page.around.add_sections()->add_items();
  item.set_insight(insight.id());
  item.set_title(insight.title());
  item.set_topic(insight.topic());
  item.set_owner(kMarkup);
  item.add_verbatims()->set_text(kMarkup);
  item.mutable_answer()->set_text(kMarkup);
  v1::PriorityPart& part = *item.add_parts();
  part.set_name("severity");
  part.set_because(kMarkup);
  page.insight = &insight;
  page.listed = kMarkup;
  page.daily = Daily{absl::CivilDay(2026, 11, 1), {0, 3, 1}};
  page.heat.shifts = {kMarkup};
  page.heat.rows = {{kMarkup, {3}}};
  page.looks_like = {{9, kMarkup, kMarkup}};
  page.forms = FormsFor(insight, {}, kNow);
  page.error = kMarkup;
  page.verb = "answer";
  page.typed = {{"text", kMarkup}};
  return RenderInsight(page, MarkupFrame());
}

std::string ListOf(const std::string& words) {
  InsightListPage page;
  v1::DigestItem& item = *page.around.add_sections()->add_items();
  item.set_insight(7);
  item.set_title(kMarkup);
  item.set_topic(kMarkup);
  page.daily = {Daily{absl::CivilDay(2026, 11, 1), {0, 3, 1}}};
  page.filter.words = words;
  page.filter.site = words;
  page.choices.regions = {kMarkup};
  page.choices.sites = {{kMarkup, kMarkup}};
  page.found = 1;
  page.next = "cursor=x";
  page.error = words;
  return RenderList(page, MarkupFrame());
}

OwnPage AnOwnPage() {
  OwnPage page;
  v1::Subscription& subscription =
      *page.subscriptions.add_entries()->mutable_subscription();
  subscription.set_id(kMarkup);
  subscription.add_channels(kMarkup);
  page.channels = {kMarkup};
  page.deputies = {kMarkup};
  OwnDelivery& delivery = page.deliveries.emplace_back();
  delivery.channel = kMarkup;
  delivery.reason = kMarkup;
  delivery.parked = true;
  page.error = kMarkup;
  page.typed = {{"id", kMarkup}};
  return page;
}

std::string LoopOf() {
  v1::Digest digest;
  for (int i = 0; i < 2; ++i) {
    digest.mutable_loop()->add_by_region()->set_name(kMarkup);
  }
  v1::ResultList results;
  v1::QuestionLine& line = *results.add_questions();
  line.set_text(kMarkup);
  line.add_lines(kMarkup);
  results.add_guidance()->set_text(kMarkup);
  return LoopPage(digest, results, MarkupFrame());
}

std::vector<std::string> EveryPage() {
  std::vector<std::string> pages{
      PageOf(AnInsight(v1::HEARD)),
      ListOf(kMarkup),
      SubscriptionsPage(AnOwnPage(), MarkupFrame()),
      DeliveriesPage(AnOwnPage(), MarkupFrame()),
      LoopOf(),
      SignInPage(kMarkup, kMarkup, kMarkup, {}),
      MessagePage(kMarkup, kMarkup, kMarkup, MarkupFrame())};
  for (const SampleDigest& sample : SampleDigests()) {
    pages.push_back(DigestPage(sample.digest, MarkupFrame()));
    pages.push_back(MorningPage(sample.digest, MarkupFrame()));
  }
  return pages;
}

// Nothing of what was given acts as markup.
void ExpectHarmless(const std::string& page) {
  EXPECT_TRUE(Holds(page, "<!doctype html>")) << page;
  EXPECT_TRUE(Holds(page, "</html>"));
  EXPECT_TRUE(Holds(page, "&lt;script&gt;"));
  EXPECT_FALSE(Holds(page, "<script>")) << "the page's own has a source";
  EXPECT_FALSE(Holds(page, "\" onload"));
  EXPECT_FALSE(Holds(page, "{{base"));
  EXPECT_FALSE(Holds(page, "style="));
  EXPECT_EQ(std::count(page.begin(), page.end(), '<'),
            std::count(page.begin(), page.end(), '>'));
}

TEST(Page, WhatPeopleWroteIsTextOnEveryPage) {
  for (const std::string& page : EveryPage()) {
    SCOPED_TRACE(page.substr(0, 400));
    ExpectHarmless(page);
  }
}

TEST(Page, EveryPageHasOneHeadingALanguageAndLabelsOnWhatIsFilledIn) {
  const std::regex headings("<h1");
  const std::regex ids("<(input|textarea|select) id=\"([^\"]+)\"");
  for (const std::string& page : EveryPage()) {
    const auto begin = std::sregex_iterator(page.begin(), page.end(), headings);
    EXPECT_EQ(std::distance(begin, std::sregex_iterator()), 1);
    EXPECT_TRUE(Holds(page, "<html lang=\"en\">"));
    std::set<std::string> seen;
    for (auto at = std::sregex_iterator(page.begin(), page.end(), ids);
         at != std::sregex_iterator(); ++at) {
      const std::string id = (*at)[2];
      EXPECT_TRUE(seen.insert(id).second) << "twice: " << id;
      EXPECT_TRUE(Holds(page, "<label for=\"" + id + "\"")) << id;
    }
  }
}

TEST(Page, LinksAndFormsStayBelowTheirBase) {
  const std::regex paths("(href|action|src)=\"([^\"]*)\"");
  for (const std::string& page : EveryPage()) {
    if (!Holds(page, "data-base=\"/feed\"")) continue;  // nobody signed in
    for (auto at = std::sregex_iterator(page.begin(), page.end(), paths);
         at != std::sregex_iterator(); ++at) {
      const std::string path = (*at)[2];
      EXPECT_TRUE(path[0] == '#' || path == "data:," ||
                  path.rfind("/feed/", 0) == 0)
          << path;
    }
  }
}

TEST(Forms, AreThoseThatTheLoopsTableAllows) {
  for (int number = v1::HEARD; number <= v1::REOPENED; ++number) {
    const auto state = static_cast<v1::State>(number);
    SCOPED_TRACE(std::string(contract::StateName(state)));
    v1::Insight insight;
    insight.set_state(state);
    std::set<std::string> offered;
    for (const DecisionForm& form : FormsFor(insight, {}, kNow)) {
      offered.insert(form.verb);
    }
    for (const auto verb :
         {v1::Decision::kAcknowledge, v1::Decision::kAssign,
          v1::Decision::kAnswer, v1::Decision::kDecline, v1::Decision::kResolve,
          v1::Decision::kReopen, v1::Decision::kRename,
          v1::Decision::kCorrectTopic}) {
      const std::string name(contract::VerbName(verb));
      EXPECT_EQ(offered.contains(name), CheckState(state, verb).ok()) << name;
    }
  }
}

std::vector<v1::Verbatim> SomeWords() {
  std::vector<v1::Verbatim> verbatims(2);
  for (v1::Verbatim& verbatim : verbatims) {
    verbatim.set_observation("0123456789abcdef");
    verbatim.set_text(kMarkup);
  }
  return verbatims;
}

TEST(Forms, EachOneMakesADecisionOfItsVerb) {
  v1::Insight insight;
  for (const auto state : {v1::HEARD, v1::DECLINED}) {
    insight.set_state(state);
    for (const DecisionForm& form : FormsFor(insight, SomeWords(), kNow)) {
      if (form.verb == kAskVerb) continue;  // no decision
      std::map<std::string, std::string> fields;
      for (const FormField& field : form.fields) {
        fields[field.name] =
            field.kind == FormField::Kind::kMoment   ? "2027-02-01T17:00"
            : field.kind == FormField::Kind::kChoice ? field.options[0].first
            : field.name == "into"                   ? "#9"
                                                     : "words";
      }
      const auto decision =
          DecisionFrom(form.verb, fields, kNow, absl::UTCTimeZone());
      ASSERT_TRUE(decision.ok()) << form.verb << decision.status();
      EXPECT_EQ(contract::VerbName(decision->verb_case()), form.verb);
    }
  }
}

TEST(Forms, WhatIsNoDecisionIsRefused) {
  const std::vector<std::map<std::string, std::string>> cases{
      {{"verb", "merge"}},
      {{"verb", "merge"}, {"into", "x"}},
      {{"verb", "split"}},
      {{"verb", "split"}, {"verbatim-zz", "yes"}},
      {{"verb", "split"}, {"merged", "4"}, {"verbatim-00", "yes"}},
      {{"verb", "ask"}, {"text", "why?"}},
      {{"verb", ""}},
      {{"verb", "mute"}, {"reason", "x"}},
      {{"verb", "ack"}, {"until", "yesterday"}},
      {{"verb", "assign"}, {"due", "2020-01-01"}},
      {{"verb", "answer"}, {"intent", "perhaps"}}};
  for (const auto& fields : cases) {
    const auto decision =
        DecisionFrom(fields.at("verb"), fields, kNow, absl::UTCTimeZone());
    EXPECT_TRUE(absl::IsInvalidArgument(decision.status()))
        << fields.at("verb");
  }
}

TEST(RouteTable, EachPathIsFoundAndNothingElseIs) {
  for (const Route& route : Routes()) {
    const std::string path =
        std::regex_replace(route.path, std::regex("\\{number\\}"), "412");
    const Found found = FindRoute(path);
    EXPECT_EQ(found.route.served, route.served) << path;
    EXPECT_EQ(found.number, path == route.path ? 0U : 412U);
  }
  EXPECT_EQ(FindRoute("/act/x").route.served, Served::kLink);
  for (const char* path :
       {"", "//", "/insights/", "/insights/0", "/insights/01", "/insights/-1",
        "/insights/1/", "/insights/1x", "/insights/%31",
        "/insights/99999999999999999999", "/insights/../sign-in",
        "/../../etc/passwd", "/%2e%2e/etc/passwd", "/sign-in/", "/page-.css",
        "/api/v1/insights//decisions", "/api/v1/insights/1/decisions/2",
        "/insights/{number}", "/Sign-In"}) {
    EXPECT_EQ(FindRoute(path).route.served, Served::kNowhere) << path;
  }
}

// WCAG 2.2, 1.4.3.
double Luminance(const std::string& colour) {
  const auto part = [&](size_t at) {
    const double value = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92
                            : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

double Contrast(const std::string& one, const std::string& other) {
  const double a = Luminance(one) + 0.05;
  const double b = Luminance(other) + 0.05;
  return std::max(a, b) / std::min(a, b);
}

TEST(Stylesheet, TextHasAContrastOfFourAndAHalfInLightAndDark) {
  const std::string css(StyleSheet());
  const size_t dark = css.find("@media (prefers-color-scheme:dark)");
  ASSERT_NE(dark, std::string::npos);
  for (const size_t from : {size_t{0}, dark}) {
    std::map<std::string, std::string> colours;
    const std::string block =
        css.substr(css.find(":root{", from), css.find('}', from) - from);
    const std::regex pairs("--([a-z-]+):(#[0-9a-f]{6})");
    for (auto at = std::sregex_iterator(block.begin(), block.end(), pairs);
         at != std::sregex_iterator(); ++at) {
      colours[(*at)[1]] = (*at)[2];
    }
    ASSERT_EQ(colours.size(), 14U);
    const std::vector<std::pair<std::string, std::string>> text_on_ground{
        {"text", "ground"},      {"text", "sheet"},    {"soft", "ground"},
        {"soft", "sheet"},       {"accent", "ground"}, {"text", "good"},
        {"on-accent", "accent"}, {"warn", "ground"},   {"bad", "bad-ground"},
        {"warn", "warn-ground"}, {"warn", "sheet"},    {"accent", "sheet"}};
    for (const auto& [text, ground] : text_on_ground) {
      EXPECT_GE(Contrast(colours[text], colours[ground]), 4.5)
          << text << " on " << ground;
    }
    for (const auto& [mark, ground] :
         std::vector<std::pair<std::string, std::string>>{
             {"field", "ground"}, {"focus", "ground"}, {"field", "sheet"}}) {
      EXPECT_GE(Contrast(colours[mark], colours[ground]), 3.0) << mark;
    }
  }
}

TEST(Stylesheet, AsksForNothingFromElsewhere) {
  const std::string css(StyleSheet());
  EXPECT_FALSE(Holds(css, "url("));
  EXPECT_FALSE(Holds(css, "@import"));
}

}  // namespace
}  // namespace earshot::feed
