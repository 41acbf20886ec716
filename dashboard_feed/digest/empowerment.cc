#include <algorithm>
#include <map>
#include <utility>

#include "dashboard_feed/digest/blocks.h"

namespace earshot::feed {

std::vector<v1::Empowerment> EmpowermentOf(const LeaderView& view,
                                           const std::vector<Glance>& all) {
  constexpr size_t kMost = 5;
  struct Sum {
    v1::Empowerment line;
    uint64_t settled_people = 0;
    uint64_t asked_people = 0;
    std::map<uint32_t, int64_t> cents;
  };
  std::map<uint32_t, Sum> by_topic;
  for (const Glance& glance : all) {
    if (!glance.settled_there || glance.hidden || glance.partial) continue;
    const Facts& facts = *glance.facts;
    Sum& sum = by_topic[glance.topic];
    sum.settled_people += facts.on_the_spot_people;
    sum.asked_people += facts.lacked_authority_people;
    sum.line.set_on_the_spot(sum.line.on_the_spot() + facts.on_the_spot);
    sum.line.set_lacked_authority(sum.line.lacked_authority() +
                                  facts.lacked_authority);
    if (facts.spent_cents > 0) {
      sum.cents[facts.spent_currency] += facts.spent_cents;
    }
  }
  const Vocabulary& words = view.model().words;
  std::vector<v1::Empowerment> lines;
  for (auto& [topic, sum] : by_topic) {
    if (sum.asked_people < view.rules().numbers) {
      sum.line.clear_lacked_authority();
    }
    if (sum.settled_people < view.rules().numbers) {
      sum.line.clear_on_the_spot();
      sum.cents.clear();
    }
    if (sum.line.on_the_spot() + sum.line.lacked_authority() == 0) continue;
    sum.line.set_topic(std::string(words.topics[topic]));
    for (const auto& [currency, cents] : sum.cents) {
      v1::Money& money = *sum.line.add_spent();
      money.set_cents(cents);
      money.set_currency(std::string(words.currencies[currency]));
    }
    lines.push_back(std::move(sum.line));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const v1::Empowerment& a, const v1::Empowerment& b) {
                     return a.lacked_authority() != b.lacked_authority()
                                ? a.lacked_authority() > b.lacked_authority()
                                : a.on_the_spot() > b.on_the_spot();
                   });
  if (lines.size() > kMost) lines.resize(kMost);
  return lines;
}

}  // namespace earshot::feed
