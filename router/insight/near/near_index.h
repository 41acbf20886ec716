#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_NEAR_INDEX_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_NEAR_INDEX_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "router/insight/near/alignment.h"
#include "router/insight/near/buckets.h"
#include "router/insight/near/gram_set.h"
#include "router/insight/near/packed_store.h"
#include "router/insight/near/place_table.h"
#include "router/insight/near/signature.h"
#include "router/insight/near/votes.h"

namespace earshot::router {

enum class NearReason { kExact, kNear };

// What a text repeats.
struct NearMatch {
  uint64_t id = 0;       // the remembered text that is most like it
  uint64_t cluster = 0;  // the first text of that one's cluster
  NearReason reason = NearReason::kNear;
  double score = 0;  // up to 1: the same letters and digits
};

// The texts that were seen last, and which of them a text repeats: README.md.
// Pure: no clock, files or threads; the same calls in the same order give the
// same answers on every machine. One thread at a time. The oldest leave first,
// when there are more than `most_texts`, when their packed words exceed
// `most_packed_bytes`, or when they are older than `most_age_seconds` before
// the newest.
class NearIndex {
 public:
  struct Options {
    // At most Buckets::kMostPlaces. Memory is about 300 bytes for each, taken
    // as the window fills up.
    size_t most_texts = 100000;
    // 0: 256 for each text. Texts of 84 letters have 63 on average.
    size_t most_packed_bytes = 0;
    int64_t most_age_seconds = std::numeric_limits<int64_t>::max();
  };

  explicit NearIndex(const Options& options);

  // The best match that is remembered, if any. Adds nothing.
  std::optional<NearMatch> Find(const Signature& signature);

  // When Find found nothing: the text that says the same but for its numbers,
  // if one does. No repeat; the same issue in another place or at another time.
  // Ends with the next call of Find.
  const std::optional<NearMatch>& but_for_numbers() const {
    return but_for_numbers_;
  }

  // Whether a text that matched so needs to be remembered too: not the exact
  // repeat of one that stays for long yet, in the newer half of the window.
  bool WorthAdding(const std::optional<NearMatch>& match) const;

  // Remembers a text. `cluster` is the id of its cluster's first text: its own
  // id, or what Find said. Ids are not given twice; `at` is in seconds. To
  // restore a window, add what it held in the same order. A text without
  // letters is not remembered.
  void Add(uint64_t id, uint64_t cluster, const Signature& signature,
           int64_t at = 0);

  // Forgets one text at once, as its erasure requires; false if it was not
  // remembered. Its cluster stays. Linear in the window.
  bool Remove(uint64_t id);

  size_t size() const { return static_cast<size_t>(end_ - begin_) - removed_; }
  // All that it holds.
  size_t memory_bytes() const;

 private:
  struct Entry {
    uint64_t id = 0;
    uint64_t cluster = 0;
    std::array<uint64_t, 2> key{};
    uint64_t packed = 0;  // into packed_
    int64_t at = 0;
    uint32_t packed_size = 0;
    uint32_t grams = 0;  // distinct
    bool removed = false;
  };

  uint32_t PlaceOf(uint64_t number) const {
    return static_cast<uint32_t>(number % entries_.size());
  }
  std::string_view PackedOf(const Entry& entry) const {
    return {packed_->At(entry.packed), entry.packed_size};
  }
  // How many were added after the text at a place.
  uint64_t AgeOf(uint32_t place) const {
    const uint64_t last = PlaceOf(end_ + entries_.size() - 1);
    return (last + entries_.size() - place) % entries_.size();
  }
  uint32_t FindId(uint64_t id) const;
  uint32_t FindKey(const Signature& signature) const;
  void GatherCandidates(const Signature& signature);
  std::optional<NearMatch> BestOf(const Signature& signature);
  bool Agrees(uint64_t cluster, uint32_t place);
  void NoteButForNumbers(const Entry& entry, const Alignment& alignment);
  void Insert(const Entry& entry, const Signature& signature, uint64_t number);
  void RemoveFromTables(uint32_t place);
  void BringBack(const std::array<uint64_t, 2>& key);
  void MakeRoom(size_t packed_size, int64_t at);
  void DropOldest();
  void Grow();

  Options options_;
  // Numbers of the texts that are remembered, removed ones among them.
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  size_t removed_ = 0;
  size_t packed_bytes_ = 0;
  int64_t newest_ = std::numeric_limits<int64_t>::min();
  std::vector<Entry> entries_;  // by place: the number modulo the size
  std::unique_ptr<PackedStore> packed_;
  std::unique_ptr<Buckets> buckets_;
  std::unique_ptr<PlaceTable> ids_;
  std::unique_ptr<PlaceTable> keys_;

  struct Candidate {
    uint32_t place = 0;
    double likeness = 0;
  };
  std::vector<Candidate> candidates_;
  std::optional<NearMatch> but_for_numbers_;
  Votes votes_;
  GramSet grams_;
  NearWords query_;
  NearWords other_;
  Aligner aligner_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_NEAR_INDEX_H_
