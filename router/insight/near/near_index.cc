#include "router/insight/near/near_index.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace earshot::router {
namespace {

constexpr size_t kSmallest = 1024;       // places to begin with
constexpr size_t kMostCandidates = 12;   // whose grams are compared
constexpr size_t kMostOfCluster = 4;     // of them
constexpr size_t kMostAligned = 5;       // whose words are compared
constexpr double kLeastLikeness = 0.12;  // of grams, to compare words
constexpr double kLeastScore = 0.7;
constexpr double kLeastButForNumbers = 0.6;
constexpr double kLeastOfFirst = 0.35;  // with the cluster's first text
constexpr double kGoodEnough = 0.9;     // no other is looked at
constexpr size_t kPackedBytesOfText = 256;

uint64_t HashOfId(uint64_t id) { return MixBits(id + 1); }

}  // namespace

NearIndex::NearIndex(const Options& options) : options_(options) {
  options_.most_texts =
      std::clamp<size_t>(options_.most_texts, 1, Buckets::kMostPlaces);
  if (options_.most_packed_bytes == 0) {
    options_.most_packed_bytes = options_.most_texts * kPackedBytesOfText;
  }
  entries_.resize(std::min(kSmallest, options_.most_texts));
  packed_ = std::make_unique<PackedStore>();
  buckets_ = std::make_unique<Buckets>(entries_.size() * kBands);
  ids_ = std::make_unique<PlaceTable>(entries_.size());
  keys_ = std::make_unique<PlaceTable>(entries_.size());
}

uint32_t NearIndex::FindId(uint64_t id) const {
  return ids_->Find(HashOfId(id),
                    [&](uint32_t place) { return entries_[place].id == id; });
}

uint32_t NearIndex::FindKey(const Signature& signature) const {
  return keys_->Find(signature.key[0], [&](uint32_t place) {
    return entries_[place].key == signature.key;
  });
}

std::optional<NearMatch> NearIndex::Find(const Signature& signature) {
  but_for_numbers_.reset();
  if (signature.empty() || end_ == begin_) return std::nullopt;
  const uint32_t same = FindKey(signature);
  if (same != PlaceTable::kNone) {
    const Entry& entry = entries_[same];
    return NearMatch{entry.id, entry.cluster, NearReason::kExact, 1};
  }
  GatherCandidates(signature);
  return BestOf(signature);
}

void NearIndex::GatherCandidates(const Signature& signature) {
  candidates_.clear();
  for (const uint32_t band : signature.bands) buckets_->Fetch(band);
  votes_.Clear();
  for (const uint32_t band : signature.bands) {
    buckets_->ForEach(band, [&](uint32_t place) { votes_.Add(place); });
  }
  // The most often met first, of these the last added.
  struct Met {
    uint32_t count;
    uint64_t age;
    uint32_t place;
  };
  std::array<Met, Votes::kMost> met;
  size_t count = 0;
  for (size_t i = 0; i < votes_.size(); ++i) {
    const auto& slot = votes_.at(i);
    const uint64_t age = AgeOf(slot.place);
    if (age >= end_ - begin_) continue;
    met.at(count++) = {slot.count, age, slot.place};
  }
  const size_t kept = std::min(count, 2 * kMostCandidates);
  std::partial_sort(met.begin(), met.begin() + static_cast<ptrdiff_t>(kept),
                    met.begin() + static_cast<ptrdiff_t>(count),
                    [](const Met& left, const Met& right) {
                      if (left.count != right.count) {
                        return left.count > right.count;
                      }
                      return left.age < right.age;
                    });
  for (size_t i = 0; i < kept; ++i) {
    __builtin_prefetch(&entries_[met.at(i).place]);
  }
  for (size_t i = 0; i < kept && candidates_.size() < kMostCandidates; ++i) {
    const Entry& entry = entries_[met.at(i).place];
    if (entry.removed) continue;
    const auto of_cluster = std::count_if(
        candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
          return entries_[other.place].cluster == entry.cluster;
        });
    if (of_cluster >= static_cast<ptrdiff_t>(kMostOfCluster)) continue;
    __builtin_prefetch(packed_->At(entry.packed));
    candidates_.push_back({met.at(i).place, 0});
  }
}

