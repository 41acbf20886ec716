#include <gtest/gtest.h>

#include <string>

#include "base/http/cookies.h"
#include "base/http/form_tokens.h"
#include "base/os/random.h"

namespace earshot::http {
namespace {

TEST(FormTokens, AreGoodForTheirSessionOnceAndOnlyWhereTheyWereMade) {
  os::SystemRandom random;
  FormTokens tokens(random);
  const std::string token = tokens.Make("session");
  using Verdict = FormTokens::Verdict;
  EXPECT_EQ(tokens.Look("session", token), Verdict::kGood);
  EXPECT_EQ(tokens.Look("session", token), Verdict::kGood);
  EXPECT_EQ(tokens.Look("another", token), Verdict::kForged);
  EXPECT_EQ(tokens.Look("", token), Verdict::kForged);
  EXPECT_EQ(FormTokens(random).Look("session", token), Verdict::kForged);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(tokens.Look("session", changed), Verdict::kForged) << i;
  }
  for (const std::string& wrong :
       {std::string(), token + "A", token.substr(1), std::string(5000, 'A')}) {
    EXPECT_EQ(tokens.Look("session", wrong), Verdict::kForged);
  }
  tokens.Spend(token);
  EXPECT_EQ(tokens.Look("session", token), Verdict::kSpent);
  EXPECT_EQ(tokens.Look("session", tokens.Make("session")), Verdict::kGood);
}

TEST(FormTokens, RememberSoManyAndNoMore) {
  os::SystemRandom random;
  FormTokens tokens(random);
  const std::string first = tokens.Make("session");
  tokens.Spend(first);
  std::string last;
  for (size_t i = 0; i < FormTokens::kRemembered; ++i) {
    last = tokens.Make("session");
    tokens.Spend(last);
  }
  EXPECT_EQ(tokens.Look("session", last), FormTokens::Verdict::kSpent);
  EXPECT_EQ(tokens.Look("session", first), FormTokens::Verdict::kGood);
}

TEST(Cookies, AreReadAndWrittenForThisHostAlone) {
  EXPECT_EQ(CookieIn("a=1; earshot=two; b=3", "earshot"), "two");
  EXPECT_EQ(CookieIn("earshot=1; earshot=2", "earshot"), "1");
  EXPECT_EQ(CookieIn("not-earshot=1; earshot", "earshot"), "");
  EXPECT_EQ(CookieIn("", "earshot"), "");
  EXPECT_EQ(CookieIn(";;=;", "earshot"), "");
  const std::string kept = CookieFor("earshot", "x", true);
  EXPECT_EQ(kept, "earshot=x; Path=/; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(CookieFor("earshot", "", false),
            "earshot=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  EXPECT_EQ(CookieFor("earshot", "es", false, absl::Hours(1)),
            "earshot=es; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
}

TEST(Cookies, TheBearerAndTheOriginAreReadAsTheyAreWritten) {
  EXPECT_EQ(BearerIn("Bearer abc"), "abc");
  EXPECT_EQ(BearerIn("bearer  abc "), "abc");
  EXPECT_EQ(BearerIn("Basic abc"), "");
  EXPECT_EQ(BearerIn("Bearer"), "");
  EXPECT_EQ(OriginOf("https://Earshot.example.com:8443/feed/"),
            "https://earshot.example.com:8443");
  EXPECT_EQ(OriginOf("http://10.0.0.1"), "http://10.0.0.1");
  EXPECT_EQ(OriginOf("https://e.example:443/x"), "https://e.example");
  EXPECT_EQ(OriginOf("http://e.example:80"), "http://e.example");
  EXPECT_EQ(OriginOf("http://e.example:443"), "http://e.example:443");
  EXPECT_EQ(OriginOf(""), "");
  EXPECT_EQ(PathOf("https://earshot.example.com/feed/"), "/feed");
  EXPECT_EQ(PathOf("https://earshot.example.com/"), "");
  EXPECT_EQ(PathOf("https://earshot.example.com"), "");
}

}  // namespace
}  // namespace earshot::http
