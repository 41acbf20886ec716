#include "base/os/local_socket.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/os/poll.h"
#include "tests/testing/temp_folder.h"

namespace earshot::os {
namespace {

TEST(LocalSocketTest, ARequestComesWithItsUserAndIsAnswered) {
  const testing::TempFolder folder;
  auto server = LocalServer::Listen(folder.File("s"), 0666);
  ASSERT_TRUE(server.ok()) << server.status();
  auto client = LocalClient::Connect(folder.File("s"));
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE(client->Send("question").ok());
  (*server)->Pump();
  (*server)->Pump();
  const auto request = (*server)->Take();
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->body, "question");
  EXPECT_EQ(request->user, ::geteuid());
  EXPECT_TRUE((*server)->Respond(request->connection, "answer"));
  EXPECT_EQ(*client->Receive(absl::Seconds(5)), "answer");
}

TEST(LocalSocketTest, ClientsBeyondTheLimitWaitAndKeepNobodyAwake) {
  const testing::TempFolder folder;
  auto server = LocalServer::Listen(folder.File("s"), 0666);
  ASSERT_TRUE(server.ok()) << server.status();
  std::vector<LocalClient> idle;
  for (size_t i = 0; i < kLocalConnections; ++i) {
    idle.push_back(*LocalClient::Connect(folder.File("s")));
  }
  auto late = LocalClient::Connect(folder.File("s"));
  ASSERT_TRUE(late.ok());
  ASSERT_TRUE(late->Send("late").ok());
  for (int i = 0; i < 3; ++i) (*server)->Pump();
  EXPECT_FALSE(WaitReadable({(*server)->fd()}, absl::ZeroDuration()));
  EXPECT_FALSE((*server)->Take().has_value());
  idle.pop_back();
  for (int i = 0; i < 4; ++i) (*server)->Pump();
  const auto request = (*server)->Take();
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->body, "late");
}

TEST(LocalSocketTest, NobodyListensIsUnavailable) {
  const testing::TempFolder folder;
  EXPECT_TRUE(
      absl::IsUnavailable(LocalClient::Connect(folder.File("s")).status()));
}

}  // namespace
}  // namespace earshot::os
