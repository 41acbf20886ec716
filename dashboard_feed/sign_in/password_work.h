#ifndef EARSHOT_DASHBOARD_FEED_SIGN_IN_PASSWORD_WORK_H_
#define EARSHOT_DASHBOARD_FEED_SIGN_IN_PASSWORD_WORK_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/os/poll.h"

namespace earshot::feed {

// Compares passwords on a thread of its own, one after the other, so that the
// owner's poll loop never waits for one. At most kMostWaiting are taken, and so
// many results at most wait to be taken back.
class PasswordWork {
 public:
  static constexpr size_t kMostWaiting = 8;

  struct Job {
    uint64_t id = 0;       // of the request
    std::string leader;    // as typed
    std::string address;   // that it comes from
    std::string hash;      // that it must fit; empty: none does
    std::string password;  // overwritten once it was compared
  };
  struct Done {
    Job job;  // without the password
    bool fits = false;
  };

  PasswordWork();
  ~PasswordWork();  // what waits is dropped
  PasswordWork(const PasswordWork&) = delete;
  PasswordWork& operator=(const PasswordWork&) = delete;

  // False: too many wait; the job was not taken.
  bool Ask(Job& job);
  // Readable when there is something to take.
  int fd() const { return wakeup_.fd(); }
  std::optional<Done> Take();

 private:
  void Loop();

  os::Wakeup wakeup_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Job> waiting_;  // guarded by mutex_, as are the next three
  std::deque<Done> done_;
  size_t taken_ = 0;  // and not taken back
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SIGN_IN_PASSWORD_WORK_H_
