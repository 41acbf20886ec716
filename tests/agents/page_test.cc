#include "agents/page/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "agents/page/routes.h"
#include "agents/phones/pace.h"
#include "base/templates/template.h"
#include "earshot/v1/observation.pb.h"

namespace earshot::agents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr char kMarkup[] = "<script>alert('x')</script>\"&";

Json Inbox() {
  return {{"questions",
           {{{"code", "ABCDEFG"},
             {"leader", kMarkup},
             {"text", kMarkup},
             {"closes_at", "2026-12-03T12:00:00Z"},
             {"options", {kMarkup, "no"}}},
            {{"code", "HIJKLMN"},
             {"leader", "Dana"},
             {"text", "How was it?"},
             {"closes_at", "2026-12-03T12:00:00Z"},
             {"low", 1},
             {"high", 3}}}},
          {"guidance",
           {{{"leader", kMarkup},
             {"roles", {kMarkup}},
             {"text", kMarkup},
             {"at", "2026-12-03T12:00:00Z"}}}},
          {"news", {{{"text", kMarkup}, {"at", "2026-12-03T12:00:00Z"}}}},
          {"issues",
           {{{"id", "00ff"},
             {"title", kMarkup},
             {"state", "committed"},
             {"kind", "pain_point"},
             {"owner", kMarkup},
             {"due", "2026-12-03T12:00:00Z"}},
            {{"id", "01ff"},
             {"title", "Over and done"},
             {"state", "confirmed"},
             {"kind", "pain_point"},
             {"owner", ""},
             {"due", nullptr}}}}};
}

Json Opened() {
  return {{"state", "recorded"},
          {"questions", Json::array()},
          {"answers",
           {{{"state", "resolved"},
             {"leader", kMarkup},
             {"text", kMarkup},
             {"at", "2026-12-03T12:00:00Z"},
             {"asks_verdict", true},
             {"fixed", ""}}}}};
}

Json Preview() {
  return {{"removed", 1},
          {"open_always", true},
          {"parts",
           {{{"text", kMarkup}, {"removed", ""}},
            {{"text", ""}, {"removed", "card"}}}}};
}

std::vector<std::string> AllPages(const Frame& frame) {
  ReportView report;
  report.form.text = kMarkup;
  report.form.name = kMarkup;
  report.error = kMarkup;
  report.preview = Preview();
  report.issues = Inbox()["issues"];
  Done done;
  done.recorded = true;
  done.receipt = kMarkup;
  done.named = true;
  done.removed = 2;
  InboxView inbox;
  inbox.inbox = Inbox();
  inbox.mine = {kMarkup};
  inbox.typed_receipt = kMarkup;
  inbox.message = kMarkup;
  inbox.error = kMarkup;
  OpenedView opened;
  opened.receipt = kMarkup;
  opened.body = Opened();
  opened.typed_reason = kMarkup;
  PhoneView machine;
  machine.message = machine.error = machine.address = machine.until = kMarkup;
  machine.qr_path = machine.fingerprint = kMarkup;
  machine.paired = 2;
  PhoneView phone;
  phone.pair_code = phone.paired_until = kMarkup;
  Frame at_machine = frame;
  at_machine.phones = Frame::Phones::kAtMachine;
  Frame on_phone = frame;
  on_phone.phones = Frame::Phones::kPaired;
  return {PhonePage(machine, at_machine),
          PhonePage(phone, on_phone),
          ReportPage(report, on_phone),
          ReportPage(report, frame),
          RecordedPage(done, kMarkup, frame),
          InboxPage(inbox, frame),
          OpenedPage(opened, frame),
          ConfirmPage(Preview(), {{"text", kMarkup}, {kMarkup, "x"}},
                      "/correct", frame),
          MessagePage(kMarkup, kMarkup, kMarkup, frame)};
}

TEST(AgentPages, WhatPeopleWroteIsTextOnEveryPageInEveryLanguage) {
  for (const LanguageName& one : kLanguages) {
    Frame frame;
    frame.language = one.language;
    frame.site = kMarkup;
    frame.form_token = "token";
    for (const std::string& page : AllPages(frame)) {
      EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
      EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
      EXPECT_THAT(page, HasSubstr("</html>"));
      EXPECT_THAT(page, Not(HasSubstr("{{")));
    }
  }
}

TEST(AgentPages, WhatWouldBeSentIsShownWithWhatIsTakenOut) {
  ReportView view;
  view.form.text = "typed";
  view.preview = Preview();
  view.seen = "mark";
  const std::string page = ReportPage(view, Frame());
  EXPECT_THAT(page, HasSubstr("<mark>[card]</mark>"));
  EXPECT_THAT(page, HasSubstr("name=\"seen\" value=\"mark\""));
  EXPECT_THAT(page, HasSubstr("Send as shown"));
  EXPECT_THAT(page, HasSubstr("Leaders will see your site and the time"));
}

