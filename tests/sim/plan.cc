#include "tests/sim/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/testing/seeded_random.h"

namespace earshot::sim {
namespace {

constexpr uint64_t kSpanMs = 60000;
constexpr absl::Duration kSpan =
    absl::Milliseconds(static_cast<int64_t>(kSpanMs));
constexpr uint64_t kFiles = 3;

struct Kind {
  Act act;
  const char* name;
};
constexpr std::array<Kind, 21> kKinds{{{Act::kReport, "report"},
                                       {Act::kImport, "import"},
                                       {Act::kRead, "read"},
                                       {Act::kAnswer, "answer"},
                                       {Act::kResolve, "resolve"},
                                       {Act::kMerge, "merge"},
                                       {Act::kSplit, "split"},
                                       {Act::kVerdict, "verdict"},
                                       {Act::kErase, "erase"},
                                       {Act::kKill, "kill"},
                                       {Act::kPowerCut, "power_cut"},
                                       {Act::kPart, "part"},
                                       {Act::kWeather, "weather"},
                                       {Act::kDiskFull, "disk_full"},
                                       {Act::kDiskErrors, "disk_errors"},
                                       {Act::kJump, "clock_jump"},
                                       {Act::kCopy, "copy"},
                                       {Act::kRestore, "restore"},
                                       {Act::kClone, "clone"},
                                       {Act::kReimage, "reimage"},
                                       {Act::kRevoke, "revoke"}}};

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed * 2 + 1) {}

  Plan Make() {
    const uint64_t reports = 6 + Below(24);
    for (uint64_t i = 0; i < reports; ++i) {
      Add(Act::kReport, Agent(), Below(kTexts), Below(3) == 0 ? 5 : 3);
    }
    for (uint64_t i = Below(4); i > 0; --i) {
      Add(Act::kImport, Agent(), Below(kFiles));
    }
    for (uint64_t i = Below(5); i > 0; --i) Add(Act::kRead, Agent());
    for (uint64_t i = Below(6); i > 0; --i) {
      Add(Act::kAnswer, kFeed, Below(1000));
    }
    Faults();
    for (uint64_t i = Below(3); i > 0; --i) {
      Add(Act::kMerge, kFeed, Below(1000), Below(1000));
    }
    FrontLine();
    Splits();
    Erasures();
    std::stable_sort(plan_.begin(), plan_.end(),
                     [](const Step& x, const Step& y) { return x.at < y.at; });
    return std::move(plan_);
  }

 private:
  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  int Agent() { return kFirstAgent + static_cast<int>(Below(kAgents)); }
  int Any() {
    const uint64_t one = Below(4);
    return one == 0 ? kFeed : one == 1 ? kRouter : Agent();
  }
  void Add(Act act, int machine, uint64_t a = 0, uint64_t b = 0) {
    plan_.push_back({absl::Milliseconds(static_cast<int64_t>(Below(kSpanMs))),
                     act, machine, a, b});
  }

  // A step after what it is about.
  void AddAfter(absl::Duration first, Act act, int machine, uint64_t a = 0,
                uint64_t b = 0) {
    Add(act, machine, a, b);
    Step& step = plan_.back();
    const double share = absl::FDivDuration(step.at, kSpan);
    step.at = first + share * (kSpan - first);
  }

  void FrontLine() {
    for (uint64_t i = Below(3); i > 0; --i) {
      Add(Act::kResolve, kFeed, Below(1000));
      const absl::Duration first = plan_.back().at;
      for (uint64_t j = Below(5); j > 0; --j) {
        AddAfter(first, Act::kVerdict, Agent(), Below(1000), Below(5));
      }
    }
  }

  void Splits() {
    for (uint64_t i = Below(3); i > 0; --i) {
      Add(Act::kSplit, kFeed, Below(1000), Below(1000));
    }
  }

  void Erasures() {
    if (Below(2) == 0) return;
    for (uint64_t i = 1 + Below(3); i > 0; --i) {
      Add(Act::kReport, Agent(), kTexts + Below(kTexts), Below(3) == 0 ? 5 : 3);
    }
    for (uint64_t i = 1 + Below(2); i > 0; --i) {
      Add(Act::kErase, kRouter, Below(1000));
    }
    const auto copied =
        std::find_if(plan_.begin(), plan_.end(), [](const Step& step) {
          return step.act == Act::kCopy && step.machine == kRouter;
        });
    if (copied == plan_.end()) return;
    const absl::Duration first = copied->at;
    AddAfter(first, Act::kErase, kRouter, Below(1000));
  }

  // Each run has its own weights, most of them nothing: many runs are about
  // two or three kinds of fault at once.
  void Faults() {
    const auto some = [&](uint64_t most) {
      return Below(3) == 0 ? Below(most + 1) : 0;
    };
    for (uint64_t i = some(6); i > 0; --i) {
      Add(Act::kKill, Any(), 1 + Below(10000));
    }
    for (uint64_t i = some(6); i > 0; --i) {
      Add(Act::kPowerCut, Any(), 1 + Below(10000), 1 + Below(60));
    }
    for (uint64_t i = some(4); i > 0; --i) {
      Add(Act::kPart, Any(), 1 + Below(30000));
    }
    for (uint64_t i = some(3); i > 0; --i) {
      Add(Act::kWeather, kRouter, 1 + Below(45000), 1 + Below(3));
    }
    for (uint64_t i = some(2); i > 0; --i) {
      Add(Act::kDiskFull, Any(), 1 + Below(30000));
    }
    for (uint64_t i = some(2); i > 0; --i) {
      Add(Act::kDiskErrors, Any(), 1 + Below(20000), 1 + Below(200));
    }
    for (uint64_t i = some(3); i > 0; --i) {
      const auto seconds = static_cast<int64_t>(Below(100000)) - 50000;
      Add(Act::kJump, Any(), static_cast<uint64_t>(seconds));
    }
    const uint64_t disaster = Below(16);
    const int machine = disaster < 2 ? kRouter : Agent();
    if (disaster < 4) {
      Add(Act::kCopy, machine);
      Add(Act::kRestore, machine);
    }
    // A router that lost its tail is refilled from the agents' disks: both
    // losses at once are more than the promise covers.
    if (disaster >= 2 && Below(8) == 0) Add(Act::kClone, Agent());
    if (disaster >= 2 && Below(8) == 0) Add(Act::kReimage, Agent());
    if (Below(8) == 0) Add(Act::kRevoke, Agent(), 1 + Below(30000));
  }

  testing::SeededRandom random_;
  Plan plan_;
};

}  // namespace

std::string MachineName(int machine) {
  if (machine == kRouter) return "router";
  if (machine == kFeed) return "feed";
  const int agent = machine - kFirstAgent;
  return fmt::format("store-{}{}", agent % kAgents + 1,
                     agent >= kAgents ? "#2" : "");
}

std::string ToText(const Step& step) {
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(),
                   [&](const Kind& one) { return one.act == step.act; });
  return fmt::format("{:9.3f} s  {:<11} {:<9} {} {}",
                     absl::ToDoubleSeconds(step.at), kind->name,
                     MachineName(step.machine), static_cast<int64_t>(step.a),
                     step.b);
}

Plan MakePlan(uint64_t seed) { return Maker(seed).Make(); }

}  // namespace earshot::sim
