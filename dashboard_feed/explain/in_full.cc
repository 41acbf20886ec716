#include "dashboard_feed/explain/in_full.h"

#include <utility>

#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/verbatims.h"

namespace earshot::feed {
namespace {

constexpr size_t kMost = 8;  // an insight has no more
constexpr size_t kFew = 2;

}  // namespace

std::vector<v1::Verbatim> VerbatimsInFull(const Seen& seen,
                                          const GroupRules& rules) {
  const bool many = seen.reporters >= rules.verbatims;
  return ChooseVerbatims(seen.insight, many ? kMost : kFew, many);
}

v1::DigestItem ItemInFull(const Seen& seen, const GroupRules& rules,
                          absl::TimeZone zone) {
  v1::DigestItem item = MakeItem(seen, rules, zone, 0);
  item.clear_new_observations();
  item.clear_verbatims();
  for (v1::Verbatim& verbatim : VerbatimsInFull(seen, rules)) {
    verbatim.clear_observation();
    verbatim.clear_sentiment();
    verbatim.set_text(ShortenVerbatim(verbatim.text()));
    *item.add_verbatims() = std::move(verbatim);
  }
  return item;
}

}  // namespace earshot::feed
