#include "dashboard_feed/digest/since_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dashboard_feed/digest/issue.h"

namespace earshot::feed {
namespace {

constexpr int64_t kTooEarlyDays = 28;
constexpr int64_t kLearnedFrom = 4 * 28;  // quarters before the answer
constexpr int64_t kLeastLearned = 4 * 5;  // of these with data
constexpr int64_t kLeastSince = 4 * 2;    // quarters after it
constexpr int64_t kQuiet = 4 * 7;         // without an answer: the last week
constexpr double kLeastExpected = 4;      // people, else there is no telling
constexpr double kFarFewer = 0.5;         // of the expected
constexpr double kAsBefore = 0.8;         // likewise
constexpr double kSurprise = 2;           // -log10 of so few by chance
constexpr double kQuietSurprise = 4;      // without an answer to explain it

int64_t QuarterOf(absl::Time time) {
  return absl::ToUnixSeconds(time) / kQuarterSeconds;
}

// -log10 of P(X <= count), X Poisson with this mean.
double LowSurprise(uint32_t count, double mean) {
  double term = std::exp(-mean);
  double sum = term;
  for (uint32_t k = 1; k <= count; ++k) {
    term *= mean / k;
    sum += term;
  }
  return sum <= 0 ? 300 : -std::log10(std::min(sum, 1.0));
}

}  // namespace

SinceAnswer::SinceAnswer(const Model& model, const Coverage& coverage,
                         absl::Time now)
    : coverage_(coverage), now_(QuarterOf(now)) {
  const auto& totals = model.history.totals();
  if (totals.empty()) {
    began_ = now_;
    return;
  }
  began_ = std::max(int64_t{totals.begin()->first} * 4,
                    now_ - 4 * History::kDaysKept);
  if (began_ > now_) began_ = now_;
  all_.assign(static_cast<size_t>(now_ - began_ + 1), 0);
  for (const auto& [day, people] : totals) {
    for (size_t i = 0; i < people.size(); ++i) {
      const int64_t at = int64_t{day} * 4 + static_cast<int64_t>(i % 4);
      if (at < began_ || at > now_) continue;
      if (coverage.OfPlace(static_cast<uint32_t>(i / 4)) != 0) {
        all_[static_cast<size_t>(at - began_)] += people[i];
      }
    }
  }
  quiet_ = ScopeAround(now_ - kQuiet);
}

int64_t SinceAnswer::LearnedFrom(int64_t since) const {
  return std::max(began_, since - kLearnedFrom);
}

uint64_t SinceAnswer::AllBetween(int64_t from, int64_t to) const {
  uint64_t people = 0;
  for (int64_t at = std::max(from, began_); at < std::min(to, now_); ++at) {
    people += all_[static_cast<size_t>(at - began_)];
  }
  return people;
}

SinceAnswer::Scope SinceAnswer::ScopeAround(int64_t since) const {
  return {AllBetween(LearnedFrom(since), since), AllBetween(since, now_)};
}

Effect SinceAnswer::Compare(const Glance& glance, int64_t since,
                            const Scope& scope) const {
  Effect effect;
  const int64_t from = LearnedFrom(since);
  if (since - from < kLeastLearned || now_ - since < kLeastSince) return effect;
  for (const QuarterCount& count :
       CountsBetween(glance.facts->counts, from, now_)) {
    if ((coverage_.OfPlace(count.place) & glance.scopes) == 0) continue;
    (count.quarter < since ? effect.before : effect.people) += count.reporters;
  }
  // Silence everywhere says nothing of one issue.
  if (scope.before == 0 || scope.since == 0) return effect;
  effect.expected = static_cast<double>(effect.before) *
                    static_cast<double>(scope.since) /
                    static_cast<double>(scope.before);
  if (effect.expected < kLeastExpected) return effect;
  effect.course = Effect::Course::kBetween;
  return effect;
}

// How many people can be expected of it in its quiet week at most, as no more
// of them than observations were before: most need no closer look.
double SinceAnswer::MostOf(const Glance& glance) const {
  if (quiet_.before == 0) return 0;
  return static_cast<double>(glance.observations) *
         static_cast<double>(quiet_.since) / static_cast<double>(quiet_.before);
}

Effect SinceAnswer::Of(const Glance& glance) const {
  if (glance.hidden || (!glance.answered && MostOf(glance) < kLeastExpected)) {
    return {};
  }
  const Facts& facts = *glance.facts;
  if (facts.counts.empty()) return {};
  const int64_t answer = facts.answered_at / kQuarterSeconds;
  const bool answered = facts.answered && answer + 1 >= began_ + kLeastLearned;
  // The quarter in which the answer was given counts to neither side.
  const int64_t since = answered ? answer + 1 : now_ - kQuiet;
  if (facts.answered && !answered) return {};
  Effect effect =
      Compare(glance, since, answered ? ScopeAround(since) : quiet_);
  effect.answered = answered;
  effect.since = absl::FromUnixSeconds(since * kQuarterSeconds);
  if (effect.course == Effect::Course::kUnknown) return effect;
  const double share = effect.people / effect.expected;
  const double wanted = answered ? kSurprise : kQuietSurprise;
  if (share <= kFarFewer &&
      LowSurprise(effect.people, effect.expected) >= wanted) {
    effect.course = Effect::Course::kFalling;
  } else if (answered && Finished(facts.state) && share >= kAsBefore) {
    effect.course = Effect::Course::kHeldNot;
  }
  return effect;
}

namespace {

// So many times what was to be expected, with its interval of 95 %: two Poisson
// counts, on the scale of logarithms, half a person added to each.
std::string Times(const Effect& effect) {
  constexpr double kHalf = 0.5;
  constexpr double kWide = 1.96;
  const double ratio = (effect.people + kHalf) / (effect.expected + kHalf);
  const double wide = kWide * std::sqrt(1 / (effect.people + kHalf) +
                                        1 / (effect.before + kHalf));
  return fmt::format("{:.1f} times that, between {:.1f} and {:.1f}",
                     effect.people / effect.expected, ratio * std::exp(-wide),
                     ratio * std::exp(wide));
}

}  // namespace

std::string SinceAnswer::TooEarly(const Glance& glance, absl::Time now) {
  const int64_t days =
      (absl::ToUnixSeconds(now) - glance.facts->answered_at) / 86400;
  return glance.answered && days < kTooEarlyDays
             ? "too early to say whether the answer holds"
             : "";
}

std::string SinceAnswer::Text(const Effect& effect, uint32_t below,
                              absl::TimeZone zone) {
  if (effect.course == Effect::Course::kUnknown ||
      effect.course == Effect::Course::kBetween) {
    return "";
  }
  std::string people = "nobody";
  if (effect.people >= below) {
    people = fmt::format("{} people", effect.people);
  } else if (effect.people > 0) {
    people = fmt::format("fewer than {} people", below);
  }
  const std::string day = absl::FormatTime("%Y-%m-%d", effect.since, zone);
  const std::string counts = fmt::format(
      "{} said so since {}, where {:.0f} were to be expected{}", people, day,
      effect.expected,
      effect.people >= below && effect.expected > 0 ? " (" + Times(effect) + ")"
                                                    : "");
  if (effect.course == Effect::Course::kHeldNot) {
    return "the answer did not hold: " + counts;
  }
  return effect.answered ? "the answer holds so far: " + counts
                         : "quieter by itself: " + counts;
}

}  // namespace earshot::feed
