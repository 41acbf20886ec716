#ifndef EARSHOT_BASE_STORE_CHECKPOINTER_H_
#define EARSHOT_BASE_STORE_CHECKPOINTER_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "base/store/database.h"

namespace earshot::store {

// Where the WAL is copied into the file: by the commit that makes it too long,
// or on a thread beside the commits, which then wait for the last few pages
// alone.
enum class Checkpoints { kInCommits, kBeside };

// Copies the WAL of a database into its file, on a thread and a connection of
// its own, so that the one who commits does not wait for it. Owned by that one,
// whose connection was opened with `auto_checkpoint_pages` 0. What could not be
// copied is left for the next time.
class Checkpointer {
 public:
  struct Pace {
    int wake_pages = 0;  // after so many more, the copying begins beside
    int most_pages = 0;  // at so many the one who commits copies itself
  };

  Checkpointer(std::unique_ptr<Database> beside, Pace pace);
  ~Checkpointer();  // ends what it is at
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // After a commit of this connection, on its thread. The bulk is copied beside
  // the commits; but what was committed meanwhile must be copied while nothing
  // is, or the WAL never begins anew.
  void Committed(Database& database);

 private:
  void Wake();
  void Loop();

  const std::unique_ptr<Database> database_;
  const Pace pace_;
  int woken_at_ = 0;  // pages of the WAL; the committing thread's
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace earshot::store

#endif  // EARSHOT_BASE_STORE_CHECKPOINTER_H_
