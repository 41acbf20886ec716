#include <memory>
#include <string>
#include <vector>

#include "tests/base/http_client.h"
#include "tests/base/http_server_fixture.h"

namespace earshot::http {
namespace {

using HttpKeepAliveTest = ServedTest;

TEST_F(HttpKeepAliveTest, RequestsComeOneAfterAnotherAndEachHasItsOwnAnswer) {
  Open();
  TestClient client(server_->port());
  for (const char* path : {"/1", "/2", "/3"}) {
    client.Get(path);
    EXPECT_EQ(Serve(std::string("answer to ") + path), path);
    const std::string answer = client.ReadAnswer();
    EXPECT_TRUE(Begins(answer, "HTTP/1.1 200")) << answer;
    EXPECT_TRUE(Ends(answer, std::string("answer to ") + path)) << answer;
  }
  EXPECT_EQ(server_->counts().requests, 3U);
}

TEST_F(HttpKeepAliveTest, WhatIsSentAheadWaitsForItsTurn) {
  Open();
  TestClient client(server_->port());
  client.Send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\n"
      "Content-Length: 5\r\n\r\nhelloGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  const Request first = Next();
  EXPECT_EQ(first.path, "/1");
  EXPECT_FALSE(server_->Take().has_value()) << "one at a time";
  server_->Answer(first.id, {.body = "1", .headers = {}});
  const Request second = Next();
  EXPECT_EQ(second.path + second.body, "/2hello");
  server_->Answer(first.id, {.body = "late", .headers = {}});
  server_->Answer(second.id, {.body = "2", .headers = {}});
  EXPECT_EQ(Serve("3"), "/3");
  for (const char* body : {"1", "2", "3"}) {
    EXPECT_TRUE(Ends(client.ReadAnswer(), std::string("\r\n\r\n") + body));
  }
}

TEST_F(HttpKeepAliveTest, AfterSoManyRequestsOrWhenAskedForTheConnectionEnds) {
  Open({.listen = "", .most_requests = 2});
  TestClient counted(server_->port());
  counted.Get("/1");
  Serve("1");
  EXPECT_EQ(counted.ReadAnswer().find("Connection: close"), std::string::npos);
  counted.Get("/2");
  Serve("2");
  EXPECT_NE(counted.ReadAll().find("Connection: close"), std::string::npos);
  TestClient asked(server_->port());
  asked.Get("/1", "Connection: close\r\n");
  Serve("1");
  EXPECT_TRUE(Ends(asked.ReadAll(), "1"));
  TestClient old(server_->port());
  old.Send("GET /1 HTTP/1.0\r\n\r\n");
  Serve("1");
  EXPECT_TRUE(Ends(old.ReadAll(), "1"));
}

TEST_F(HttpKeepAliveTest, WhoAsksForNothingMoreIsLeftAndThatIsNoRefusal) {
  Open({.listen = "", .idle = absl::Milliseconds(50)});
  TestClient client(server_->port());
  client.Get("/1");
  Serve("1");
  EXPECT_TRUE(Ends(client.ReadAll(), "1"));
  EXPECT_EQ(server_->counts().refused, 0U);
}

TEST_F(HttpKeepAliveTest, PatienceIsForTheWholeRequestHoweverItTrickles) {
  Open({.listen = "", .patience = absl::Milliseconds(300)});
  TestClient client(server_->port());
  client.Get("/1");
  Serve("1");
  client.ReadAnswer();
  // A byte at a time, each far below the patience.
  const std::string head =
      "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n";
  bool open = true;
  size_t sent = 0;
  for (; open && sent < 10000; ++sent) {
    const char next = sent < head.size() ? head[sent] : 'x';
    open = client.Send(std::string(1, next));
    os::WaitReadable({client.fd()}, absl::Milliseconds(5));
  }
  EXPECT_FALSE(open);
  EXPECT_EQ(client.ReadAll(), "") << "closed without an answer";
  // It closes first and counts then, before it looks at anybody else.
  TestClient other(server_->port());
  other.Get("/3");
  Serve("3");
  EXPECT_EQ(server_->counts().refused, 1U);
  EXPECT_EQ(server_->counts().requests, 2U);
}

TEST_F(HttpKeepAliveTest,
       WhereThereAreTooManyThoseThatRestGiveWayLongestFirst) {
  Open({.listen = "", .most_connections = 3});
  std::vector<std::unique_ptr<TestClient>> resting;
  for (const char* path : {"/1", "/2"}) {
    resting.push_back(std::make_unique<TestClient>(server_->port()));
    resting.back()->Get(path);
    Serve("ok");
    resting.back()->ReadAnswer();
  }
  TestClient busy(server_->port());
  busy.Get("/3");
  const Request asked = Next();
  TestClient fourth(server_->port());
  fourth.Get("/4");
  EXPECT_EQ(Serve("ok"), "/4");
  EXPECT_EQ(resting[0]->ReadAll(), "") << "it rested longest";
  resting[1]->Get("/5");
  EXPECT_EQ(Serve("ok"), "/5");
  server_->Answer(asked.id, {});
  EXPECT_TRUE(Begins(busy.ReadAnswer(), "HTTP/1.1 200"));
  EXPECT_EQ(server_->counts().refused, 0U);
}

TEST_F(HttpKeepAliveTest, AfterARefusalTheConnectionEndsAndItsReasonIsRead) {
  Open({.listen = "", .most_body = 100});
  TestClient client(server_->port());
  client.Get("/1");
  Serve("1");
  client.ReadAnswer();
  client.Send("POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" +
              std::string(300000, 'x'));
  EXPECT_TRUE(Begins(client.ReadAnswer(), "HTTP/1.1 413"));
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_EQ(server_->counts().refused, 1U);
}

TEST_F(HttpKeepAliveTest, TwoLengthsOrALengthBesideChunksAreNoRequest) {
  Open();
  for (const char* lengths :
       {"Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: -1\r\n", "Content-Length: 5 \x01\r\n"}) {
    TestClient client(server_->port());
    client.Send(std::string("POST / HTTP/1.1\r\nHost: x\r\n") + lengths +
                "\r\nhello");
    EXPECT_TRUE(Begins(client.ReadAnswer(), "HTTP/1.1 400")) << lengths;
  }
  EXPECT_EQ(server_->counts().requests, 0U);
}

TEST_F(HttpKeepAliveTest, WhatProxiesAndBrowsersSayOfThemselvesComesAlong) {
  Open();
  TestClient client(server_->port());
  client.Get("/",
             "Accept-Language: de, en;q=0.5\r\nAccept-Encoding: gzip, br\r\n"
             "Last-Event-ID: 7-12\r\n");
  const Request request = Next();
  EXPECT_EQ(request.host, "x");
  EXPECT_EQ(request.accept_language, "de, en;q=0.5");
  EXPECT_EQ(request.accept_encoding, "gzip, br");
  EXPECT_EQ(request.last_event_id, "7-12");
  server_->Answer(request.id, {});
}

}  // namespace
}  // namespace earshot::http
