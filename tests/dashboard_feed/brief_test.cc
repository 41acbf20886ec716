#include "dashboard_feed/brief/brief.h"

#include <gtest/gtest.h>

#include "base/os/clock.h"
#include "dashboard_feed/printing/browser.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/templates/catalogue.h"
#include "dashboard_feed/templates/sample.h"

namespace earshot::feed {
namespace {

v1::Digest Sample(const std::string& name) {
  for (const SampleDigest& sample : SampleDigests()) {
    if (sample.name == name) return sample.digest;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

const v1::DigestSection* Find(const v1::Digest& brief,
                              const std::string& name) {
  for (const v1::DigestSection& section : brief.sections()) {
    if (section.name() == name) return &section;
  }
  return nullptr;
}

v1::DigestItem& AddItem(v1::Digest& digest, const std::string& section,
                        uint64_t insight) {
  v1::DigestSection* found = nullptr;
  for (v1::DigestSection& one : *digest.mutable_sections()) {
    if (one.name() == section) found = &one;
  }
  if (found == nullptr) {
    found = digest.add_sections();
    found->set_name(section);
  }
  v1::DigestItem& item = *found->add_items();
  item.set_insight(insight);
  item.set_title("title of " + std::to_string(insight));
  return item;
}

// Every text as long and as wide as it gets.
v1::Digest Widest(const std::string& letter) {
  std::string words;
  while (words.size() < 4000) words += letter;
  v1::Digest digest = Sample("large");
  digest.set_headline(words);
  digest.set_organisation(words);
  digest.set_leader_name(words);
  for (v1::DigestSection& section : *digest.mutable_sections()) {
    for (v1::DigestItem& item : *section.mutable_items()) {
      item.set_title(words);
      item.set_why(words);
      item.set_owner(words);
      for (std::string& name : *item.mutable_site_names()) name = words;
      for (v1::Verbatim& verbatim : *item.mutable_verbatims()) {
        verbatim.set_text(words);
        verbatim.set_site(words);
        verbatim.set_shift(words);
      }
      item.mutable_answer()->set_text(words);
      item.mutable_answer()->set_leader(words);
    }
  }
  return digest;
}

TEST(BriefTest, HoldsSoManyOfEachAndOneVerbatim) {
  const v1::Digest brief = MakeBrief(Sample("large"));
  EXPECT_EQ(Find(brief, "decision")->items_size(), kMostDecisions);
  EXPECT_EQ(Find(brief, "top")->items_size(), kMostTop);
  EXPECT_EQ(Find(brief, "due")->items_size(), kMostDue);
  EXPECT_EQ(Find(brief, "answered")->items_size(), kMostAnswered);
  EXPECT_EQ(Find(brief, "recognition")->items_size(), 1);
  EXPECT_EQ(brief.numbers_size(), 3);
  for (const v1::DigestItem& item : Find(brief, "top")->items()) {
    EXPECT_EQ(item.verbatims_size(), 1);
  }
  EXPECT_FALSE(brief.question().empty());
}

TEST(BriefTest, WhatSmallGroupsLeftWithoutVerbatimStaysSo) {
  v1::Digest digest;
  AddItem(digest, "top", 1);
  const v1::Digest brief = MakeBrief(digest);
  EXPECT_EQ(Find(brief, "top")->items(0).verbatims_size(), 0);
}

TEST(BriefTest, ABriefOfABriefIsTheSame) {
  for (const SampleDigest& sample : SampleDigests()) {
    const v1::Digest brief = MakeBrief(sample.digest);
    EXPECT_EQ(MakeBrief(brief).SerializeAsString(), brief.SerializeAsString())
        << sample.name;
  }
}

TEST(BriefTest, WhatCameBackLeadsTheTopAndTheQuestion) {
  v1::Digest digest;
  for (uint64_t i = 1; i <= 5; ++i) AddItem(digest, "decision", i);
  AddItem(digest, "regressed", 9);
  const v1::Digest brief = MakeBrief(digest);
  ASSERT_EQ(Find(brief, "top")->items_size(), 3);
  EXPECT_EQ(Find(brief, "top")->items(0).insight(), 9u);
  EXPECT_EQ(Find(brief, "top")->items(1).insight(), 4u);
  EXPECT_NE(brief.question().find("#9"), std::string::npos);
}

TEST(BriefTest, TheOverdueComeBeforeTheDue) {
  v1::Digest digest;
  for (uint64_t i = 1; i <= 9; ++i) AddItem(digest, "due", i);
  AddItem(digest, "overdue", 20);
  const v1::Digest brief = MakeBrief(digest);
  ASSERT_EQ(Find(brief, "due")->items_size(), kMostDue);
  EXPECT_EQ(Find(brief, "due")->items(0).insight(), 20u);
  EXPECT_NE(brief.question().find("#20"), std::string::npos);
}

TEST(BriefTest, TextIsCutBetweenCharactersAndWithinItsColumns) {
  EXPECT_EQ(CutText("short", 5), "short");
  EXPECT_EQ(CutText("longer", 5), "lo...");
  EXPECT_EQ(CutText("two\nlines", 40), "two lines");
  EXPECT_EQ(CutText("WWW", 5), "W...");
  EXPECT_EQ(CutText("a b c d e", 6), "a b...");
  EXPECT_EQ(CutText("K\xC3\xB6nigsplatz", 6), "K\xC3\xB6n...");
  EXPECT_EQ(CutText("\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", 6),
            "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2");
  EXPECT_EQ(CutText("\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", 5),
            "\xE6\xBC\xA2...");
}

TEST(BriefTest, TheTextFormAsksTheRoom) {
  const std::string text = DigestAsText(MakeBrief(Sample("ordinary")), false);
  EXPECT_NE(text.find("meeting brief for"), std::string::npos);
  EXPECT_NE(text.find("To ask the room"), std::string::npos);
  EXPECT_NE(text.find("Needs your decision"), std::string::npos);
}

// Pages of a PDF by its page tree.
int PagesOf(const std::string& pdf) {
  int pages = 0;
  for (size_t at = pdf.find("/Type /Page"); at != std::string::npos;
       at = pdf.find("/Type /Page", at + 1)) {
    if (pdf.compare(at, 12, "/Type /Pages") != 0) ++pages;
  }
  return pages;
}

void Remove(std::string& text, const std::string& part) {
  const size_t at = text.find(part);
  ASSERT_NE(at, std::string::npos) << part;
  text.erase(at, part.size());
}

TEST(BriefOnPaperTest, IsOnePageOfEitherPaperAlsoWhenFullestAndNothingIsLost) {
  const auto browser = FindBrowser();
  if (!browser.ok()) GTEST_SKIP() << browser.status().message();
  const auto catalogue = Catalogue::Load("");
  ASSERT_TRUE(catalogue.ok());
  const os::SystemClock clock;
  for (const auto& [name, digest] :
       {std::pair{"ordinary", Sample("ordinary")},
        std::pair{"large", Sample("large")},
        std::pair{"wide letters", Widest("W")},
        std::pair{"wide words", Widest("WWWWWW ")},
        std::pair{"East Asian", Widest("\xE6\xBC\xA2")}}) {
    for (const char* paper : {"A4", "letter"}) {
      Sending sending;
      sending.paper = paper;
      auto html = catalogue->Render(kBriefTemplate, digest, sending);
      ASSERT_TRUE(html.ok()) << html.status();
      // The guard that cuts off a second page has nothing to cut.
      Remove(*html, "max-height: 250mm; overflow: hidden");
      const auto pdf = PrintToPdf(*browser, *html, clock);
      ASSERT_TRUE(pdf.ok()) << pdf.status();
      EXPECT_EQ(PagesOf(*pdf), 1) << name << " on " << paper;
      const char* const box = std::string(paper) == "A4" ? "594.95" : "612";
      EXPECT_NE(pdf->find(std::string("/MediaBox [0 0 ") + box),
                std::string::npos)
          << paper;
    }
  }
}

TEST(BriefOnPaperTest, ABrowserThatCannotPrintIsNamedWithItsLastWords) {
  const os::SystemClock clock;
  const auto missing = PrintToPdf("no-such-browser", "<p>x", clock);
  EXPECT_TRUE(absl::IsUnavailable(missing.status()));
  const auto failed = PrintToPdf("false", "<p>x", clock);
  EXPECT_NE(std::string(failed.status().message()).find("false could not"),
            std::string::npos);
}

}  // namespace
}  // namespace earshot::feed