TEST(AgentPages, OnlyWhatIsNotOverCanBeJoined) {
  ReportView view;
  view.issues = Inbox()["issues"];
  const std::string page = ReportPage(view, Frame());
  EXPECT_THAT(page, HasSubstr("value=\"00ff\""));
  EXPECT_THAT(page, Not(HasSubstr("Over and done")));
  EXPECT_THAT(page, HasSubstr("due Thursday 3 December"));
}

TEST(AgentPages, AQuestionIsAskedAsItCanBeAnswered) {
  InboxView view;
  view.inbox = Inbox();
  const std::string page = InboxPage(view, Frame());
  EXPECT_THAT(page, HasSubstr("id=\"ABCDEFG-2\""));
  EXPECT_THAT(page, HasSubstr("id=\"HIJKLMN-3\""));
  EXPECT_THAT(page, Not(HasSubstr("id=\"HIJKLMN-4\"")));
}

TEST(AgentPages, AnEmptyInboxIsAPageToo) {
  InboxView view;
  view.inbox = Json::object();
  EXPECT_THAT(InboxPage(view, Frame()), HasSubstr("</html>"));
}

TEST(AgentPages, EveryPathIsFoundAndNothingBesides) {
  for (const Route& route : Routes()) {
    EXPECT_EQ(FindRoute(route.path).route.served, route.served) << route.path;
    EXPECT_TRUE(route.reads || route.writes) << route.path;
  }
  EXPECT_EQ(FindRoute("/mine/3").rest, "3");
  for (const char* path : {"", "//", "/inbox/", "/INBOX", "/mine", "/etc"}) {
    EXPECT_EQ(FindRoute(path).route.served, Served::kNowhere) << path;
  }
}

TEST(AgentPages, OnlyNamesOfThisMachineAreOurs) {
  for (const char* host :
       {"127.0.0.1:7415", "localhost:7415", "127.1.2.3:7415"}) {
    EXPECT_TRUE(IsOurHost(host, 7415)) << host;
  }
  for (const char* host :
       {"", "127.0.0.1", "127.0.0.1:80", "shop.example:7415",
        "127.0.0.1.shop.example:7415", "127.x:7415", "localhost:74150"}) {
    EXPECT_FALSE(IsOurHost(host, 7415)) << host;
  }
  EXPECT_TRUE(IsOurHost("localhost", 80));
  EXPECT_TRUE(IsOurOrigin("", "http://", "localhost:7415"));
  EXPECT_TRUE(
      IsOurOrigin("http://localhost:7415", "http://", "localhost:7415"));
  for (const char* origin : {"null", "https://localhost:7415", "http://x"}) {
    EXPECT_FALSE(IsOurOrigin(origin, "http://", "localhost:7415")) << origin;
  }
}

TEST(AgentPages, PhonesComeByTheirPagesNameOrByABareAddress) {
  constexpr char kOrigin[] = "https://shop12.example:7416";
  for (const char* host :
       {"shop12.example:7416", "SHOP12.example:7416", "192.0.2.7:7416"}) {
    EXPECT_TRUE(IsPhonesHost(host, kOrigin, 7416)) << host;
  }
  for (const char* host :
       {"", "shop12.example", "shop12.example:7417", "evil.example:7416",
        "192.0.2.7", "192.0.2.7:80", "192.0.2.7.evil.example:7416"}) {
    EXPECT_FALSE(IsPhonesHost(host, kOrigin, 7416)) << host;
  }
  EXPECT_TRUE(IsPhonesHost("shop12.example", "https://shop12.example", 443));
  EXPECT_TRUE(IsPhonesHost("192.0.2.7", "https://192.0.2.7", 443));
  EXPECT_FALSE(IsPhonesHost("", "", 443));
  EXPECT_FALSE(IsPhonesHost("", "https://", 7416));
}

TEST(AgentForms, AReportIsWhatWasTypedAndNothingElse) {
  const ReportForm form = ReportFrom({{"text", "  one\r\ntwo\r\n"},
                                      {"severity", "9"},
                                      {"who", "named"},
                                      {"name", " Ada "},
                                      {"kind", "nonsense"},
                                      {"safety", "yes"}});
  EXPECT_EQ(form.text, "one\ntwo");
  EXPECT_EQ(form.severity, 3U);
  EXPECT_EQ(form.name, "Ada");
  EXPECT_EQ(form.kind, "");
  EXPECT_EQ(MistakeIn(form), "");
  const v1::ControlRequest request = RequestOf(form, "observe");
  v1::Observation draft;
  ASSERT_TRUE(draft.ParseFromString(request.body()));
  EXPECT_EQ(draft.reporter().name(), "Ada");
  EXPECT_EQ(draft.tags(0), "safety");
  EXPECT_EQ(request.arguments_size(), 0);
}

