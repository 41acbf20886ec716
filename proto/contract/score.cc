#include "proto/contract/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace earshot::contract {
namespace {

constexpr int64_t kMostPeopleMilli = 24000;
constexpr int64_t kMostSitesMilli = 16000;

int64_t Doublings(uint64_t n, uint32_t weight, int64_t most_milli = 64000) {
  return std::min(Log2Milli(n), most_milli) * weight / 1000;
}

}  // namespace

int64_t Log2Milli(uint64_t n) {
  if (n < 2) return 0;
  const auto whole = static_cast<int>(std::bit_width(n)) - 1;
  const uint64_t base = uint64_t{1} << whole;
  // Beyond 2^50 thousandths of the rest would overflow, and do not matter.
  if (whole > 50) return 1000 * whole;
  return 1000 * whole + static_cast<int64_t>((n - base) * 1000 / base);
}

v1::PriorityWeights WeightsOf(const v1::PriorityWeights& given) {
  v1::PriorityWeights weights = given;
  const auto otherwise = [&](auto set, uint32_t value, uint32_t standard) {
    if (value == 0) (weights.*set)(standard);
  };
  using W = v1::PriorityWeights;
  otherwise(&W::set_severity, given.severity(), 500);
  otherwise(&W::set_people, given.people(), 700);
  otherwise(&W::set_sites, given.sites(), 500);
  otherwise(&W::set_volume, given.volume(), 100);
  otherwise(&W::set_trend, given.trend(), 500);
  otherwise(&W::set_sentiment, given.sentiment(), 50);
  otherwise(&W::set_cost, given.cost(), 25);
  otherwise(&W::set_age, given.age(), 100);
  otherwise(&W::set_recurrence, given.recurrence(), 250);
  otherwise(&W::set_safety, given.safety(), 1500);
  otherwise(&W::set_regression, given.regression(), 1000);
  return weights;
}

bool ShowsEverySite(const v1::Insight& insight) {
  if (!insight.open_always()) return false;
  const bool severe = std::any_of(
      insight.cells().begin(), insight.cells().end(),
      [](const v1::Cell& cell) { return cell.severity_max() >= 5; });
  return !severe || insight.kind() == v1::OBSERVATION_KIND_RISK;
}

bool Settled(v1::State state) {
  return state == v1::RESOLVED || state == v1::CONFIRMED ||
         state == v1::UNCHALLENGED || state == v1::DECLINED;
}

void Score::Part(const char* name, int64_t milli, const std::string& because) {
  if (milli == 0) return;
  v1::PriorityPart part;
  part.set_name(name);
  part.set_milli(milli);
  part.set_because(because);
  Add(part);
}

void Score::Add(const v1::PriorityPart& part) {
  total_ += part.milli();
  *parts_.Add() = part;
}

void Score::Severity(uint32_t severity) {
  Part("severity", int64_t{weights_.severity()} * std::min(severity, 5U),
       fmt::format("highest severity {}", severity));
}

void Score::Breadth(uint64_t people, uint64_t sites,
                    const std::string& because) {
  Part("breadth",
       Doublings(people, weights_.people(), kMostPeopleMilli) +
           Doublings(sites, weights_.sites(), kMostSitesMilli),
       because);
}

void Score::Volume(uint64_t observations) {
  Part("volume",
       std::min(Doublings(observations, weights_.volume()), kMostVolume),
       "observations");
}

void Score::Sentiment(uint64_t negative) {
  Part("sentiment",
       std::min(Doublings(negative + 1, weights_.sentiment()), kMostSentiment),
       "said in anger or disappointment");
}

void Score::Cost(uint64_t units) {
  Part("cost", std::min(Doublings(units + 1, weights_.cost()), kMostCost),
       "what it is thought to cost");
}

void Score::Safety(bool open_always) {
  if (open_always) {
    Part("safety", weights_.safety(), "severity 5, risk or safety");
  }
}

void Score::Recurrence(v1::State state, uint32_t regressions) {
  if (state == v1::REOPENED) {
    Part("regression", weights_.regression(),
         "came back after it was answered");
  }
  if (regressions > 1) {
    Part("recurrence",
         std::min(int64_t{weights_.recurrence()} * (regressions - 1),
                  kMostRecurrence),
         fmt::format("came back {} times", regressions));
  }
}

int64_t AgeMilli(const v1::PriorityWeights& weights, int64_t days) {
  if (days < 0) return 0;
  return std::min(Doublings(static_cast<uint64_t>(days) + 2, weights.age()),
                  kMostAge);
}

void Score::Age(int64_t days) {
  if (days < 0) return;
  Part("age", AgeMilli(weights_, days),
       fmt::format("an answer was due {} {} ago", days,
                   days == 1 ? "day" : "days"));
}

void Score::Trend(uint64_t ratio_milli, int64_t surprise_milli,
                  const std::string& because) {
  const int64_t doublings =
      std::max<int64_t>(Log2Milli(ratio_milli) - Log2Milli(1000), 0);
  Part("trend",
       std::clamp<int64_t>(doublings * weights_.trend() / 1000, 0, 3000) +
           std::clamp<int64_t>(surprise_milli / 50, 0, kMostTrend - 3000),
       because);
}

void Score::Standing(v1::State state, v1::ObservationKind kind) {
  if (Settled(state)) Part("state", -2000, "answered for good");
  if (kind == v1::OBSERVATION_KIND_PRAISE ||
      kind == v1::OBSERVATION_KIND_NOISE) {
    Part("kind", -2000, "praise and noise have places of their own");
  }
}

void Score::Fill(v1::Insight& insight) const {
  *insight.mutable_parts() = parts_;
  insight.set_priority_milli(total_);
}

}  // namespace earshot::contract
