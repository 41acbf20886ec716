#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_BLOCKS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_BLOCKS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "dashboard_feed/digest/since_answer.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// The parts of a digest that are no list of insights. Each is made of the
// insights whose numbers show anyway, so that no sum gives a small group away.
// Pure.
namespace earshot::feed {

// Open ones of severity 4 and 5, commitments that are overdue, and the share of
// the reports that somebody answered. `before`: those of the previous digest.
std::vector<v1::DigestNumber> ThreeNumbers(
    const std::vector<Glance>& all, absl::Time now,
    const std::vector<v1::DigestNumber>& before);

// The organisation's promises that were broken: as reporters said, and by pain
// points and process gaps in a promise's topics. A promise counts once at least
// k people said so for sure; its sites show likewise.
std::vector<v1::PromiseLine> BrokenPromises(const LeaderView& view,
                                            const std::vector<Glance>& all);

// What is open is thought to cost, and what answers that held have saved.
v1::CostAndReturn CostsOf(const Names& currencies,
                          const std::vector<Glance>& all,
                          const Effects& effects);

// What people settled there and then, and where they had to ask first, by
// topic; each where at least k people said so, of insights that lie in the
// scope as a whole. The most asked first; at most five.
std::vector<v1::Empowerment> EmpowermentOf(const LeaderView& view,
                                           const std::vector<Glance>& all);

// What all observations of an insight are thought to cost; nothing: not known.
bool EstimateCost(const Names& currencies, const Glance& glance,
                  uint64_t observations, v1::CostEstimate& cost);

// The most telling verbatim of what was heard since the last digest that
// `quoted` does not hold, by severity, then length; ties: the first. False:
// there is none among the kStoriesRead best.
inline constexpr size_t kStoriesRead = 10;
bool PickStory(const LeaderView& view, const std::vector<const Glance*>& fresh,
               const std::vector<std::string>& quoted, v1::Story& story);

v1::DataQuality QualityOf(const LeaderView& view,
                          const std::vector<Glance>& all, uint32_t muted);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_BLOCKS_H_