TEST(AgentForms, WithoutANameNothingNamesAnybody) {
  ReportForm form;
  form.text = "x";
  form.name = "Ada";
  const v1::ControlRequest request = RequestOf(form, "observe");
  v1::Observation draft;
  ASSERT_TRUE(draft.ParseFromString(request.body()));
  EXPECT_FALSE(draft.has_reporter());
  EXPECT_THAT(request.arguments(), ::testing::ElementsAre("anonymous"));
}

TEST(AgentForms, WhatIsWrongIsSaid) {
  ReportForm form;
  EXPECT_EQ(MistakeIn(form), "error_empty");
  form.text = std::string(kMostTextOnPage + 1, 'x');
  EXPECT_EQ(MistakeIn(form), "error_long");
  form.text.clear();
  for (size_t i = 0; i < kMostTextOnPage; ++i) form.text += "é";
  EXPECT_EQ(MistakeIn(form), "") << "characters, not bytes";
  form.named = true;
  EXPECT_EQ(MistakeIn(form), "error_name");
}

TEST(AgentForms, AMarkStandsForEveryFieldButNotForLineEnds) {
  const Fields fields{{"text", "a\r\nb"}, {"severity", "3"}};
  Fields same{
      {"text", "a\nb "}, {"severity", "3"}, {"form", "t"}, {"seen", "s"}};
  EXPECT_EQ(SeenMark(fields), SeenMark(same));
  same["text"] = "a\nc";
  EXPECT_NE(SeenMark(fields), SeenMark(same));
}

TEST(AgentForms, ACookieHoldsSoManyReceiptsAndNothingElse) {
  std::string cookie = "nonsense";
  std::vector<std::string> many(20);
  for (size_t i = 0; i < many.size(); ++i) {
    many[i] = "AAAA-BBBB-CCC" + std::to_string(i % 10);
  }
  for (const std::string& one : many) cookie += "." + one;
  const auto receipts = ReceiptsIn(cookie);
  EXPECT_EQ(receipts.size(), kMostRemembered);
  EXPECT_EQ(receipts[0], "AAAA-BBBB-CCC0");
  EXPECT_EQ(ReceiptsIn(CookieOf(many)), receipts);
}

TEST(DoneLately, IsForOneBrowserAndForTwoMinutes) {
  DoneLately lately;
  Done done;
  done.receipt = "code";
  lately.Add("token", "ada", done, absl::ZeroDuration());
  ASSERT_NE(lately.Find("token", "ada", absl::Seconds(119)), nullptr);
  EXPECT_EQ(lately.Find("token", "ben", absl::Seconds(1)), nullptr);
  EXPECT_EQ(lately.Find("other", "ada", absl::Seconds(1)), nullptr);
  lately.Forget("token", "ben");
  EXPECT_NE(lately.Find("token", "ada", absl::Seconds(1)), nullptr);
  EXPECT_EQ(lately.Find("token", "ada", DoneLately::kFor), nullptr);
}

TEST(DoneLately, RemembersTheLastOnes) {
  DoneLately lately;
  lately.Add("ben's", "ben", {}, absl::ZeroDuration());
  for (size_t i = 0; i <= DoneLately::kMostOfOne; ++i) {
    lately.Add(std::to_string(i), "ada", {}, absl::ZeroDuration());
  }
  EXPECT_EQ(lately.Find("0", "ada", absl::ZeroDuration()), nullptr);
  EXPECT_NE(lately.Find("1", "ada", absl::ZeroDuration()), nullptr);
  EXPECT_NE(lately.Find("ben's", "ben", absl::ZeroDuration()), nullptr)
      << "one browser's haste takes nothing from another";
  for (size_t i = 0; i < DoneLately::kMost; ++i) {
    lately.Add("x", std::to_string(i), {}, absl::ZeroDuration());
  }
  EXPECT_EQ(lately.Find("ben's", "ben", absl::ZeroDuration()), nullptr);
}

TEST(Pace, ComesBackWithTime) {
  Pace pace(20);
  absl::Duration now = absl::Hours(1);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(pace.Allow(now));
  EXPECT_FALSE(pace.Allow(now));
  EXPECT_TRUE(pace.Allow(now += absl::Seconds(3)));
  EXPECT_FALSE(pace.Allow(now));
}

}  // namespace
}  // namespace earshot::agents
