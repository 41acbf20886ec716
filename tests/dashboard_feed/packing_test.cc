#include "dashboard_feed/channels/packing.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "dashboard_feed/channels/mail_address.h"
#include "dashboard_feed/channels/mail_headers.h"
#include "dashboard_feed/channels/outcome.h"
#include "dashboard_feed/channels/shapes.h"
#include "dashboard_feed/channels/signature.h"
#include "dashboard_feed/templates/sample.h"

// What is sent, and what an answer to it means.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

ConfiguredChannel MailChannel() {
  ConfiguredChannel channel;
  channel.config.set_name("mail");
  v1::SmtpChannel& smtp = *channel.config.mutable_smtp();
  smtp.set_server("mail.example.com");
  smtp.set_from("Earshot <earshot@example.com>");
  v1::Recipient& recipient = *smtp.add_recipients();
  recipient.set_leader("dana");
  recipient.set_address("dana@example.com");
  return channel;
}

std::string HeaderOf(const Mail& mail, const std::string& name) {
  for (const std::string& header : mail.headers) {
    if (header.rfind(name + ": ", 0) == 0) {
      return header.substr(name.size() + 2);
    }
  }
  return "";
}

absl::StatusOr<Parcel> PackFor(const std::string& leader,
                               const std::string& period) {
  v1::Digest digest = TestDigest(leader, kNow);
  digest.set_period(period);
  const auto templates = Catalogue::Load("");
  return Pack(MailChannel(), *templates, digest,
              {"mail", "daily:" + period + ":mail", false}, 1, kNow);
}

TEST(PackingTest, ARepeatedMailKeepsItsIdAndAMonthIsOneConversation) {
  const auto first = PackFor("dana", "2026-11-02");
  const auto again = PackFor("dana", "2026-11-02");
  const auto next = PackFor("dana", "2026-11-03");
  const auto later = PackFor("dana", "2026-12-01");
  ASSERT_TRUE(first.ok()) << first.status();
  const auto header = [](const absl::StatusOr<Parcel>& parcel,
                         const char* name) {
    return HeaderOf(std::get<Mail>(parcel->content), name);
  };
  EXPECT_EQ(header(first, "Message-ID"), header(again, "Message-ID"));
  EXPECT_NE(header(first, "Message-ID"), header(next, "Message-ID"));
  EXPECT_EQ(header(first, "References"), header(next, "References"));
  EXPECT_NE(header(first, "References"), header(later, "References"));
  EXPECT_EQ(std::get<Mail>(first->content).server, "mail.example.com:587");
}

TEST(PackingTest, ALeaderWithoutAnAddressIsNamed) {
  const auto parcel = PackFor("max", "2026-11-02");
  ASSERT_FALSE(parcel.ok());
  EXPECT_NE(std::string(parcel.status().message()).find("'max'"),
            std::string::npos);
}

TEST(PackingTest, HeadersAreAsciiAndOnShortLines) {
  std::string words;
  for (int i = 0; i < 30; ++i) words += "Überraschung\r\nBcc: x ";
  const std::string value = EncodeHeader(words);
  size_t line = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    EXPECT_LT(static_cast<unsigned char>(value[i]), 0x80);
    if (value[i] == '\n') {
      ASSERT_EQ(value[i - 1], '\r');
      ASSERT_EQ(value[i + 1], ' ') << "a line that begins a header";
      line = 0;
    }
    EXPECT_LE(++line, 78u);
  }
  EXPECT_EQ(EncodeHeader("plain"), "plain");
}

TEST(PackingTest, EachKeySignsAndShortKeysAreRefused) {
  const auto keys = ParseKeys("0123456789abcdef\nfedcba9876543210\n");
  ASSERT_TRUE(keys.ok());
  const auto headers = SignatureHeaders(*keys, "id", kNow, "body");
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_NE(headers[2].find(" v1,"), headers[2].rfind(" v1,"));
  EXPECT_FALSE(ParseKeys("short\n").ok());
  EXPECT_FALSE(ParseKeys("").ok());
}

