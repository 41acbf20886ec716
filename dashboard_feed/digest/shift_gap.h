#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_SHIFT_GAP_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_SHIFT_GAP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dashboard_feed/digest/view.h"

// What one shift says far more than its share. Pure; one thread.
namespace earshot::feed {

struct ShiftGap {
  const Glance* glance = nullptr;  // nothing: there is no gap
  uint32_t shift = 0;              // a number of Places::shifts()
  uint64_t people = 0;             // of that shift
  uint64_t of = 0;                 // of all shifts
  double surprise = 0;             // -log10 of such a share by chance
};

// Is told of every insight whose numbers show, then asked for the widest.
class ShiftGaps {
 public:
  // `view` outlives it, and so do the glances.
  explicit ShiftGaps(const LeaderView& view);

  void Take(const Glance& glance);
  // Ties: the higher priority.
  ShiftGap Widest() const;
  std::string TextOf(const ShiftGap& gap) const;
  // The site that most of it comes from, if it may be named; else "".
  std::string SiteOf(const ShiftGap& gap) const;

 private:
  static void Compare(const ShiftGap& gap, ShiftGap& widest);

  const LeaderView& view_;
  const Places& places_;
  const std::optional<uint32_t> none_;  // no shift
  std::vector<uint64_t> usual_;         // people by shift
  std::vector<uint64_t> people_;        // scratch
  std::vector<const Glance*> glances_;  // that a group of one shift said
  std::vector<uint64_t> by_shift_;      // glance after glance
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_SHIFT_GAP_H_