std::optional<NearMatch> NearIndex::BestOf(const Signature& signature) {
  if (candidates_.empty() || !Unpack(signature.packed, query_)) {
    return std::nullopt;
  }
  grams_.Assign(query_);
  for (Candidate& candidate : candidates_) {
    const Entry& entry = entries_[candidate.place];
    if (!Unpack(PackedOf(entry), other_)) continue;
    const double shared = grams_.CountShared(other_);
    candidate.likeness = shared / (grams_.size() + entry.grams - shared);
  }
  std::sort(candidates_.begin(), candidates_.end(),
            [&](const Candidate& left, const Candidate& right) {
              if (left.likeness != right.likeness) {
                return left.likeness > right.likeness;
              }
              return entries_[left.place].id < entries_[right.place].id;
            });
  if (candidates_.size() > kMostAligned) candidates_.resize(kMostAligned);
  std::optional<NearMatch> best;
  for (const Candidate& candidate : candidates_) {
    if (candidate.likeness < kLeastLikeness) break;
    const Entry& entry = entries_[candidate.place];
    Unpack(PackedOf(entry), other_);
    const Alignment alignment = aligner_.Align(query_, other_);
    const double score = alignment.Score();
    if (!best) NoteButForNumbers(entry, alignment);
    if (!alignment.numbers_agree || !alignment.negations_agree ||
        score < kLeastScore || (best && score <= best->score) ||
        !Agrees(entry.cluster, candidate.place)) {
      continue;
    }
    best = NearMatch{entry.id, entry.cluster, NearReason::kNear, score};
    if (score >= kGoodEnough) break;
  }
  return best;
}

void NearIndex::NoteButForNumbers(const Entry& entry,
                                  const Alignment& alignment) {
  const double score = alignment.Score();
  if (alignment.numbers_agree || !alignment.negations_agree ||
      score < kLeastButForNumbers ||
      (but_for_numbers_ && score <= but_for_numbers_->score)) {
    return;
  }
  but_for_numbers_ =
      NearMatch{entry.id, entry.cluster, NearReason::kNear, score};
}

// With the first text of the cluster, where that is still remembered.
bool NearIndex::Agrees(uint64_t cluster, uint32_t place) {
  const uint32_t first = FindId(cluster);
  if (first == PlaceTable::kNone || first == place) return true;
  Unpack(PackedOf(entries_[first]), other_);
  const Alignment alignment = aligner_.Align(query_, other_);
  return alignment.numbers_agree && alignment.negations_agree &&
         alignment.Score() >= kLeastOfFirst;
}

bool NearIndex::WorthAdding(const std::optional<NearMatch>& match) const {
  if (!match || match->reason != NearReason::kExact) return true;
  const uint32_t place = FindId(match->id);
  if (place == PlaceTable::kNone) return true;
  return 2 * AgeOf(place) >= std::max<uint64_t>(end_ - begin_, kSmallest);
}

void NearIndex::Add(uint64_t id, uint64_t cluster, const Signature& signature,
                    int64_t at) {
  if (signature.empty() || signature.packed.size() > PackedStore::kBlockBytes ||
      FindId(id) != PlaceTable::kNone) {
    return;
  }
  if (!Unpack(signature.packed, other_)) return;
  MakeRoom(signature.packed.size(), at);
  grams_.Assign(other_);
  Entry entry;
  entry.id = id;
  entry.cluster = cluster;
  entry.key = signature.key;
  entry.at = at;
  entry.packed = packed_->Put(signature.packed);
  entry.packed_size = static_cast<uint32_t>(signature.packed.size());
  entry.grams = grams_.size();
  packed_bytes_ += signature.packed.size();
  Insert(entry, signature, end_++);
}

