#include "dashboard_feed/page/page.h"

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
#include "dashboard_feed/page/forms.h"
#include "dashboard_feed/page/kept_digests.h"
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
  page.forms = FormsFor(insight, kNow);
  page.error = kMarkup;
  page.verb = "answer";
  page.typed = {{"text", kMarkup}};
  return RenderInsight(page, MarkupFrame());
}

// Nothing of what was given acts as markup.
void ExpectHarmless(const std::string& page) {
  EXPECT_TRUE(Holds(page, "<!doctype html>")) << page;
  EXPECT_TRUE(Holds(page, "</html>"));
  EXPECT_TRUE(Holds(page, "&lt;script&gt;"));
  EXPECT_FALSE(Holds(page, "<script"));
  EXPECT_FALSE(Holds(page, "\" onload"));
  EXPECT_FALSE(Holds(page, "{{base"));
  EXPECT_FALSE(Holds(page, "style="));
  EXPECT_EQ(std::count(page.begin(), page.end(), '<'),
            std::count(page.begin(), page.end(), '>'));
}

TEST(Page, WhatPeopleWroteIsTextOnEveryPage) {
  ExpectHarmless(PageOf(AnInsight(v1::HEARD)));
  ExpectHarmless(SignInPage(kMarkup, kMarkup, kMarkup, {}));
  ExpectHarmless(MessagePage(kMarkup, kMarkup, kMarkup, MarkupFrame()));
  for (const SampleDigest& sample : SampleDigests()) {
    SCOPED_TRACE(sample.name);
    ExpectHarmless(DigestPage(sample.digest, MarkupFrame()));
  }
}

TEST(Page, EveryPageHasOneHeadingALanguageAndLabelsOnWhatIsFilledIn) {
  const std::regex headings("<h1");
  const std::regex ids("<(input|textarea|select) id=\"([^\"]+)\"");
  for (const std::string& page :
       {PageOf(AnInsight(v1::HEARD)), SignInPage("", "", "", {}),
        MessagePage("a", "b", "c", {}),
        DigestPage(TestDigest("dana", kNow), MarkupFrame())}) {
    const auto begin = std::sregex_iterator(page.begin(), page.end(), headings);
    EXPECT_EQ(std::distance(begin, std::sregex_iterator()), 1);
    EXPECT_TRUE(Holds(page, "<html lang=\"en\">"));
    std::set<std::string> seen;
    for (auto at = std::sregex_iterator(page.begin(), page.end(), ids);
         at != std::sregex_iterator(); ++at) {
      const std::string id = (*at)[2];
      EXPECT_TRUE(seen.insert(id).second) << "twice: " << id;
      EXPECT_TRUE(Holds(page, "<label for=\"" + id + "\">")) << id;
    }
  }
}

TEST(Page, LinksAndFormsStayBelowTheirBase) {
  const std::string page = PageOf(AnInsight(v1::HEARD));
  const std::regex paths("(href|action)=\"([^\"]*)\"");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), paths);
       at != std::sregex_iterator(); ++at) {
    const std::string path = (*at)[2];
    EXPECT_TRUE(path[0] == '#' || path.rfind("/feed/", 0) == 0) << path;
  }
}

TEST(Forms, AreThoseThatTheLoopsTableAllows) {
  for (int number = v1::HEARD; number <= v1::REOPENED; ++number) {
    const auto state = static_cast<v1::State>(number);
    SCOPED_TRACE(std::string(contract::StateName(state)));
    v1::Insight insight;
    insight.set_state(state);
    std::set<std::string> offered;
    for (const DecisionForm& form : FormsFor(insight, kNow)) {
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

TEST(Forms, EachOneMakesADecisionOfItsVerb) {
  v1::Insight insight;
  for (const auto state : {v1::HEARD, v1::DECLINED}) {
    insight.set_state(state);
    for (const DecisionForm& form : FormsFor(insight, kNow)) {
      std::map<std::string, std::string> fields;
      for (const FormField& field : form.fields) {
        fields[field.name] =
            field.kind == FormField::Kind::kMoment   ? "2027-02-01T17:00"
            : field.kind == FormField::Kind::kChoice ? field.options[0].first
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
    EXPECT_EQ(found.insight, path == route.path ? 0U : 412U);
  }
  EXPECT_EQ(FindRoute("/act/x").route.served, Served::kLink);
  for (const char* path : {"",
                           "//",
                           "/insights",
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
  const auto back = ParseCursor(CursorText({-1234, 99}));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->priority_milli, -1234);
  EXPECT_EQ(back->insight, 99U);
  for (const std::string& wrong :
       {std::string(), std::string("a"), std::string("MS4"),
        std::string("MTIz"), std::string(200, 'A')}) {
    EXPECT_FALSE(ParseCursor(wrong).has_value()) << wrong;
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
    ASSERT_EQ(colours.size(), 13U);
    const std::vector<std::pair<std::string, std::string>> text_on_ground{
        {"text", "ground"},      {"text", "sheet"},    {"soft", "ground"},
        {"soft", "sheet"},       {"accent", "ground"}, {"text", "good"},
        {"on-accent", "accent"}, {"warn", "ground"},   {"bad", "bad-ground"}};
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
