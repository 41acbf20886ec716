// Words that are suddenly in many people's mouths (bursty features: Fung, Yu,
// Yu and Lu, VLDB 2005): an insight that is new or rises by itself, however
// little, and was opened with one of them, is counted with the others of it.
#include <algorithm>
#include <numeric>
#include <span>
#include <unordered_map>
#include <utility>

#include "dashboard_feed/digest/pace.h"

namespace earshot::feed {
namespace {

// Of words there are many: one or other is out of step by chance.
constexpr double kWordSurprise = 5.5;
constexpr double kVotes = 5.5;  // of all its words
constexpr uint32_t kFewestPeople = 5;
constexpr uint32_t kFewestWordSites = 3;
constexpr uint32_t kLatelyShare = 2;  // half of its people are of late
// A word is looked into when the plain sum of its insights' people is so many
// deviations above the quietest of the four weeks before.
constexpr double kWordDeviations = 3;
constexpr size_t kMarksAhead = 16;  // marks asked for before they are needed

}  // namespace

bool ScopePace::Heard::OutOfStep() const {
  return lately() > 0 && lately() * kLatelyShare >= people && MayLead();
}

// One digest's words.
struct ScopePace::Words {
  // Who was opened with which word, of the words that may matter, and how many
  // people that makes.
  size_t count = 0;
  std::vector<uint32_t> members;  // word after word
  std::vector<size_t> ends;       // of each word's members
  std::vector<Sums> sums;
  std::vector<Recent> recent;  // by region, word after word

  std::span<const uint32_t> Of(size_t word) const {
    const size_t begin = word == 0 ? 0 : ends[word - 1];
    return std::span(members).subspan(begin, ends[word] - begin);
  }

  // What the words said so far. Of an insight's words that say the same, the
  // one with the most people leads, and their surprises add up.
  struct Told {
    Lately lately;  // without `akin`
    double surprise = 0;
    const std::vector<uint64_t>* akin = nullptr;
  };
  std::vector<std::unordered_map<uint32_t, Told>> told;  // by part and slot
  std::deque<std::vector<uint64_t>> lists;
};

// Words of enough people lately, and of two insights that are out of step.
void ScopePace::CountWords(Words& words) const {
  const size_t all = model_.words.marks.size();
  std::vector<uint32_t> lately(all, 0);
  std::vector<uint32_t> out_of_step(all, 0);
  for (const Heard& heard : heard_) {
    if (heard.lately() == 0) continue;
    const uint32_t one = heard.OutOfStep() ? 1 : 0;
    for (const uint32_t word : heard.marks) {
      lately[word] += heard.lately();
      out_of_step[word] += one;
    }
  }
  std::vector<int32_t> kept(all, -1);
  for (size_t word = 0; word < all; ++word) {
    if (lately[word] < kFewestPeople || out_of_step[word] < 2) continue;
    kept[word] = static_cast<int32_t>(words.count++);
  }
  const size_t regions = parts_.size() - 1;
  words.sums.resize(words.count);
  words.recent.assign(words.count * regions, Recent{});
  std::vector<std::pair<uint32_t, uint32_t>> pairs;  // word, member
  for (uint32_t i = 0; i < heard_.size(); ++i) {
    if (i + kMarksAhead < heard_.size()) {
      __builtin_prefetch(heard_[i + kMarksAhead].marks.data());
    }
    const Heard& heard = heard_[i];
    for (const uint32_t word : heard.marks) {
      if (kept[word] < 0) continue;
      const auto at = static_cast<uint32_t>(kept[word]);
      pairs.emplace_back(at, i);
      words.sums[at].Add(heard.sums);
      AddRecents(heard, std::span(words.recent).subspan(at * regions, regions));
    }
  }
  words.ends.assign(words.count, 0);
  for (const auto& [word, member] : pairs) ++words.ends[word];
  std::partial_sum(words.ends.begin(), words.ends.end(), words.ends.begin());
  words.members.resize(pairs.size());
  std::vector<size_t> next(words.count, 0);
  for (size_t word = 1; word < words.count; ++word) {
    next[word] = words.ends[word - 1];
  }
  for (const auto& [word, member] : pairs) words.members[next[word]++] = member;
}

std::shared_ptr<ScopePace::Words> ScopePace::HearWords() const {
  auto heard = std::make_shared<Words>();
  Words& words = *heard;
  CountWords(words);
  words.told.resize(parts_.size());
  std::vector<size_t> parts;
  const size_t regions = parts_.size() - 1;
  for (size_t word = 0; word < words.count; ++word) {
    parts.clear();
    const Sums& sums = words.sums[word];
    for (size_t part = 0; part < parts_.size(); ++part) {
      if (MayBeOutOfStep(sums,
                         part == 0 ? RecentOf(sums)
                                   : words.recent[word * regions + part - 1],
                         part, kFewestPeople, kWordDeviations)) {
        parts.push_back(part);
      }
    }
    if (!parts.empty()) JudgeWord(words.Of(word), parts, words);
  }
  return heard;
}

void ScopePace::TakeWords(Words& words) {
  for (size_t part = 0; part < parts_.size(); ++part) {
    for (auto& [slot, one] : words.told[part]) {
      if (one.surprise < kVotes) continue;
      heard_[static_cast<size_t>(heard_of_slot_[slot])].grouped = true;
      Lately& known = parts_[part].groups[slot];
      if (one.surprise <= known.trend.surprise) continue;
      known = std::move(one.lately);
      known.trend.surprise = one.surprise;
      known.akin = *one.akin;
    }
  }
}

void ScopePace::JudgeWord(std::span<const uint32_t> members,
                          const std::vector<size_t>& parts,
                          Words& words) const {
  Together together;
  Merge(members, together);
  const std::vector<uint64_t>* akin = nullptr;
  for (const size_t part : parts) {
    const auto lately = JudgeTogether(together, part, kWordSurprise);
    if (!lately || lately->sites < kFewestWordSites) continue;
    if (akin == nullptr) {
      std::vector<uint64_t>& list = words.lists.emplace_back();
      for (const uint32_t member : members) {
        if (heard_[member].OutOfStep()) {
          list.push_back(heard_[member].facts->id);
        }
      }
      std::sort(list.begin(), list.end());
      akin = &list;
    }
    for (const uint32_t member : members) {
      if (!heard_[member].OutOfStep()) continue;
      const auto [one, added] =
          words.told[part].try_emplace(heard_[member].facts->slot);
      Words::Told& told = one->second;
      told.surprise += lately->trend.surprise;
      if (!added && lately->people <= told.lately.people) continue;
      told.lately = *lately;
      told.akin = akin;
    }
  }
}

}  // namespace earshot::feed
