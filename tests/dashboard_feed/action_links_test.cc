#include <gtest/gtest.h>

#include <random>

#include "dashboard_feed/action_links/actions.h"
#include "dashboard_feed/action_links/seal.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::ActionLink Link() {
  v1::DigestItem item;
  item.set_insight(17);
  item.set_opened_by("0123456789abcdef");
  item.set_state(v1::HEARD);
  item.set_last_decision(1234);
  return LinkTo("answer", "dana", item, kNow);
}

TEST(ActionLinks, ASealedLinkComesBackAsItWas) {
  const os::HmacKey key("secret");
  const auto back = Unseal(key, Seal(key, Link()), kNow);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->SerializeAsString(), Link().SerializeAsString());
}

TEST(ActionLinks, NoOtherTokenAndNoOtherKeyOpensAnything) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const os::HmacKey key("secret");
  const std::string token = Seal(key, Link());
  EXPECT_FALSE(Unseal(os::HmacKey("another"), token, kNow).ok());
  for (size_t i = 0; i < token.size(); ++i) {
    EXPECT_FALSE(Unseal(key, token.substr(0, i), kNow).ok()) << i;
  }
  for (int i = 0; i < 20000; ++i) {
    std::string changed = token;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) {
      changed[random() % changed.size()] = static_cast<char>(random() % 128);
    }
    const auto link = Unseal(key, changed, kNow);
    // Padding bits of base64 may differ and say the same.
    EXPECT_TRUE(!link.ok() ||
                link->SerializeAsString() == Link().SerializeAsString());
  }
}

TEST(ActionLinks, AfterItsTimeALinkIsNone) {
  const os::HmacKey key("secret");
  const std::string token = Seal(key, Link());
  EXPECT_TRUE(Unseal(key, token, kNow + kLinksLast - absl::Seconds(1)).ok());
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(Unseal(key, token, kNow + kLinksLast).status()));
}

TEST(ActionLinks, OnlyWhatIsPossibleIsOffered) {
  EXPECT_EQ(ActionsIn(v1::HEARD).size(), 4U);
  EXPECT_EQ(ActionsIn(v1::REOPENED).size(), 4U);
  EXPECT_EQ(ActionsIn(v1::COMMITTED).size(), 3U);
  EXPECT_TRUE(ActionsIn(v1::RESOLVED).empty());
  for (const LinkAction& action : ActionsIn(v1::HEARD)) {
    v1::ActionLink link = Link();
    link.set_verb(action.verb);
    EXPECT_EQ(contract::VerbName(DecisionOf(link, "text").verb_case()),
              action.verb);
    EXPECT_EQ(FindAction(action.verb)->name, action.name);
  }
  EXPECT_FALSE(FindAction("mute").has_value());
}

TEST(ActionLinks, ThePageEscapesEverything) {
  ActionPage page;
  page.heading = "<h>";
  page.insight = 17;
  page.title = "\"><script>alert(1)</script>";
  page.facts = "<f>";
  page.error = "<e>";
  page.message = "<m>";
  page.form = true;
  page.action = *FindAction("answer");
  page.text = "</textarea><t>";
  page.next = "<n>";
  const std::string text = RenderPage(page);
  for (const char* raw :
       {"<h>", "<script>", "<f>", "<e>", "<m>", "</textarea><t>", "<n>"}) {
    EXPECT_EQ(text.find(raw), std::string::npos) << raw;
  }
  EXPECT_NE(text.find("Send this answer"), std::string::npos) << text;
  page.form = false;
  EXPECT_EQ(RenderPage(page).find("<form"), std::string::npos);
}

}  // namespace
}  // namespace earshot::feed
