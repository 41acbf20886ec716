#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "dashboard_feed/api/bodies.h"
#include "dashboard_feed/decisions/decisions.h"
#include "dashboard_feed/decisions/from_fields.h"
#include "dashboard_feed/decisions/question_fields.h"
#include "dashboard_feed/decisions/subscription_fields.h"
#include "dashboard_feed/page/forms.h"
#include "dashboard_feed/page/kept_digests.h"
#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/plot.h"
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
  for (const char* path : {"",
                           "//",
                           "/insights/",
                           "/insights/0",
                           "/insights/01",
                           "/insights/-1",
                           "/insights/1/",
                           "/insights/1x",
                           "/insights/%31",
                           "/insights/99999999999999999999",
                           "/insights/../sign-in",
                           "/../../etc/passwd",
                           "/%2e%2e/etc/passwd",
                           "/sign-in/",
                           "/page-.css",
                           "/api/v1/insights//decisions",
                           "/api/v1/insights/1/decisions/2",
                           "/insights/{number}",
                           "/Sign-In"}) {
    EXPECT_EQ(FindRoute(path).route.served, Served::kNowhere) << path;
  }
}

TEST(ApiBodies, ACursorComesBackAndNothingElseIsOne) {
  EXPECT_EQ(ParseCursor(CursorText(0)), 0U);
  EXPECT_EQ(ParseCursor(CursorText(1250)), 1250U);
  for (const std::string& wrong :
       {std::string(), std::string("a"), std::string("MS4"),
        std::string("MTIz"), CursorText(kMostPassed + 1),
        std::string(200, 'A')}) {
    EXPECT_FALSE(ParseCursor(wrong).has_value()) << wrong;
  }
}

TEST(ApiBodies, ALimitIsANumberOfInsights) {
  EXPECT_EQ(ParseLimit(""), 50U);
  EXPECT_EQ(ParseLimit("200"), 200U);
  for (const char* wrong : {"0", "201", "-1", "1x", "99999999999999999999"}) {
    EXPECT_FALSE(ParseLimit(wrong).has_value()) << wrong;
  }
}

TEST(ApiBodies, FieldsAreStringsOfOneObject) {
  const auto fields = ParseFields(R"({"verb":"ack","until":""})");
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(fields->at("verb"), "ack");
  for (const std::string& wrong :
       {std::string(), std::string("[]"), std::string("{"),
        std::string(R"({"a":1})"), std::string(R"({"a":{"b":"c"}})"),
        std::string(60000, '[')}) {
    EXPECT_FALSE(ParseFields(wrong).ok());
  }
}

TEST(ApiBodies, ATagChangesWithTheContentAlone) {
  const std::string tag = TagOf(R"({"a":1,"to":"now","form":"x"})");
  EXPECT_EQ(tag, TagOf(R"({"a":1,"to":"later","form":"y"})"));
  EXPECT_NE(tag, TagOf(R"({"a":2,"to":"now","form":"x"})"));
  EXPECT_TRUE(MatchesTag(tag, tag));
  EXPECT_TRUE(MatchesTag("\"other\", " + tag.substr(2), tag));
  EXPECT_TRUE(MatchesTag("*", tag));
  EXPECT_FALSE(MatchesTag("", tag));
  EXPECT_FALSE(MatchesTag("\"other\"", tag));
}

v1::Digest Numbered(uint32_t number) {
  v1::Digest digest;
  digest.set_steady(number);
  return digest;
}

TEST(KeptDigests, AreGoodForASecondOrLongerWhileNothingCame) {
  KeptDigests kept;
  const absl::Duration now = absl::Hours(1);
  const KeptDigests::Of of{"dana", "hash", 1, 7};
  EXPECT_EQ(kept.Find(of, now), nullptr);
  EXPECT_EQ(kept.Keep(of, now, Numbered(1)).steady(), 1U);
  EXPECT_NE(kept.Find(of, now + absl::Seconds(9)), nullptr);
  EXPECT_EQ(kept.Find(of, now + KeptDigests::kUnchanged), nullptr);
  const KeptDigests::Of later{"dana", "hash", 1, 8};
  EXPECT_NE(kept.Find(later, now + absl::Milliseconds(999)), nullptr);
  EXPECT_EQ(kept.Find(later, now + KeptDigests::kChanged), nullptr);
  EXPECT_EQ(kept.Find({"dana", "hash", 2, 7}, now + absl::Seconds(2)), nullptr);
  EXPECT_EQ(kept.Find({"dana", "other scopes", 1, 7}, now), nullptr);
  EXPECT_EQ(kept.Find({"max", "hash", 1, 7}, now), nullptr);
  kept.Keep(later, now + absl::Seconds(1), Numbered(2));
  EXPECT_EQ(kept.Find(later, now + absl::Seconds(1))->steady(), 2U);
}

