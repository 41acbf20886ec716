#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/coverage.h"
#include "dashboard_feed/digest/glance.h"
#include "dashboard_feed/mirror/model.h"
#include "dashboard_feed/trend/trend.h"

// At which pace a leader's scope reports, and which insights are out of step
// with it. Pure; one thread.
namespace earshot::feed {

// The scope is judged as a whole and, where it covers several, region by
// region: what rises in one of four hardly shows in their sum. An insight whose
// topic is out of step as a whole needs less evidence of its own: what many say
// in different words adds up in the topic.
class ScopePace {
 public:
  enum class Mode {
    kSmall,     // so little comes in that a leader can read all of it
    kLearning,  // too short a time to know what is usual
    kJudged,
  };

  static constexpr int kLearningDays = 6;

  // `model` and `coverage` outlive it. Goes through the whole history: for a
  // digest, not for one insight.
  ScopePace(const Model& model, const Coverage& coverage, absl::Time now,
            size_t worth_a_thread = SIZE_MAX);

  Mode mode() const { return mode_; }
  int learned_days() const;
  // Severity 5 is so rare here that each report of it is worth a line.
  bool SevereIsRare() const { return severe_is_rare_; }
  // What asking needs; says nothing.
  struct Scratch {
    Series series;
    std::vector<uint32_t> by_part;  // as themes; of the insight asked for
    bool filled = false;
  };
  // Of an insight in the scope. Several threads may ask, each with a scratch of
  // its own.
  Lately Of(const Facts& facts, Scratch& scratch) const;

 private:
  using Scopes = Coverage::Scopes;
  struct Part {
    std::string region;
    int64_t began = 0;  // the first quarter with any data
    double share = 1;   // of all that the scope reports
    // Of a week's reports those that the last day, three and seven days usually
    // have.
    std::array<double, 3> of_week{};
    WeekProfile profile;
    std::vector<double> themes;                   // surprise by topic
    std::unordered_map<uint32_t, Lately> groups;  // by slot
  };
  // People of the last day, three days, seven days, and of the four weeks
  // before those.
  struct Sums {
    static constexpr size_t kDay = 0, kThree = 1, kSeven = 2, kWeeks = 3;
    std::array<uint32_t, kWeeks + 4> of{};
    void Count(int64_t quarters_ago, uint32_t people);
    void Add(const Sums& other);
  };
  // The last three of them, in one part.
  using Recent = std::array<uint32_t, Sums::kWeeks>;
  struct InPart {
    size_t part = 0;  // not the whole
    Recent recent{};
  };
  // What was heard of one insight in the time looked back at.
  struct Heard {
    const Facts* facts = nullptr;
    std::span<const uint32_t> marks;  // of the facts, which are further away
    Scopes scopes = 0;
    uint32_t recent_begin = 0;  // in recents_: of the last seven days, by part
    uint32_t recent_end = 0;
    uint32_t people = 0;
    uint32_t severe = 0;
    uint32_t severe_lately = 0;
    Sums sums;
    bool young = false;       // first heard of in the last week
    bool fresh = false;       // and in words that are new
    bool grouped = false;     // some part's groups have it
    uint32_t akin_begin = 0;  // in akin_: places in heard_ of those that may
    uint32_t akin_end = 0;    // be the same issue

    uint32_t lately() const { return sums.of[Sums::kThree]; }
    // Of a few who said again what was said before nothing is told, however
    // much others like it rise.
    bool MayLead() const { return fresh || people >= kFewestNotFresh; }
    bool OutOfStep() const;
    bool MayLeadGroup() const;
  };
  // Several insights as one: of who speaks of an issue in several ways there is
  // one, so of each place and quarter the largest count of any is taken.
  struct Together {
    struct Count {
      uint64_t at = 0;  // quarter from first_ on, and place
      uint32_t people = 0;
    };
    std::vector<Count> counts;
    std::vector<uint32_t> of_week;  // people by part
    Series series;                  // scratch
  };

  struct Words;

  void FindParts();
  void LearnParts();
  void Listen();
  bool HearOne(const Facts& facts, Heard& heard, std::vector<uint32_t>& theme);
  void JudgeThemes(const std::vector<std::vector<uint32_t>>& themes);
  bool Covers(uint32_t place, size_t part, Scopes scopes) const {
    return (coverage_.OfPlace(place) & scopes) != 0 &&
           (part == 0 || part_of_place_[place] == part);
  }
  Trend Judge(const Heard& heard, const Recent& recent, size_t part,
              Scratch& scratch) const;
  void Fill(const Heard& heard, size_t part, Scratch& scratch) const;
  // The most surprising part so far.
  struct Best {
    Trend trend;
    size_t part = 0;
  };
  void JudgePart(const Heard& heard, const InPart& in, Scratch& scratch,
                 Best& best) const;
  void JudgeAlone(const Facts& facts, const Heard& heard, Scratch& scratch,
                  Lately& lately) const;
  void CountPeople(const Facts& facts, Scopes scopes, size_t part,
                   Lately& lately) const;
  const Heard* HeardOf(uint32_t slot) const;
  std::span<const uint32_t> AkinOf(const Heard& heard) const {
    return std::span(akin_).subspan(heard.akin_begin,
                                    heard.akin_end - heard.akin_begin);
  }

