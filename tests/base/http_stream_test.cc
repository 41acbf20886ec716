#include <memory>
#include <string>
#include <vector>

#include "base/http/stream_queue.h"
#include "tests/base/http_client.h"
#include "tests/base/http_server_fixture.h"

namespace earshot::http {
namespace {

class HttpStreamTest : public ServedTest {
 protected:
  // Asks for a stream, which is answered; its id.
  uint64_t Begin(TestClient& client) {
    client.Get("/events");
    const uint64_t id = Next().id;
    server_->Answer(id, {.content_type = "text/event-stream",
                         .body = "id: 1\n\n",
                         .headers = {},
                         .stream = true});
    return id;
  }
  uint64_t NextLeft() {
    while (true) {
      if (const auto left = server_->TakeLeft()) return *left;
      os::WaitReadable({server_->fd()}, absl::Seconds(10));
    }
  }
};

TEST_F(HttpStreamTest, WhatIsPushedComesInOrderToEachStreamUntilItIsClosed) {
  Open();
  TestClient first(server_->port());
  TestClient second(server_->port());
  const uint64_t one = Begin(first);
  const uint64_t two = Begin(second);
  const std::string head = first.ReadTo("id: 1\n\n");
  EXPECT_TRUE(Begins(head, "HTTP/1.1 200")) << head;
  for (const char* header : {"Content-Type: text/event-stream\r\n",
                             "Connection: close\r\n", "no-store", "nosniff"}) {
    EXPECT_NE(head.find(header), std::string::npos) << header;
  }
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  const auto shared = std::make_shared<const std::string>("data: both\n\n");
  server_->Push({{one, shared}, {two, shared}});
  server_->Push(one, "data: first\n\n");
  server_->Push(two + 1, "data: nobody\n\n");
  server_->Close(one);
  server_->Push(one, "data: too late\n\n");
  EXPECT_EQ(first.ReadAll(), "data: both\n\ndata: first\n\n");
  EXPECT_EQ(NextLeft(), one);
  EXPECT_TRUE(Ends(second.ReadTo("data: both\n\n"), "data: both\n\n"));
  server_->Close(two);
  EXPECT_EQ(second.ReadAll(), "");
  EXPECT_EQ(NextLeft(), two);
  EXPECT_FALSE(server_->TakeLeft().has_value()) << "each once";
  EXPECT_EQ(server_->counts().cut, 0U);
}

TEST_F(HttpStreamTest, TheOwnerLearnsOfWhoLeftAlsoBeforeItBegan) {
  Open();
  auto client = std::make_unique<TestClient>(server_->port());
  const uint64_t id = Begin(*client);
  client->ReadTo("\n\n");
  client.reset();
  EXPECT_EQ(NextLeft(), id);
  server_->Push(id, "data: nobody\n\n");
  client = std::make_unique<TestClient>(server_->port());
  client->Get("/events", "Connection: close\r\n");
  const uint64_t early = Next().id;
  server_->Answer(early, {});
  client->ReadAll();
  server_->Answer(early, {.body = "", .headers = {}, .stream = true});
  EXPECT_EQ(NextLeft(), early);
}

TEST_F(HttpStreamTest, WhoReadsTooSlowlyIsCutAndCounted) {
  Open({.listen = "", .most_unsent = 20000});
  TestClient slow(server_->port());
  TestClient quick(server_->port());
  const uint64_t id = Begin(slow);
  const uint64_t other = Begin(quick);
  const auto chunk = std::make_shared<const std::string>(10000, 'x');
  size_t pushed = 0;
  std::optional<uint64_t> left;
  for (; pushed < 100000 && !left; ++pushed) {
    server_->Push({{id, chunk}});
    left = server_->TakeLeft();
  }
  EXPECT_EQ(left, id);
  EXPECT_EQ(server_->counts().cut, 1U);
  server_->Push(other, "data: still here\n\n");
  server_->Close(other);
  EXPECT_TRUE(Ends(quick.ReadAll(), "data: still here\n\n"));
}

TEST_F(HttpStreamTest, WhoTakesNothingForSoLongIsCut) {
  Open({.listen = "",
        .patience = absl::Milliseconds(100),
        .most_unsent = size_t{64} << 20U});
  TestClient stuck(server_->port());
  const uint64_t id = Begin(stuck);
  server_->Push(id, std::string(size_t{60} << 20U, 'x'));
  EXPECT_EQ(NextLeft(), id);
  EXPECT_EQ(server_->counts().cut, 1U);
}

TEST_F(HttpStreamTest, AStillStreamSaysThatItIsThere) {
  Open({.listen = "", .heartbeat = absl::Milliseconds(20)});
  TestClient client(server_->port());
  const uint64_t id = Begin(client);
  client.ReadTo("id: 1\n\n");
  EXPECT_EQ(client.ReadTo(":\n\n"), ":\n\n");
  server_->SetHeartbeat(":\nid: 7\n\n");
  EXPECT_TRUE(Ends(client.ReadTo("id: 7\n\n"), ":\nid: 7\n\n"));
  server_->Close(id);
  EXPECT_TRUE(Ends("\n\n" + client.ReadAll(), "\n\n"));
}

TEST_F(HttpStreamTest, WhoAsksForMoreOnAStreamIsLeft) {
  Open();
  TestClient client(server_->port());
  const uint64_t id = Begin(client);
  client.ReadTo("id: 1\n\n");
  client.Get("/another");
  EXPECT_EQ(NextLeft(), id);
}

TEST_F(HttpStreamTest, StreamsDoNotGiveWay) {
  Open({.listen = "", .most_connections = 1});
  TestClient client(server_->port());
  const uint64_t id = Begin(client);
  client.ReadTo("id: 1\n\n");
  TestClient other(server_->port());
  EXPECT_EQ(other.ReadAll(), "");
  server_->Push(id, "data: on\n\n");
  EXPECT_EQ(client.ReadTo("\n\n"), "data: on\n\n");
  EXPECT_EQ(server_->counts().refused, 1U);
}

TEST(HttpStreamQueue, BytesOnTheirWayCountUntilTheyAreSent) {
  StreamQueue queue(10);
  const auto four = std::make_shared<const std::string>("four");
  EXPECT_TRUE(queue.Add(four));
  EXPECT_TRUE(queue.Add(four));
  EXPECT_FALSE(queue.Add(four));
  EXPECT_EQ(queue.Begin().size(), 2U);
  EXPECT_FALSE(queue.Add(four));
  EXPECT_TRUE(queue.Begin().empty()) << "one write at a time";
  queue.Sent();
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.Add(four));
}

}  // namespace
}  // namespace earshot::http
