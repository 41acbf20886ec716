#include <zlib.h>

#include <string>

#include "base/http/coding.h"
#include "tests/base/http_client.h"
#include "tests/base/http_server_fixture.h"

namespace earshot::http {
namespace {

using HttpCodingTest = ServedTest;

std::string Plain(const std::string& gzip) {
  z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, 15 + 16), Z_OK);
  std::string bytes = gzip;
  std::string out(size_t{1} << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

std::string LongText() {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "the gate sticks " + std::to_string(i);
  return text;
}

std::string BodyOf(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

bool Has(const std::string& answer, const std::string& part) {
  return answer.find(part) != std::string::npos;
}

TEST_F(HttpCodingTest, TextIsShorterForWhoTakesItSoAndTheSameForAll) {
  Open();
  TestClient client(server_->port());
  const std::string text = LongText();
  for (const char* type :
       {"text/html; charset=utf-8", "application/json", "text/css",
        "image/svg+xml", "application/problem+json", "text/javascript"}) {
    client.Get("/", "Accept-Encoding: br, gzip\r\n");
    server_->Answer(Next().id,
                    {.content_type = type,
                     .body = text,
                     .headers = {{"Vary", "Cookie"}, {"ETag", "W/\"x\""}}});
    const std::string answer = client.ReadAnswer();
    EXPECT_TRUE(Has(answer, "Content-Encoding: gzip\r\n")) << type;
    EXPECT_TRUE(Has(answer, "Vary: Cookie, Accept-Encoding\r\n")) << type;
    EXPECT_TRUE(Has(answer, "ETag: W/\"x\"\r\n"));
    EXPECT_LT(BodyOf(answer).size(), text.size() / 3);
    EXPECT_EQ(Plain(BodyOf(answer)), text);
  }
  client.Get("/");
  Serve(text);
  const std::string answer = client.ReadAnswer();
  EXPECT_FALSE(Has(answer, "Content-Encoding"));
  EXPECT_TRUE(Has(answer, "Vary: Accept-Encoding\r\n"));
  EXPECT_EQ(BodyOf(answer), text);
}

TEST_F(HttpCodingTest, WhatIsShortOrNoTextStaysAsItIs) {
  Open();
  TestClient client(server_->port());
  for (const auto& [type, body] :
       {std::pair<std::string, std::string>{"image/png", LongText()},
        {"text/html", std::string(kWorthGzip - 1, 'x')},
        {"text/event-stream", LongText()}}) {
    client.Get("/", "Accept-Encoding: gzip\r\n");
    server_->Answer(Next().id,
                    {.content_type = type, .body = body, .headers = {}});
    const std::string answer = client.ReadAnswer();
    EXPECT_FALSE(Has(answer, "Content-Encoding")) << type;
    EXPECT_FALSE(Has(answer, "Vary")) << type;
    EXPECT_EQ(BodyOf(answer), body);
  }
}

TEST_F(HttpCodingTest, AHeadSaysHowLongTheCompressedBodyWouldBe) {
  Open();
  TestClient client(server_->port());
  client.Get("/", "Accept-Encoding: gzip\r\n");
  Serve(LongText());
  const size_t length = BodyOf(client.ReadAnswer()).size();
  client.Send("HEAD / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
  Serve(LongText());
  const std::string answer = client.ReadTo("\r\n\r\n");
  EXPECT_TRUE(Has(answer, "Content-Length: " + std::to_string(length)));
}

TEST(HttpCoding, OnlyWhoSaysSoTakesGzip) {
  for (const char* yes : {"gzip", "GZIP", "x-gzip", "br, gzip", "gzip;q=0.5",
                          "*", "identity, *;q=0.1", "gzip ; q=1.0"}) {
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  }
  for (const char* no : {"", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0",
                         "gzip;q=0, *", "gzipped", ",,;", "identity"}) {
    EXPECT_FALSE(AcceptsGzip(no)) << no;
  }
}

TEST(HttpCoding, AnyBodyComesBackAsItWas) {
  std::string all;
  for (int i = 0; i < 4096; ++i) all += static_cast<char>(i * 31 % 256);
  for (const std::string& body : {std::string(), std::string("x"), all}) {
    EXPECT_EQ(Plain(Gzip(body)), body);
  }
}

}  // namespace
}  // namespace earshot::http
