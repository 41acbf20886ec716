#include "dashboard_feed/printing/browser.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/os/files.h"
#include "base/os/poll.h"

namespace earshot::feed {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostPdfBytes = size_t{64} << 20;
constexpr size_t kMostLogBytes = size_t{1} << 20;

constexpr std::array<const char*, 4> kBrowsers{
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"};

// Of this user alone, and gone with its owner.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::error_code error;
    path_ = (fs::temp_directory_path(error) / "earshot-print-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~PrivateFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  bool ok() const { return !path_.empty(); }
  const std::string& path() const { return path_; }
  std::string File(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::vector<std::string> Arguments(const std::string& browser,
                                   const PrivateFolder& folder) {
  std::vector<std::string> arguments{
      browser,
      "--headless",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-extensions",
      "--no-first-run",
      "--no-pdf-header-footer",
      "--user-data-dir=" + folder.File("profile"),
      "--print-to-pdf=" + folder.File("page.pdf")};
  // Chromium has no sandbox for root.
  if (::geteuid() == 0) arguments.emplace_back("--no-sandbox");
  arguments.push_back(folder.File("page.html"));
  return arguments;
}

// In a process group of its own, its output in `log`.
absl::StatusOr<pid_t> Start(std::vector<std::string> arguments,
                            const std::string& log) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, argv[0], &files, &attributes,
                                   argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error == 0) return child;
  return absl::UnavailableError(fmt::format(
      "{} cannot be started: {}", arguments[0], std::strerror(error)));
}

// False: it took longer, and was ended with all that it had started.
bool Finished(pid_t child, const os::Clock& clock, absl::Duration limit,
              int& status) {
  const absl::Duration until = clock.Monotonic() + limit;
  while (true) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return true;
    if (ended < 0 && errno != EINTR) return false;
    if (clock.Monotonic() >= until) break;
    os::WaitReadable({}, absl::Milliseconds(20));
  }
  ::kill(-child, SIGKILL);
  ::waitpid(child, &status, 0);
  return false;
}

std::string LastLine(const std::string& log) {
  auto text = os::ReadFile(log, kMostLogBytes);
  if (!text.ok()) return "it said nothing";
  while (!text->empty() && text->back() == '\n') text->pop_back();
  const size_t line = text->rfind('\n');
  return line == std::string::npos ? *text : text->substr(line + 1);
}

}  // namespace

absl::StatusOr<std::string> FindBrowser() {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "/usr/bin" : path;
  for (const char* name : kBrowsers) {
    for (size_t from = 0; from <= folders.size();) {
      const size_t end = std::min(folders.find(':', from), folders.size());
      const std::string file = folders.substr(from, end - from) + "/" + name;
      if (::access(file.c_str(), X_OK) == 0) return file;
      from = end + 1;
    }
  }
  return absl::NotFoundError(
      "there is no browser to print with; install the package chromium, name "
      "one with --browser, or take --format html and print that");
}

absl::StatusOr<std::string> PrintToPdf(const std::string& browser,
                                       std::string_view html,
                                       const os::Clock& clock,
                                       absl::Duration limit) {
  const PrivateFolder folder;
  if (!folder.ok()) {
    return absl::UnavailableError(
        "no folder for temporary files can be made; is the disk full?");
  }
  absl::Status status =
      os::WriteFileAtomically(folder.File("page.html"), html, 0600);
  if (!status.ok()) return status;
  const std::string log = folder.File("log");
  const auto child = Start(Arguments(browser, folder), log);
  if (!child.ok()) return child.status();
  int ended = 0;
  if (!Finished(*child, clock, limit, ended)) {
    return absl::UnavailableError(fmt::format(
        "{} did not print within {}", browser, absl::FormatDuration(limit)));
  }
  auto pdf = os::ReadFile(folder.File("page.pdf"), kMostPdfBytes);
  if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0 || !pdf.ok()) {
    return absl::UnavailableError(
        fmt::format("{} could not print: {}", browser, LastLine(log)));
  }
  return pdf;
}

}  // namespace earshot::feed
