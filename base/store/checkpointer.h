#ifndef EARSHOT_BASE_STORE_CHECKPOINTER_H_
#define EARSHOT_BASE_STORE_CHECKPOINTER_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "base/store/database.h"

namespace earshot::store {

// Copies the WAL of a database into its file, on a thread and a connection of
// its own, so that the one who commits does not wait for it. Owned by that one.
// What could not be copied is left for the next time.
class Checkpointer {
 public:
  explicit Checkpointer(std::unique_ptr<Database> database);
  ~Checkpointer();  // ends what it is at
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // From any thread; once for any number of calls while it is at work.
  void Wake();

 private:
  void Loop();

  const std::unique_ptr<Database> database_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace earshot::store

#endif  // EARSHOT_BASE_STORE_CHECKPOINTER_H_