  // pace_groups.cc: several insights as one.
  // Whether so many may be out of step with the quietest of the four weeks; of
  // a part, with its share of that. The first look: less work than a trend.
  bool MayBeOutOfStep(const Sums& sums, const Recent& recent, size_t part,
                      uint32_t fewest, double deviations) const;
  static Recent RecentOf(const Sums& sums) {
    return {sums.of[0], sums.of[1], sums.of[2]};
  }
  double QuietestWeek(const Sums& sums) const;
  template <typename Columns>
  static void CountRecent(int64_t quarters_ago, uint32_t people, Columns& of);
  std::span<const InPart> RecentsOf(const Heard& heard) const {
    return std::span(recents_).subspan(heard.recent_begin,
                                       heard.recent_end - heard.recent_begin);
  }
  // `recent`: by region, at part - 1.
  void AddRecents(const Heard& heard, std::span<Recent> recent) const;
  void FindAkin();
  void JudgeGroups();
  // Of those that are counted with the first one, another is most: what they
  // tell is its story, and it is told by itself.
  bool AnotherIsMost(std::span<const uint32_t> members) const;
  void Merge(std::span<const uint32_t> members, Together& together) const;
  std::optional<Lately> JudgeTogether(Together& together, size_t part,
                                      double surprise) const;
  // Adds who said so from a quarter on, and at how many sites.
  void CountTogether(const Together& together, size_t part, int64_t from,
                     Lately& lately) const;
  // pace_fresh.cc: what is said for the first time.
  struct Fresh;
  std::vector<Fresh> FindFresh() const;
  // Of a word: the rarer among all insights, the more.
  double WeightOf(uint32_t mark) const;
  void JudgeFresh();
  uint32_t PeopleEverywhere(std::span<const uint32_t> members) const;
  // The first is judged, by all of them.
  void JudgeFreshGroup(std::span<const uint32_t> members);
  // pace_words.cc: the words that insights were opened with. What is heard of
  // them, and then taken into the groups.
  std::shared_ptr<Words> HearWords() const;
  void TakeWords(Words& words);
  void CountWords(Words& words) const;
  void JudgeWord(std::span<const uint32_t> members,
                 const std::vector<size_t>& parts, Words& words) const;

  static constexpr int64_t kLookedBack = 28 + 7;  // days
  static constexpr int64_t kLately = 12;          // quarters
  static constexpr int64_t kWeek = 28;            // quarters
  // How much of what an insight was opened with had been said before.
  static constexpr uint16_t kFamiliarMilli = 500;
  static constexpr uint16_t kSaidBeforeMilli = 700;
  // What was said before in other words, or is a week old, has to be more:
  // there is much of it, and one or other is out of step by chance.
  static constexpr double kNotFresh = 4.3;
  static constexpr uint32_t kFewestNotFresh = 5;
  // What is counted with others is likely the same issue.
  static constexpr uint32_t kAkinMilli = 600;
  // Of several parts one is out of step by chance more easily.
  static constexpr double kOfPart = 0.5;
  static constexpr double kOfPartNotFresh = 1.0;

  const Model& model_;
  const Coverage& coverage_;
  int64_t now_ = 0;    // the quarter that is not over
  int64_t first_ = 0;  // the earliest that is looked at
  Mode mode_ = Mode::kSmall;
  bool severe_is_rare_ = false;
  std::vector<Part> parts_;             // the whole, then its regions
  std::vector<uint8_t> part_of_place_;  // by place; 0: of no region
  std::vector<Heard> heard_;            // of the scope, with any people
  std::vector<int32_t> heard_of_slot_;  // into heard_; -1: nothing
  std::vector<InPart> recents_;
  // Those that may be the same issue: place in heard_, slot of the other one.
  std::vector<std::pair<uint32_t, uint32_t>> suggested_;
  std::vector<uint32_t> akin_;
  TrendRules rules_;
};

template <typename Columns>
void ScopePace::CountRecent(int64_t quarters_ago, uint32_t people,
                            Columns& of) {
  if (quarters_ago <= 4) of[Sums::kDay] += people;
  if (quarters_ago <= kLately) of[Sums::kThree] += people;
  if (quarters_ago <= kWeek) of[Sums::kSeven] += people;
}

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