// The example of the Standard Webhooks specification.
TEST(PackingTest, ASignatureIsThatOfStandardWebhooks) {
  const auto keys = ParseKeys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(keys.ok());
  const auto headers = SignatureHeaders(*keys, "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                        absl::FromUnixSeconds(1614265330),
                                        "{\"test\": 2432232314}");
  EXPECT_EQ(headers[2],
            "webhook-signature: "
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(PackingTest, AMessageFitsWhatSlackAndTeamsTake) {
  const auto templates = Catalogue::Load("");
  for (const SampleDigest& sample : SampleDigests()) {
    const auto slack = templates->Render("slack.json", sample.digest, {});
    const auto teams = templates->Render("teams.json", sample.digest, {});
    ASSERT_TRUE(slack.ok() && teams.ok());
    const auto fitted = nlohmann::json::parse(
        FitShape(v1::WebhookChannel::SLACK, *slack, "more"));
    EXPECT_LE(fitted["blocks"].size(), kSlackBlocks);
    for (const auto& block : fitted["blocks"]) {
      const std::string text = block["text"]["text"];
      EXPECT_LE(text.size(), block["type"] == "header" ? 150u : 3000u);
      EXPECT_FALSE(text.empty());
    }
    EXPECT_LE(FitShape(v1::WebhookChannel::TEAMS, *teams, "more").size(),
              28000u);
  }
}

TEST(PackingTest, AMailHasTheFormsThatAreAskedFor) {
  const auto templates = Catalogue::Load("");
  const auto pack = [&](v1::Subscription::Format format) {
    const auto parcel = Pack(MailChannel(), *templates,
                             TestDigest("dana", kNow), {}, 1, kNow, format);
    return std::get<Mail>(parcel->content);
  };
  const Mail both = pack(v1::Subscription::FORMAT_UNSPECIFIED);
  EXPECT_FALSE(both.text.empty() || both.html.empty());
  const Mail text = pack(v1::Subscription::TEXT);
  EXPECT_EQ(text.text, both.text);
  EXPECT_TRUE(text.html.empty());
  const Mail html = pack(v1::Subscription::HTML);
  EXPECT_EQ(html.html, both.html);
  EXPECT_TRUE(html.text.empty());
}

TEST(PackingTest, AnAnswerIsDeliveredAgainOrRefused) {
  const auto result = [](int status) {
    HttpAnswer answer;
    answer.status = status;
    return OfHttp(answer).result;
  };
  for (const int status : {200, 201, 202, 204}) {
    EXPECT_EQ(result(status), Attempt::Result::kDelivered) << status;
  }
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    EXPECT_EQ(result(status), Attempt::Result::kTryAgain) << status;
  }
  for (const int status : {301, 302, 307, 308, 400, 401, 403, 404, 410, 413}) {
    EXPECT_EQ(result(status), Attempt::Result::kRefused) << status;
  }
  EXPECT_EQ(OfSmtp(250, "").result, Attempt::Result::kDelivered);
  EXPECT_EQ(OfSmtp(451, "").result, Attempt::Result::kTryAgain);
  EXPECT_EQ(OfSmtp(550, "").result, Attempt::Result::kRefused);
  EXPECT_EQ(OfSmtp(0, "").result, Attempt::Result::kTryAgain);
}

TEST(PackingTest, EveryMistakeOfAChannelIsNamed) {
  v1::FeedConfig config;
  v1::Channel& mail = *config.add_channels();
  mail.set_name("mail");
  mail.set_fallback("mail");
  mail.mutable_smtp()->set_server("mail server");
  mail.mutable_smtp()->set_from("nobody");
  mail.mutable_smtp()->set_user("feed");
  mail.mutable_smtp()->set_password_file("/p");
  mail.mutable_smtp()->set_security(v1::SmtpChannel::CLEARTEXT);
  config.add_channels()->set_name("a b");
  EXPECT_EQ(CheckChannels(config).size(), 7u);
}

TEST(PackingTest, AnAddressIsOneAddress) {
  for (const char* bad :
       {"", "dana", "@example.com", "dana@", "a b@example.com",
        "dana@example.com, max@example.com", "dana@example.com\r\nBcc: x@y",
        "<dana@example.com>", "dana@exa mple.com"}) {
    EXPECT_FALSE(IsMailAddress(bad)) << bad;
  }
  EXPECT_TRUE(IsMailAddress("dana.o+digest@mail.example.com"));
}

}  // namespace
}  // namespace earshot::feed
