#ifndef EARSHOT_ROUTER_FOLD_NEAR_TEXTS_H_
#define EARSHOT_ROUTER_FOLD_NEAR_TEXTS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "router/insight/near/near_index.h"
#include "router/insight/near/signature.h"
#include "router/log/log.h"
#include "router/text/tokens.h"

namespace earshot::router {

// The texts that the fold read last, by their position in the log, and which
// of them a text repeats. In memory alone, about 300 bytes a text: what it
// holds stands in the log and is read back from there. Owned by the fold, its
// thread.
class NearTexts {
 public:
  // `window`: texts remembered; the oldest are forgotten first.
  explicit NearTexts(size_t window);

  // Forgets everything, and reads the last `window` texts of the readings up
  // to the position `folded`: about ten microseconds each.
  absl::Status Restore(Log& reader, uint64_t folded);
  // True until Restore was called for; after a step that came to nothing.
  bool stale() const { return stale_; }
  void MakeStale() { stale_ = true; }

  // The remembered text that this one repeats; `id` and `cluster` are
  // positions. Remember is about the text that was looked for last.
  std::optional<NearMatch> Find(std::string_view text);
  bool WorthRemembering(const std::optional<NearMatch>& match) const {
    return index_->WorthAdding(match);
  }
  void Remember(uint64_t position, uint64_t cluster);
  // As its erasure requires.
  void Forget(uint64_t position) { index_->Remove(position); }

  size_t size() const { return index_->size(); }

 private:
  void Sign(std::string_view text);

  const size_t window_;
  bool stale_ = true;
  std::unique_ptr<NearIndex> index_;
  Signer signer_;
  TokenisedText tokens_;
  Signature signature_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_NEAR_TEXTS_H_
