#include <nlohmann/json.hpp>
#include <string>

#include "tests/agents/station_fixture.h"

// What the station does for the page, where nobody knows who stands.
namespace earshot::agents {
namespace {

using nlohmann::json;

class StationPageTest : public StationFixture {
 protected:
  v1::ControlResponse Ask(const std::string& command, Person person,
                          const std::vector<std::string>& arguments = {},
                          const std::string& body = "") {
    return AskAs(person, command, arguments, body);
  }
  static std::string Draft(const std::string& text,
                           const std::string& name = "") {
    v1::Observation draft;
    draft.set_text(text);
    if (!name.empty()) draft.mutable_reporter()->set_name(name);
    return draft.SerializeAsString();
  }
  v1::Observation LastRecorded() {
    v1::Observation last;
    last.ParseFromString(Last().body);
    return last;
  }
  void Tell(uint64_t seq, const v1::SiteIssue& issue) {
    Deliver(seq, v1::REPLY_SITE_ISSUE, issue.SerializeAsString());
  }
  json Issues() {
    return json::parse(Ask("issues", std::nullopt).body())["issues"];
  }
};

TEST_F(StationPageTest, AReportFromThePageNamesWhoIsTypedAndNobodyElse) {
  EXPECT_EQ(Ask("observe", std::nullopt, {}, Draft("x", "Ada")).code(), 0U);
  EXPECT_EQ(LastRecorded().reporter().name(), "Ada");
  EXPECT_EQ(Ask("observe", std::nullopt, {"anonymous"}, Draft("y")).code(), 0U);
  EXPECT_FALSE(LastRecorded().has_reporter());
  EXPECT_EQ(Ask("observe", std::nullopt, {}, Draft("z")).code(),
            static_cast<uint32_t>(absl::StatusCode::kInvalidArgument));
}

TEST_F(StationPageTest, WhatAUserReportedIsNotOnThePageButByItsReceipt) {
  const std::string receipt =
      json::parse(Ask("observe", kAda, {}, Draft("mine")).body())["receipt"];
  EXPECT_EQ(json::parse(Ask("inbox", std::nullopt).body())["answers"],
            json::array());
  EXPECT_EQ(Ask("inbox", std::nullopt, {receipt}).code(), 0U);
}

TEST_F(StationPageTest, FilesAreImportedByUsersAlone) {
  EXPECT_EQ(Ask("import_batch", std::nullopt).code(),
            static_cast<uint32_t>(absl::StatusCode::kPermissionDenied));
}

TEST_F(StationPageTest, APreviewShowsWhatWouldBeSentAndKeepsNothing) {
  const std::string text = "Card 4111 1111 1111 1111, mail ada@example.com!";
  const auto response = Ask("preview", std::nullopt, {}, Draft(text));
  const json body = json::parse(response.body());
  EXPECT_EQ(body["removed"], 2);
  EXPECT_EQ(body["text"], "Card [card], mail [email]!");
  std::string shown;
  for (const json& part : body["parts"]) {
    const std::string what = part["removed"];
    shown += what.empty() ? part["text"].get<std::string>() : "[" + what + "]";
  }
  EXPECT_EQ(shown, body["text"]);
  EXPECT_EQ(station_->Waiting(), 0U);
}

TEST_F(StationPageTest, APreviewSaysWhatIsAlwaysShown) {
  v1::Observation draft;
  draft.set_text("x");
  const auto open = [&] {
    const auto body =
        Ask("preview", std::nullopt, {}, draft.SerializeAsString()).body();
    return json::parse(body)["open_always"].get<bool>();
  };
  EXPECT_FALSE(open());
  draft.add_tags("safety");
  EXPECT_TRUE(open());
}

TEST_F(StationPageTest, AnIssueIsTheLastThatWasToldOfIt) {
  v1::SiteIssue issue;
  issue.set_id(std::string(16, 'i'));
  issue.set_site("store-7");
  issue.set_insight(4);
  issue.set_title("checkout");
  issue.set_state(v1::HEARD);
  Tell(1, issue);
  ASSERT_EQ(Issues().size(), 1U);
  EXPECT_EQ(Issues()[0]["state"], "heard");
  issue.set_state(v1::COMMITTED);
  issue.set_owner("Facilities");
  Tell(2, issue);
  ASSERT_EQ(Issues().size(), 1U);
  EXPECT_EQ(Issues()[0]["owner"], "Facilities");
  v1::SiteIssue elsewhere = issue;
  elsewhere.set_id(std::string(16, 'j'));
  elsewhere.set_site("store-8");
  Tell(3, elsewhere);
  EXPECT_EQ(Issues().size(), 1U) << "of another site";
  issue.clear_title();
  Tell(4, issue);
  EXPECT_TRUE(Issues().empty());
}

TEST_F(StationPageTest, MeTooBringsTheIdOfWhatItMeans) {
  v1::Observation draft;
  draft.set_text("checkout");
  draft.set_same_as(std::string(16, 'i'));
  EXPECT_EQ(
      Ask("observe", std::nullopt, {"anonymous"}, draft.SerializeAsString())
          .code(),
      0U);
  EXPECT_EQ(LastRecorded().same_as(), std::string(16, 'i'));
  EXPECT_EQ(station_->Waiting(), 1U);
}

}  // namespace
}  // namespace earshot::agents
