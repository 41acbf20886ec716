#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_ALIGNMENT_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_ALIGNMENT_H_

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "router/insight/near/words.h"

namespace earshot::router {

// What two texts have in common, word by word. "Inside" is the stretch of each
// text that the other one has too, from its first common word to its last;
// before and after it stand greetings and signatures, or what was cut off the
// other one. Sums of the words' weights.
struct Alignment {
  enum End { kBefore, kAfter };

  double common_content = 0;
  double common_function = 0;
  double inside_content = 0;  // in one text alone
  double inside_function = 0;
  // Of each end in each text: what a sign parts from the stretch, courtesy
  // and references; and what goes on from it.
  std::array<std::array<double, 2>, 2> parted{};
  std::array<std::array<double, 2>, 2> going_on{};
  // How often the next common word is not the next one in the other text.
  int breaks = 0;
  bool numbers_agree = true;
  bool negations_agree = true;

  // 0 to 1.
  double Score() const;
};

// Aligns words; keeps its buffers. One thread at a time. Time: linear in the
// words but for those without a partner, of which kMostLoose are looked at.
class Aligner {
 public:
  Alignment Align(const NearWords& left, const NearWords& right);

 private:
  static constexpr size_t kMostLoose = 48;
  static constexpr int kNone = -1;

  struct Side {
    const NearWords* text = nullptr;
    std::vector<int> partner;
    std::vector<double> likeness;  // with the partner
    int begin = 0;                 // inside
    int end = 0;
  };

  void PairEqual();
  void Straighten();
  void PairLoose();
  double Likeness(int left, int right) const;
  void Pair(int left, int right, double likeness);
  void Unpair(int left, int right);
  static void FindInside(Side& side);
  void DropOutside();
  void SumInside(const Side& side, Alignment& out) const;
  void SumEnd(size_t side, Alignment::End end, Alignment& out) const;
  void CountBreaks(Alignment& out) const;
  void CheckNumbers(Alignment& out) const;
  void CheckNegations(Alignment& out) const;

  std::array<Side, 2> sides_;
  std::vector<uint32_t> heads_;
  std::vector<int> next_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_ALIGNMENT_H_
