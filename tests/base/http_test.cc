#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/http/http_server.h"
#include "base/os/poll.h"
#include "tests/base/http_client.h"
#include "tests/base/http_server_fixture.h"

namespace earshot::http {
namespace {

class HttpServerTest : public ServedTest {
 protected:
  // So that a client reads to the end.
  void Open(ServerOptions options = {}) {
    options.most_requests = 1;
    ServedTest::Open(std::move(options));
  }
};

TEST_F(HttpServerTest, ARequestComesWholeAndItsAnswerGoesBack) {
  Open();
  TestClient client(server_->port());
  client.Send(
      "POST /act/x%41?a=b&c HTTP/1.1\r\nHost: x\r\nContent-Type: text/x\r\n"
      "Content-Length: 5\r\n\r\nhello");
  const Request request = Next();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/act/x%41");
  EXPECT_EQ(request.query, "a=b&c");
  EXPECT_EQ(request.content_type, "text/x");
  EXPECT_EQ(request.body, "hello");
  EXPECT_EQ(request.peer, "127.0.0.1");
  server_->Answer(request.id, {.status = 201, .body = "made\n", .headers = {}});
  const std::string answer = client.ReadAll();
  EXPECT_TRUE(Begins(answer, "HTTP/1.1 201")) << answer;
  EXPECT_NE(answer.find("\r\n\r\nmade\n"), std::string::npos);
  for (const char* header :
       {"no-store", "nosniff", "DENY", "default-src 'none'", "no-referrer"}) {
    EXPECT_NE(answer.find(header), std::string::npos) << header;
  }
}

TEST_F(HttpServerTest, TheHeadersThatAnybodyAsksForComeAlongAndNoOthers) {
  Open();
  TestClient client(server_->port());
  client.Send(
      "GET / HTTP/1.1\r\nHost: here.example:80\r\n"
      "Accept-Language: fr;q=0.9\r\nCookie: a=b; c=d\r\nCookie: e=f\r\n"
      "Accept: text/html\r\nAuthorization: Bearer t\r\nX-Other: secret\r\n"
      "If-None-Match: \"tag\"\r\nOrigin: https://x.example\r\n\r\n");
  const Request request = Next();
  EXPECT_EQ(request.cookie, "a=b; c=d") << "of two the first";
  EXPECT_EQ(request.accept, "text/html");
  EXPECT_EQ(request.authorization, "Bearer t");
  EXPECT_EQ(request.if_none_match, "\"tag\"");
  EXPECT_EQ(request.origin, "https://x.example");
  EXPECT_EQ(request.accept_language, "fr;q=0.9");
  EXPECT_EQ(request.host, "here.example:80");
  EXPECT_EQ(request.content_type, "");
  server_->Answer(request.id, {});
  client.ReadAll();
  TestClient bare(server_->port());
  bare.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Request without = Next();
  for (const std::string& header :
       {without.cookie, without.accept, without.authorization,
        without.if_none_match, without.origin}) {
    EXPECT_EQ(header, "");
  }
  server_->Answer(without.id, {});
}

TEST_F(HttpServerTest, AHeadHasNoBodyAndSaysHowLongItWouldBe) {
  Open();
  TestClient client(server_->port());
  client.Send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  server_->Answer(Next().id, {.body = "12345", .headers = {}});
  const std::string answer = client.ReadAll();
  EXPECT_NE(answer.find("Content-Length: 5"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("12345"), std::string::npos);
}

TEST_F(HttpServerTest, WhatIsTooLargeOrNoRequestIsRefusedAndCounted) {
  Open({.listen = "", .most_body = 100, .most_head = 1000});
  const std::vector<std::pair<std::string, std::string>> cases{
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n" +
           std::string(101, 'x'),
       "HTTP/1.1 413"},
      {"GET / HTTP/1.1\r\nHost: " + std::string(2000, 'x') + "\r\n\r\n",
       "HTTP/1.1 431"},
      {"this is no request\r\n\r\n", "HTTP/1.1 400"},
      {"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405"}};
  for (const auto& [sent, begins] : cases) {
    TestClient client(server_->port());
    client.Send(sent);
    const std::string answer = client.ReadAll();
    EXPECT_TRUE(Begins(answer, begins)) << begins << ": " << answer;
  }
  EXPECT_EQ(server_->counts().refused, cases.size());
  EXPECT_EQ(server_->counts().requests, 0U);
}

TEST_F(HttpServerTest, WhoSendsTooSlowlyIsLeft) {
  Open({.listen = "", .patience = absl::Milliseconds(100)});
  TestClient client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(client.ReadAll(), "") << "closed without an answer";
}

TEST_F(HttpServerTest, OfTooManyTheLastAreClosedAndRoomComesBack) {
  Open({.listen = "", .most_connections = 2});
  TestClient first(server_->port());
  TestClient second(server_->port());
  first.Send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  second.Send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::vector<uint64_t> waiting{Next().id, Next().id};
  TestClient third(server_->port());
  EXPECT_EQ(third.ReadAll(), "");
  for (const uint64_t id : waiting) server_->Answer(id, {});
  first.ReadAll();
  second.ReadAll();
  TestClient fourth(server_->port());
  fourth.Send("GET /4 HTTP/1.1\r\nHost: x\r\n\r\n");
  const Request request = Next();
  EXPECT_EQ(request.path, "/4");
  server_->Answer(request.id, {});
  EXPECT_TRUE(Begins(fourth.ReadAll(), "HTTP/1.1 200"));
}

TEST_F(HttpServerTest, AnAnswerToWhoLeftIsNoMistake) {
  Open();
  uint64_t id = 0;
  {
    TestClient client(server_->port());
    client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    id = Next().id;
  }
  server_->Answer(id, {});
  server_->Answer(id, {});
  server_->Answer(id + 100, {});
  TestClient client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  server_->Answer(Next().id, {});
  EXPECT_TRUE(Begins(client.ReadAll(), "HTTP/1.1 200"));
}

TEST(HttpForm, FieldsAreDecodedOnceAndOddOnesAreRefused) {
  const auto fields = ParseForm("text=a+b%26c%3D%C3%BC&empty=&text=second&x");
  ASSERT_TRUE(fields.has_value());
  EXPECT_EQ(fields->at("text"), "a b&c=\xC3\xBC");
  EXPECT_EQ(fields->at("empty"), "");
  EXPECT_EQ(fields->at("x"), "");
  EXPECT_EQ(ParseForm("")->size(), 0U);
  for (const char* wrong : {"a=%", "a=%4", "a=%zz", "%g1=a"}) {
    EXPECT_FALSE(ParseForm(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace earshot::http
