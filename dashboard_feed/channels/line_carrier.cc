#include "dashboard_feed/channels/line_carrier.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/os/clock.h"

namespace earshot::feed {
namespace {

// A pipe that poll calls writable takes as much without blocking.
constexpr size_t kPieceBytes = PIPE_BUF;

Attempt Failed(const std::string& what, int error) {
  Attempt attempt;
  attempt.reason = what;
  attempt.detail = std::strerror(error);
  return attempt;
}

Attempt Delivered() {
  Attempt attempt;
  attempt.result = Attempt::Result::kDelivered;
  return attempt;
}

// Open while it lives.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      // Not waiting, should it be a pipe without a reader.
      : fd_(::open(path.c_str(),
                   O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                   0640)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

bool EndsInTheMiddle(int fd, off_t size) {
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

LineCarrier::LineCarrier(os::Wakeup& ready)
    : hatch_(ready), thread_([this] { Run(); }) {}

LineCarrier::~LineCarrier() {
  stopping_ = true;
  work_.Notify();
  thread_.join();
}

void LineCarrier::Carry(Parcel parcel) {
  hatch_.Give(std::move(parcel));
  work_.Notify();
}

void LineCarrier::Run() {
  while (!stopping_) {
    os::WaitReadable({work_.fd()}, absl::Seconds(1));
    work_.Clear();
    while (!stopping_) {
      const auto parcel = hatch_.Next();
      if (!parcel) break;
      hatch_.Done({parcel->delivery, parcel->channel, Write(*parcel)});
    }
  }
}

Attempt LineCarrier::Write(const Parcel& parcel) {
  const auto* line = std::get_if<JsonLine>(&parcel.content);
  if (line == nullptr) return Failed("no line to write", EINVAL);
  return line->path.empty() ? WriteOutput(*line, parcel.limit)
                            : WriteFile(*line);
}

Attempt LineCarrier::WriteFile(const JsonLine& line) {
  const OpenFile file(line.path);
  struct stat found {};
  if (file.fd() < 0) return Failed("file cannot be opened", errno);
  if (::fstat(file.fd(), &found) != 0 || !S_ISREG(found.st_mode)) {
    return Failed("no regular file", EINVAL);
  }
  std::string text = line.text;
  if (EndsInTheMiddle(file.fd(), found.st_size)) text.insert(0, "\n");
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(file.fd(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("file cannot be written", errno);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  if (::fdatasync(file.fd()) != 0) {
    return Failed("file cannot be synced", errno);
  }
  return Delivered();
}

Attempt LineCarrier::WriteOutput(const JsonLine& line, absl::Duration limit) {
  const os::SystemClock clock;
  const absl::Duration until = clock.Monotonic() + limit;
  std::string text = line.text;
  if (output_cut_off_) text.insert(0, "\n");
  std::string_view rest = text;
  while (!rest.empty()) {
    const absl::Duration left = until - clock.Monotonic();
    if (left <= absl::ZeroDuration() || stopping_) {
      return Failed("standard output takes nothing", EAGAIN);
    }
    pollfd waited{STDOUT_FILENO, POLLOUT, 0};
    // Short waits, so that the end of the program is seen.
    const int ready = ::poll(&waited, 1, 200);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t written =
        ::write(STDOUT_FILENO, rest.data(), std::min(rest.size(), kPieceBytes));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) return Failed("standard output is closed", errno);
    output_cut_off_ = true;
    rest.remove_prefix(static_cast<size_t>(written));
  }
  output_cut_off_ = false;
  return Delivered();
}

}  // namespace earshot::feed
