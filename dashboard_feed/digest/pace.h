#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/model.h"
#include "dashboard_feed/trend/trend.h"
#include "proto/contract/leader_scope.h"

// At which pace a leader's scope reports, and which insights are out of step
// with it. Pure; one thread.
namespace earshot::feed {

// What was heard of an insight in the stretch that its trend is about.
struct Lately {
  Trend trend;
  std::string region;   // the part of the scope that it is about; empty: all
  uint32_t people = 0;  // distinct, as far as places and days tell
  uint32_t sites = 0;
  uint32_t severe = 0;  // reports of severity 5 in the last three days
  // Others that may be the same issue in other words and were counted with it,
  // since on their own none of them says enough.
  std::vector<uint64_t> akin;
};

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

  // `model` and `leader` outlive it. Goes through the whole history: for a
  // digest, not for one insight.
  ScopePace(const Model& model, const v1::Leader& leader, absl::Time now);

  Mode mode() const { return mode_; }
  int learned_days() const;
  // Severity 5 is so rare here that each report of it is worth a line.
  bool SevereIsRare() const { return severe_is_rare_; }
  // Of an insight in the scope.
  Lately Of(const v1::Insight& insight) const;

 private:
  struct Part {
    std::string region;
    int64_t began = 0;  // the first quarter with any data
    WeekProfile profile;
    std::unordered_map<std::string, double> themes;  // surprise by topic
    std::unordered_map<uint64_t, Lately> groups;     // by insight
  };
  // One insight that is small enough to be counted with others.
  struct Small {
    struct Count {
      int64_t quarter = 0;
      uint32_t place = 0;
      uint32_t people = 0;
    };
    std::vector<Count> counts;
    std::vector<uint64_t> akin;
    uint64_t people = 0;
    uint64_t severe = 0;
    uint64_t lately = 0;  // of these in the last three days
  };
  using Scopes = contract::LeaderScope::Scopes;
  using Smalls = std::unordered_map<uint64_t, Small>;

  void FindPlaces();
  void Learn(Part& part, size_t number, uint64_t& total) const;
  void JudgeThemes();
  Smalls FindSmalls() const;
  void JudgeGroups();
  // What several insights come to together in one part: nothing, or a trend.
  std::optional<Lately> JudgeTogether(const std::vector<const Small*>& members,
                                      size_t part, double surprise) const;
  void JudgeMarks(const Smalls& smalls);
  void JudgeMark(const std::vector<uint64_t>& ids, const Smalls& smalls,
                 size_t part, std::unordered_map<uint64_t, Lately>& told) const;
  // `scopes`: those that cover the topic of what is looked at.
  bool Covers(uint32_t place, size_t part, Scopes scopes) const {
    return (scopes_of_place_[place] & scopes) != 0 &&
           (part == 0 || part_of_place_[place] == part);
  }
  // Adds the people of a part to a series that is long enough for now.
  void AddPeople(const History::Days& days, size_t part, Scopes scopes,
                 Series& series) const;
  // Nothing lately: empty.
  Series SeriesOf(const History::Days& days, size_t part, Scopes scopes) const;
  Trend Judge(const History::Days& days, size_t part,
              const std::string& topic) const;
  void CountPeople(const v1::Insight& insight, const History::Days& days,
                   size_t part, Lately& lately) const;

  static constexpr Scopes kAnyScope = ~Scopes{0};
  static constexpr int64_t kLookedBack = 28 + 7;  // days
  static constexpr int64_t kLately = 12;          // quarters
  // Of several parts one is out of step by chance more easily.
  static constexpr double kOfPart = 0.5;

  const Model& model_;
  const contract::LeaderScope scope_;
  int64_t now_ = 0;  // the quarter that is not over
  Mode mode_ = Mode::kSmall;
  bool severe_is_rare_ = false;
  std::vector<Part> parts_;              // the whole, then its regions
  std::vector<Scopes> scopes_of_place_;  // by place
  std::vector<uint8_t> part_of_place_;   // by place; 0: of no region
  TrendRules rules_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
