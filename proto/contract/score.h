#ifndef EARSHOT_PROTO_CONTRACT_SCORE_H_
#define EARSHOT_PROTO_CONTRACT_SCORE_H_

#include <cstdint>
#include <string>

#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"

// How a priority is reckoned, in one place: the router ranks everything that
// it holds, the feed what is out of step in one leader's scope. In thousandths
// and whole numbers, so that every machine ranks alike. Pure.
namespace earshot::contract {

// log2(n) in thousandths, straight between powers of two; 0 for 0 and 1.
int64_t Log2Milli(uint64_t n);

// An organisation's weights, with the defaults for those it does not give.
v1::PriorityWeights WeightsOf(const v1::PriorityWeights& given);

// A part of a priority is at most this much, whatever its weight: people 24 and
// sites 16 doublings, the others as configuration.proto says.
inline constexpr int64_t kMostVolume = 300;
inline constexpr int64_t kMostSentiment = 200;
inline constexpr int64_t kMostCost = 500;
inline constexpr int64_t kMostAge = 500;
inline constexpr int64_t kMostRecurrence = 1000;
inline constexpr int64_t kMostTrend = 4000;

// What Score::Age adds; `weights` as WeightsOf gives them.
int64_t AgeMilli(const v1::PriorityWeights& weights, int64_t days);

// Sums the parts of one insight up. A part of 0 is left out.
class Score {
 public:
  explicit Score(const v1::PriorityWeights& given)
      : weights_(WeightsOf(given)) {}

  void Severity(uint32_t severity);
  void Breadth(uint64_t people, uint64_t sites, const std::string& because);
  void Volume(uint64_t observations);
  void Sentiment(uint64_t negative);
  // `units`: people times what one occurrence costs, in whole units.
  void Cost(uint64_t units);
  void Safety(bool open_always);
  void Recurrence(v1::State state, uint32_t regressions);
  // Days since an answer was due.
  void Age(int64_t days);
  // `ratio_milli`: people over those expected; `surprise_milli`: how unlikely
  // that is, in powers of ten.
  void Trend(uint64_t ratio_milli, int64_t surprise_milli,
             const std::string& because);
  // What is answered for good, praise and noise rank below the rest.
  void Standing(v1::State state, v1::ObservationKind kind);
  // As another has it.
  void Add(const v1::PriorityPart& part);

  // Sets priority_milli and parts.
  void Fill(v1::Insight& insight) const;
  int64_t total() const { return total_; }

 private:
  void Part(const char* name, int64_t milli, const std::string& because);

  const v1::PriorityWeights weights_;
  int64_t total_ = 0;
  google::protobuf::RepeatedPtrField<v1::PriorityPart> parts_;
};

// Resolved, confirmed, unchallenged or declined.
bool Settled(v1::State state);

// About risk or safety as a whole: every site and moment of it shows, whatever
// the group's size. What is so by severity 5 alone shows where it was severe.
bool ShowsEverySite(const v1::Insight& insight);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_SCORE_H_
