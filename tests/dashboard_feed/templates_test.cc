#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "dashboard_feed/render/render.h"
#include "dashboard_feed/templates/catalogue.h"
#include "dashboard_feed/templates/sample.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

const Sending kSending{"hook", "daily:2026-11-02:hook", false};

class TemplatesTest : public testing::Test {
 protected:
  Catalogue Load(const std::string& folder = "") {
    auto catalogue = Catalogue::Load(folder);
    EXPECT_TRUE(catalogue.ok()) << catalogue.status();
    return *std::move(catalogue);
  }
  std::string Render(const Catalogue& catalogue, const std::string& name,
                     const std::string& sample) {
    for (const SampleDigest& one : SampleDigests()) {
      if (one.name != sample) continue;
      const auto text = catalogue.Render(name, one.digest, kSending);
      EXPECT_TRUE(text.ok()) << text.status();
      return text.ok() ? *text : "";
    }
    ADD_FAILURE() << "no sample " << sample;
    return "";
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
  }
  std::string OwnFolder() const { return folder_.File(""); }

  Folder folder_;
};

TEST_F(TemplatesTest, WhatPeopleWroteStaysTextInHtml) {
  const Catalogue catalogue = Load();
  for (const char* name : {"mail.html", "page.html"}) {
    const std::string html = Render(catalogue, name, "hostile");
    EXPECT_EQ(html.find("<script"), std::string::npos) << name;
    EXPECT_EQ(html.find("<img"), std::string::npos) << name;
    EXPECT_EQ(html.find('\x1b'), std::string::npos) << name;
    EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos) << name;
    EXPECT_NE(html.find("{{leader}}"), std::string::npos)
        << "tags in values are no tags";
  }
}

TEST_F(TemplatesTest, WhatPeopleWroteMovesNoCursorAndForgesNoHeader) {
  const Catalogue catalogue = Load();
  const std::string subject = Render(catalogue, "mail_subject.txt", "hostile");
  EXPECT_EQ(subject.find('\n'), subject.size() - 1);
  EXPECT_EQ(Render(catalogue, "mail.txt", "hostile").find('\x1b'),
            std::string::npos);
}

TEST_F(TemplatesTest, WhatPeopleWroteComesBackFromJsonAsItWas) {
  const auto json =
      nlohmann::json::parse(Render(Load(), "webhook.json", "hostile"));
  const std::string text =
      json["digest"]["sections"][0]["items"][0]["verbatims"][0]["text"];
  EXPECT_EQ(text.rfind("</td><script>", 0), 0u);
}

TEST_F(TemplatesTest, WhatPeopleWroteCallsNobodyInSlack) {
  const std::string slack = Render(Load(), "slack.json", "hostile");
  EXPECT_EQ(slack.find("<!channel>"), std::string::npos);
  EXPECT_EQ(slack.find("<https"), std::string::npos);
  EXPECT_NE(slack.find("&lt;!channel&gt;"), std::string::npos);
}

TEST_F(TemplatesTest, EveryTemplateRendersEverySample) {
  const Catalogue catalogue = Load();
  for (const std::string& name : BuiltInNames()) {
    for (const SampleDigest& sample : SampleDigests()) {
      EXPECT_FALSE(Render(catalogue, name, sample.name).empty())
          << name << " " << sample.name;
    }
  }
}

// Each count of a digest, wherever it stands.
void HideCounts(google::protobuf::Message& message, uint64_t value) {
  if (auto* count = dynamic_cast<v1::Count*>(&message)) {
    count->set_hidden(true);
    count->set_below(5);
    count->set_value(value);  // nobody should; and if somebody does?
    return;
  }
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    using Field = google::protobuf::FieldDescriptor;
    if (field->cpp_type() != Field::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      HideCounts(*reflection->MutableMessage(&message, field), value);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      HideCounts(*reflection->MutableRepeatedMessage(&message, field, i),
                 value);
    }
  }
}