// Of texts with the same key only the newest is found by its key and bands; an
// older one stays for its id alone.
void NearIndex::Insert(const Entry& entry, const Signature& signature,
                       uint64_t number) {
  const uint32_t place = PlaceOf(number);
  for (const uint32_t band : signature.bands) buckets_->Fetch(band);
  const uint32_t same = FindKey(signature);
  if (same != PlaceTable::kNone) {
    keys_->Remove(entry.key[0], same,
                  [&](uint32_t other) { return entries_[other].key[0]; });
  }
  entries_[place] = entry;
  keys_->Put(entry.key[0], place);
  ids_->Put(HashOfId(entry.id), place);
  for (const uint32_t band : signature.bands) {
    if (same == PlaceTable::kNone) {
      buckets_->Put(band, place);
    } else {
      buckets_->Replace(band, same, place);
    }
  }
}

void NearIndex::RemoveFromTables(uint32_t place) {
  const Entry& entry = entries_[place];
  keys_->Remove(entry.key[0], place,
                [&](uint32_t other) { return entries_[other].key[0]; });
  ids_->Remove(HashOfId(entry.id), place,
               [&](uint32_t other) { return HashOfId(entries_[other].id); });
}

bool NearIndex::Remove(uint64_t id) {
  const uint32_t place = FindId(id);
  if (place == PlaceTable::kNone) return false;
  RemoveFromTables(place);
  Entry& entry = entries_[place];
  const std::array<uint64_t, 2> key = entry.key;
  packed_->Erase(entry.packed, entry.packed_size);
  entry.removed = true;
  entry.key = {};
  ++removed_;
  BringBack(key);
  return true;
}

// The newest text of a key, if none is found by it any more.
void NearIndex::BringBack(const std::array<uint64_t, 2>& key) {
  Signature signature;
  signature.key = key;
  if (FindKey(signature) != PlaceTable::kNone) return;
  for (uint64_t number = end_; number-- > begin_;) {
    const uint32_t place = PlaceOf(number);
    const Entry& entry = entries_[place];
    if (entry.removed || entry.key != key) continue;
    Unpack(PackedOf(entry), other_);
    MakeBands(other_, signature.bands);
    keys_->Put(key[0], place);
    for (const uint32_t band : signature.bands) buckets_->Put(band, place);
    return;
  }
}

void NearIndex::DropOldest() {
  const uint32_t place = PlaceOf(begin_++);
  Entry& entry = entries_[place];
  if (entry.removed) {
    --removed_;
  } else {
    RemoveFromTables(place);
  }
  packed_bytes_ -= entry.packed_size;
  if (begin_ < end_) packed_->Drop(entries_[PlaceOf(begin_)].packed);
}

void NearIndex::MakeRoom(size_t packed_size, int64_t at) {
  newest_ = std::max(newest_, at);
  const auto is_old = [&](const Entry& entry) {
    return static_cast<uint64_t>(newest_) - static_cast<uint64_t>(entry.at) >
           static_cast<uint64_t>(options_.most_age_seconds);
  };
  while (begin_ < end_ &&
         (end_ - begin_ >= options_.most_texts ||
          packed_bytes_ + packed_size > options_.most_packed_bytes ||
          is_old(entries_[PlaceOf(begin_)]))) {
    DropOldest();
  }
  if (end_ - begin_ == entries_.size()) Grow();
}

void NearIndex::Grow() {
  std::vector<Entry> old(std::min(2 * entries_.size(), options_.most_texts));
  old.swap(entries_);
  buckets_ = std::make_unique<Buckets>(entries_.size() * kBands);
  ids_ = std::make_unique<PlaceTable>(entries_.size());
  keys_ = std::make_unique<PlaceTable>(entries_.size());
  Signature signature;
  for (uint64_t number = begin_; number < end_; ++number) {
    const Entry& entry = old[number % old.size()];
    if (entry.removed) {
      entries_[PlaceOf(number)] = entry;
      continue;
    }
    signature.key = entry.key;
    Unpack(PackedOf(entry), other_);
    MakeBands(other_, signature.bands);
    Insert(entry, signature, number);
  }
}

size_t NearIndex::memory_bytes() const {
  return sizeof(*this) + entries_.capacity() * sizeof(Entry) +
         packed_->memory_bytes() + buckets_->memory_bytes() +
         ids_->memory_bytes() + keys_->memory_bytes();
}

}  // namespace earshot::router
