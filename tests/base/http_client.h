#ifndef EARSHOT_TESTS_BASE_HTTP_CLIENT_H_
#define EARSHOT_TESTS_BASE_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

namespace earshot::http {

// A browser's end of one connection to this machine. Blocking; one thread.
class TestClient {
 public:
  explicit TestClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    [[maybe_unused]] const int connected =
        ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to));
  }
  ~TestClient() { ::close(fd_); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  int fd() const { return fd_; }
  // False: the other end has closed.
  bool Send(const std::string& text) {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  bool Get(const std::string& path, const std::string& headers = "") {
    return Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
  }

  // One answer, head and body; shorter where the connection ends before.
  std::string ReadAnswer() {
    const std::string head = ReadTo("\r\n\r\n");
    constexpr char kLength[] = "Content-Length: ";
    const size_t at = head.find(kLength);
    const size_t length = at == std::string::npos
                              ? 0
                              : static_cast<size_t>(std::atoll(
                                    head.c_str() + at + sizeof(kLength) - 1));
    while (came_.size() < length && More()) {
    }
    return head + Take(length);
  }
  // Up to and with `end`; shorter where the connection ends before.
  std::string ReadTo(const std::string& end) {
    size_t at = 0;
    while ((at = came_.find(end)) == std::string::npos && More()) {
    }
    return Take(at == std::string::npos ? came_.size() : at + end.size());
  }
  // All that comes before the connection ends.
  std::string ReadAll() {
    while (More()) {
    }
    return std::exchange(came_, {});
  }

 private:
  std::string Take(size_t bytes) {
    std::string first = came_.substr(0, bytes);
    came_.erase(0, bytes);
    return first;
  }
  bool More() {
    char part[4096];
    const ssize_t got = ::recv(fd_, part, sizeof(part), 0);
    if (got > 0) came_.append(part, static_cast<size_t>(got));
    return got > 0;
  }

  int fd_;
  std::string came_;  // and was not asked for yet
};

}  // namespace earshot::http

#endif  // EARSHOT_TESTS_BASE_HTTP_CLIENT_H_
