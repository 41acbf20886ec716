#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
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
  ScopePace(const Model& model, const Coverage& coverage, absl::Time now);

  Mode mode() const { return mode_; }
  int learned_days() const;
  // Severity 5 is so rare here that each report of it is worth a line.
  bool SevereIsRare() const { return severe_is_rare_; }
  // Of an insight in the scope.
  Lately Of(const Facts& facts) const;

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
  // What was heard of one insight in the time looked back at.
  struct Heard {
    const Facts* facts = nullptr;
    Scopes scopes = 0;
    uint32_t people = 0;
    uint32_t severe = 0;
    uint32_t severe_lately = 0;
    Sums sums;
    bool young = false;       // first heard of in the last week
    bool fresh = false;       // and in words that are new
    uint32_t akin_begin = 0;  // in akin_: places in heard_ of those that may
    uint32_t akin_end = 0;    // be the same issue

    uint32_t lately() const { return sums.of[Sums::kThree]; }
    // Of a few who said again what was said before nothing is told, however
    // much others like it rise.
    bool MayLead() const { return fresh || people >= kFewestNotFresh; }
    bool OutOfStep() const;
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
  };

  void FindParts();
  void LearnParts();
  void Listen();
  void JudgeThemes(const std::vector<std::vector<uint32_t>>& themes);
  bool Covers(uint32_t place, size_t part, Scopes scopes) const {
    return (coverage_.OfPlace(place) & scopes) != 0 &&
           (part == 0 || part_of_place_[place] == part);
  }
  Trend Judge(const Heard& heard, const Recent& recent, size_t part) const;
  void JudgeAlone(const Facts& facts, const Heard& heard, Lately& lately) const;
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
  void AddRecent(const Heard& heard, std::span<Recent> recent) const;
  void FindAkin();
  void JudgeGroups();
  void Merge(std::span<const uint32_t> members, Together& together) const;
  std::optional<Lately> JudgeTogether(const Together& together, size_t part,
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
  // pace_words.cc: the words that insights were opened with.
  struct Words;
  void JudgeWords();
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
  static constexpr double kNotFresh = 4.5;
  static constexpr uint32_t kFewestNotFresh = 5;
  // Of several parts one is out of step by chance more easily.
  static constexpr double kOfPart = 0.5;
  static constexpr double kOfPartNotFresh = 1.5;

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
  std::vector<uint32_t> akin_;
  TrendRules rules_;
  mutable Series series_;               // scratch
  mutable std::vector<Recent> recent_;  // scratch: by region
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