TEST_F(TemplatesTest, WhatSmallGroupsHideIsInNoForm) {
  constexpr uint64_t kHidden = 987654321;
  const std::string hidden = std::to_string(kHidden);
  const Catalogue catalogue = Load();
  for (const SampleDigest& sample : SampleDigests()) {
    v1::Digest digest = sample.digest;
    HideCounts(digest, kHidden);
    ASSERT_NE(digest.ShortDebugString().find(hidden), std::string::npos);
    for (const std::string& name : catalogue.names()) {
      const auto text = catalogue.Render(name, digest, kSending);
      ASSERT_TRUE(text.ok()) << text.status();
      EXPECT_EQ(text->find(hidden), std::string::npos)
          << name << " of " << sample.name;
    }
    EXPECT_EQ(DigestAsText(digest, false).find(hidden), std::string::npos);
    EXPECT_EQ(DigestAsJson(digest).find(hidden), std::string::npos);
  }
}

TEST_F(TemplatesTest, AnEmptyPeriodIsOneLineAndOffersNothing) {
  const Catalogue catalogue = Load();
  for (const char* name : {"mail.txt", "mail.html", "page.html"}) {
    const std::string text = Render(catalogue, name, "empty");
    EXPECT_NE(text.find("Nothing new in your scope in this period"),
              std::string::npos)
        << name;
    EXPECT_EQ(text.find("Ranked"), std::string::npos) << name;
    EXPECT_EQ(text.find("earshot-feed answer"), std::string::npos) << name;
    EXPECT_NE(Render(catalogue, name, "ordinary").find("Ranked"),
              std::string::npos);
  }
}

TEST_F(TemplatesTest, ThePageComparesTheThreeNumbersWithWhatTheyWere) {
  const std::string page = Render(Load(), "page.html", "ordinary");
  EXPECT_NE(page.find("7 open of severity 4 and 5 (was 5); 2 overdue "
                      "commitments; 61%"),
            std::string::npos)
      << page;
}

TEST_F(TemplatesTest, AFileOfTheFolderTakesThePlaceOfItsName) {
  Write("mail_subject.txt", "For {{leader_name}}");
  Write("notes.md", "not a template {{nothing}}");
  const Catalogue catalogue = Load(OwnFolder());
  EXPECT_TRUE(catalogue.Replaced("mail_subject.txt"));
  EXPECT_EQ(Render(catalogue, "mail_subject.txt", "empty"), "For leader");
}

TEST_F(TemplatesTest, ADigestTakesTheTemplateOfItsLanguageIfThereIsOne) {
  Write("mail_subject.txt", "plain");
  Write("mail_subject.es.txt", "Para {{leader_name}}");
  Write("mail_subject.pt-BR.txt", "Brasil");
  Write("mail.html.es", "not a template {{nothing}}");
  const Catalogue catalogue = Load(OwnFolder());
  v1::Digest digest = SampleDigests()[0].digest;
  digest.set_leader_name("Dana");
  for (const auto& [language, subject] :
       {std::pair{"", "plain"}, std::pair{"es", "Para Dana"},
        std::pair{"es-MX", "Para Dana"}, std::pair{"pt-BR", "Brasil"},
        std::pair{"pt", "plain"}, std::pair{"fr", "plain"}}) {
    digest.set_language(language);
    EXPECT_EQ(*catalogue.Render("mail_subject.txt", digest, kSending), subject)
        << language;
  }
}

TEST_F(TemplatesTest, EveryMistakeIsNamedWithItsLine) {
  Write("mail.html", "a\n{{nonsense}}\n{{{headline}}}\n{{>other}}");
  Write("mail.txt", "{{#sections}}never closed");
  const auto catalogue = Catalogue::Load(OwnFolder());
  ASSERT_FALSE(catalogue.ok());
  const std::string all(catalogue.status().message());
  for (const char* part : {"mail.html:2: there is no 'nonsense'",
                           "mail.html:3: 'headline' may not",
                           "mail.html:4: '>other'", "mail.txt: "}) {
    EXPECT_NE(all.find(part), std::string::npos) << part << " in " << all;
  }
}

TEST_F(TemplatesTest, ABodyThatIsNoJsonIsRefused) {
  Write("webhook.json", "{\"a\": [1,]}");
  const Catalogue catalogue = Load(OwnFolder());
  const auto text =
      catalogue.Render("webhook.json", SampleDigests()[0].digest, kSending);
  EXPECT_TRUE(absl::IsInvalidArgument(text.status()));
}

}  // namespace
}  // namespace earshot::feed
