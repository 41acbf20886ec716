#ifndef EARSHOT_TESTS_BASE_HTTP_SERVER_FIXTURE_H_
#define EARSHOT_TESTS_BASE_HTTP_SERVER_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/http/http_server.h"
#include "base/os/poll.h"

namespace earshot::http {

// A server whose owner is the test.
class ServedTest : public ::testing::Test {
 protected:
  void Open(ServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    auto server = Server::Start(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  Request Next() {
    while (true) {
      if (auto request = server_->Take()) return *std::move(request);
      os::WaitReadable({server_->fd()}, absl::Seconds(10));
    }
  }
  // The next request is answered so; which path it asked for.
  std::string Serve(const std::string& body) {
    const Request request = Next();
    server_->Answer(request.id, {.body = body, .headers = {}});
    return request.path;
  }

  std::unique_ptr<Server> server_;
};

inline bool Begins(const std::string& text, const std::string& with) {
  return text.rfind(with, 0) == 0;
}
inline bool Ends(const std::string& text, const std::string& with) {
  return text.size() >= with.size() &&
         text.compare(text.size() - with.size(), with.size(), with) == 0;
}

}  // namespace earshot::http

#endif  // EARSHOT_TESTS_BASE_HTTP_SERVER_FIXTURE_H_