TEST(KeptDigests, AreThoseOfSoManyLeadersTheOldestGo) {
  KeptDigests kept;
  const absl::Duration now = absl::Hours(1);
  for (uint32_t i = 0; i <= KeptDigests::kMost; ++i) {
    kept.Keep({std::to_string(i), "", 1, 1}, now, Numbered(i));
  }
  EXPECT_EQ(kept.Find({"0", "", 1, 1}, now), nullptr);
  for (uint32_t i = 1; i <= KeptDigests::kMost; ++i) {
    const v1::Digest* found = kept.Find({std::to_string(i), "", 1, 1}, now);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->steady(), i);
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

TEST(SubscriptionFields, EachActMakesItsChange) {
  v1::SubscriptionList now;
  now.add_entries()->mutable_subscription()->set_id("mine");
  const auto set = ChangeFrom({{"id", "a"},
                               {"cadence", "weekly"},
                               {"at", "09:00"},
                               {"weekday", "friday"},
                               {"top", "7"},
                               {"channel", "mail,chat"},
                               {"quiet_from", "20:00"},
                               {"quiet_to", "07:00"}},
                              now);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->set().cadence(), v1::Subscription::WEEKLY);
  EXPECT_EQ(set->set().channels_size(), 2);
  EXPECT_EQ(set->set().top(), 7U);
  // A form has a time also where none is asked for.
  EXPECT_EQ(ChangeFrom({{"id", "a"}, {"cadence", "immediate"}, {"at", "08:00"}},
                       now)
                ->set()
                .at(),
            "");
  EXPECT_TRUE(ChangeFrom({{"act", "pause"}, {"id", "mine"}}, now)
                  ->set()
                  .paused());
  EXPECT_EQ(ChangeFrom({{"act", "remove"}, {"id", "x"}}, now)->remove(), "x");
  EXPECT_TRUE(absl::IsNotFound(
      ChangeFrom({{"act", "pause"}, {"id", "other"}}, now).status()));
  for (const std::map<std::string, std::string>& wrong :
       std::vector<std::map<std::string, std::string>>{
           {{"act", "sell"}}, {{"cadence", "yearly"}}, {{"top", "many"}}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ChangeFrom(wrong, now).status()));
  }
}

TEST(QuestionFields, SayHowItIsAnswered) {
  EXPECT_TRUE(QuestionFrom({{"text", "Why?"}})->has_open_text());
  EXPECT_EQ(QuestionFrom({{"answers", "yes_no"}})->choice().options_size(), 2);
  EXPECT_EQ(QuestionFrom({{"answers", "scale"}})->scale().high(), 5U);
  const auto options = QuestionFrom({{"answers", " left | right |up"}});
  ASSERT_EQ(options->choice().options_size(), 3);
  EXPECT_EQ(options->choice().options(0), "left");
  EXPECT_TRUE(
      absl::IsInvalidArgument(QuestionFrom({{"answers", "maybe"}}).status()));
}

TEST(Plot, ASparkStaysInItsBoxAndOfNothingThereIsNone) {
  EXPECT_EQ(SparkPoints({}), "");
  EXPECT_EQ(SparkPoints({4}), "");
  EXPECT_EQ(SparkPoints({0, 0, 0}), "");
  EXPECT_EQ(SparkPoints({0, 2, 1}), "1.5,22.5 48.0,1.5 94.5,12.0");
}

TEST(Plot, BarsAreAsHighAsTheirShareOfTheLargest) {
  EXPECT_TRUE(DayBars(absl::CivilDay(2026, 11, 1), {0, 0}).empty());
  const auto bars = DayBars(absl::CivilDay(2026, 11, 1), {0, 4, 2});
  ASSERT_EQ(bars.size(), 3U);
  EXPECT_EQ(bars[0].height, "0.0");
  EXPECT_EQ(bars[1].height, "150.0");
  EXPECT_EQ(bars[2].y, "75.0");
  EXPECT_EQ(bars[2].label, "2026-11-03: 2");
  EXPECT_EQ(HeatStep(0, 9), 0);
  EXPECT_EQ(HeatStep(1, 900), 1);
  EXPECT_EQ(HeatStep(900, 900), 5);
}

TEST(Stylesheet, AsksForNothingFromElsewhere) {
  const std::string css(StyleSheet());
  EXPECT_FALSE(Holds(css, "url("));
  EXPECT_FALSE(Holds(css, "@import"));
}

}  // namespace
}  // namespace earshot::feed
