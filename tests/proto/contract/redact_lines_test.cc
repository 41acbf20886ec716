#include "proto/contract/redact_lines.h"

#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace earshot::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Line(std::string_view line) { return RedactLine({}, line); }

TEST(RedactLinesTest, OnlyTextChangesAndPlacesAreAdded) {
  EXPECT_EQ(
      Line(R"({ "n":1.50,"text" : "é \u00e9 rosa@example.com!","z":[ ]})"),
      R"({ "n":1.50,"text" : "é \u00e9 [email]!","z":[ ])"
      R"(, "redacted": [{"start": 4, "end": 20, "type": "email"}]})");
}

TEST(RedactLinesTest, NothingFoundLeavesTheTextAsItIs) {
  EXPECT_EQ(Line(R"({"text":"a\/b \u0041"})"),
            R"({"text":"a\/b \u0041", "redacted": []})");
}

TEST(RedactLinesTest, SurrogatePairsAreOneCodePoint) {
  EXPECT_THAT(Line(R"({"text": "\ud83d\ude00 987-65-4320"})"),
              HasSubstr(R"({"text": "\ud83d\ude00 [ssn]", "redacted": )"
                        R"([{"start": 2, "end": 13, "type": "ssn"}])"));
}

TEST(RedactLinesTest, EscapesInsideANumberDoNotHideIt) {
  EXPECT_THAT(Line(R"({"text": "4111\n1111\u200b1111\t1111 x"})"),
              HasSubstr(R"("text": "[card] x")"));
}

TEST(RedactLinesTest, AnOldListIsReplaced) {
  EXPECT_EQ(Line(R"({"redacted":[1,{"a":2}],"text":"hi"})"),
            R"({"redacted":[],"text":"hi"})");
  EXPECT_EQ(Line(R"({"text":"hi","redacted":null,"z":1})"),
            R"({"text":"hi","redacted":[],"z":1})");
}

TEST(RedactLinesTest, OtherLinesAreTreatedAsPlainText) {
  EXPECT_EQ(Line("call 614-555-0142"), "call [phone]");
  EXPECT_EQ(Line(R"({"text": 5, "b": "rosa@example.com"})"),
            R"({"text": 5, "b": "[email]"})");
  EXPECT_EQ(Line(R"({"text": "rosa@example.com")"), R"({"text": "[email]")");
  EXPECT_EQ(Line(R"({"text": "rosa@example.com", "text": "b"})"),
            R"({"text": "[email]", "text": "b"})");
  EXPECT_EQ(Line(""), "");
}

TEST(RedactLinesTest, DeepNestingIsRefusedAsJson) {
  const std::string deep = R"({"a":)" + std::string(5000, '[');
  EXPECT_EQ(Line(deep), deep);
}

std::string Stream(const std::string& in, int* result,
                   std::vector<std::string>* reports) {
  std::istringstream source(in);
  std::ostringstream sink;
  *result = RedactStream({}, source, sink, [&](std::string_view why) {
    reports->emplace_back(why);
  });
  return sink.str();
}

TEST(RedactLinesTest, LineEndsStayAsTheyWere) {
  int result = 0;
  std::vector<std::string> reports;
  EXPECT_EQ(
      Stream("a\r\n\n{\"text\":\"b\"}\r\nrosa@example.com", &result, &reports),
      "a\r\n\n{\"text\":\"b\", \"redacted\": []}\r\n[email]");
  EXPECT_EQ(result, 0);
}

TEST(RedactLinesTest, LinesAboveTheLimitAreLeftOutAndReported) {
  int result = 0;
  std::vector<std::string> reports;
  const std::string in = "a\n" + std::string(kLongestLine + 1, '4') + "\nb\n";
  EXPECT_EQ(Stream(in, &result, &reports), "a\n\nb\n");
  EXPECT_EQ(result, 1);
  EXPECT_THAT(reports, ElementsAre(HasSubstr("line 2")));
}

}  // namespace
}  // namespace earshot::contract
