#ifndef EARSHOT_BASE_HTTP_STREAM_QUEUE_H_
#define EARSHOT_BASE_HTTP_STREAM_QUEUE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace earshot::http {

// What one stream has yet to send. Pure; one thread. Bounded by `most_bytes`,
// what is on its way included; of more nothing is taken, and the stream is to
// be cut: a part that is left out would not be missed by its reader.
class StreamQueue {
 public:
  using Chunk = std::shared_ptr<const std::string>;

  explicit StreamQueue(size_t most_bytes) : most_bytes_(most_bytes) {}

  // False: it is too much.
  bool Add(Chunk chunk) {
    if (bytes_ + chunk->size() > most_bytes_) return false;
    bytes_ += chunk->size();
    waiting_.push_back(std::move(chunk));
    return true;
  }

  // All that waits is on its way from here on, until Sent. Empty: nothing
  // waits, or something is on its way.
  const std::vector<Chunk>& Begin() {
    static const std::vector<Chunk> kNone;
    if (!sending_.empty() || waiting_.empty()) return kNone;
    sending_.swap(waiting_);
    return sending_;
  }
  void Sent() {
    for (const Chunk& chunk : sending_) bytes_ -= chunk->size();
    sending_.clear();
  }

  bool sending() const { return !sending_.empty(); }
  bool empty() const { return sending_.empty() && waiting_.empty(); }

 private:
  const size_t most_bytes_;
  size_t bytes_ = 0;
  std::vector<Chunk> waiting_;
  std::vector<Chunk> sending_;
};

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_STREAM_QUEUE_H_
