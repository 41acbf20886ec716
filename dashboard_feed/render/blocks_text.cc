#include "dashboard_feed/render/blocks_text.h"

#include <fmt/format.h>

#include <string_view>

#include "dashboard_feed/render/words.h"

namespace earshot::feed {
namespace {

std::string Plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return out;
}

void AddWhere(const v1::WhereAndWhen& where, std::string& text) {
  text += "\nWhere and when (28 days)\n";
  for (const v1::GridCell& cell : where.cells()) {
    const std::string place =
        cell.site().empty() ? "region " + cell.region() : cell.site();
    text += fmt::format("      {:<24} {:<16} {:>8}\n", Plain(place),
                        Plain(cell.shift()), CountText(cell.observations()));
  }
  if (where.more_cells() > 0) {
    text += fmt::format("    +{} more places\n", where.more_cells());
  }
  if (!where.shift_gap().empty()) {
    text += fmt::format("    widest shift gap: {}\n", Plain(where.shift_gap()));
  }
  if (!where.visit().empty()) {
    text += fmt::format("    worth a visit: {}\n", Plain(where.visit()));
  }
}

void AddPromises(const v1::Digest& digest, std::string& text) {
  text += "\nPromises broken\n";
  for (const v1::PromiseLine& line : digest.promises()) {
    text += fmt::format("      {}: broken {}, kept {}", Plain(line.text()),
                        CountText(line.broken()), CountText(line.kept()));
    if (line.sites_size() > 0) {
      text +=
          fmt::format("; most at {}",
                      Plain(fmt::format("{}", fmt::join(line.sites(), ", "))));
    }
    text += "\n";
  }
}

void AddCosts(const v1::CostAndReturn& costs, std::string& text) {
  text += "\nCost and return (estimates)\n";
  for (const v1::CostEstimate& cost : costs.open()) {
    text += fmt::format("      open: {} for {} observations\n", CostText(cost),
                        cost.observations());
  }
  for (const v1::CostEstimate& cost : costs.saved()) {
    text +=
        fmt::format("      saved by answers that held: {}\n", CostText(cost));
  }
}

void AddEmpowerment(const v1::Digest& digest, std::string& text) {
  text += "\nSettled there and then, or asked first\n";
  for (const v1::Empowerment& line : digest.empowerment()) {
    text += "      " + Plain(line.topic()) + ":";
    if (line.on_the_spot() > 0) {
      text += fmt::format(" {} settled", line.on_the_spot());
    }
    for (const v1::Money& money : line.spent()) {
      text += fmt::format(", {}.{:02} {}", money.cents() / 100,
                          money.cents() % 100, Plain(money.currency()));
    }
    if (line.lacked_authority() > 0) {
      text += fmt::format("{} {} had to ask first",
                          line.on_the_spot() > 0 ? ";" : "",
                          line.lacked_authority());
    }
    text += "\n";
  }
}

void AddQuestions(const v1::Digest& digest, std::string& text) {
  text += "\nYour questions\n";
  for (const v1::QuestionLine& line : digest.questions()) {
    text += fmt::format("      {}: {} of {} answered\n", Plain(line.text()),
                        CountText(line.answered()), CountText(line.asked()));
    for (const std::string& one : line.lines()) {
      text += "          " + Plain(one) + "\n";
    }
  }
}

// "-": nothing took the step yet.
std::string StepOf(const v1::LoopHealth& health, const char* name) {
  const std::string text = StepText(health, name);
  return text.empty() ? "-" : text;
}

// A row for each part, at most 100 columns.
template <typename Slices>
void AddSlices(const char* by, const Slices& slices, std::string& text) {
  constexpr const char* kRow =
      "      {:<20.20} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>5} {:>5} {:>5}\n";
  if (slices.size() < 2) return;
  text += fmt::format(fmt::runtime(kRow), by, "visible", "decided", "answer",
                      "confirm", "answers", "closed", "back", "late", "heard");
  for (const v1::LoopSlice& slice : slices) {
    const v1::LoopHealth& health = slice.health();
    text += fmt::format(
        fmt::runtime(kRow), Plain(slice.name()),
        StepOf(health, "observed_visible"),
        StepOf(health, "visible_acknowledged"),
        StepOf(health, "acknowledged_answered"),
        StepOf(health, "answered_confirmed"), health.answered(),
        fmt::format("{}/{}", health.closed(), health.confirmed()),
        fmt::format("{}/{}", health.reopened(), health.settled()),
        health.overdue(), fmt::format("{}%", health.heard_back_percent()));
  }
}

void AddHealth(const v1::LoopHealth& health, std::string& text) {
  text += "\nHow well the loop closes (90 days)\n";
  for (const v1::LoopStep& step : health.steps()) {
    if (step.insights() == 0) continue;
    text += fmt::format("      {:<28} {:>8}  (median of {})\n", step.title(),
                        Lasting(step.median_seconds()), step.insights());
  }
  text += fmt::format(
      "      answered {}, closed {} ({} confirmed), came back {} of {}; "
      "overdue now {}\n",
      health.answered(), health.closed(), health.confirmed(), health.reopened(),
      health.settled(), health.overdue());
  text +=
      fmt::format("      {} % of {} reporters heard back\n",
                  health.heard_back_percent(), CountText(health.reporters()));
  if (health.silent_sites_size() > 0) {
    text += fmt::format(
        "      stopped reporting, worth a visit: {}\n",
        Plain(fmt::format("{}", fmt::join(health.silent_sites(), ", "))));
  }
  AddSlices("by region", health.by_region(), text);
  AddSlices("by topic", health.by_topic(), text);
}

}  // namespace

std::string BlocksAsText(const v1::Digest& digest) {
  std::string text;
  for (const TextBlock& block : BlocksOf(digest)) {
    text += "\n" + block.title + "\n";
    for (const std::string& line : block.lines) {
      text += "      " + Plain(line) + "\n";
    }
  }
  if (digest.has_where()) AddWhere(digest.where(), text);
  if (digest.has_story()) {
    text +=
        fmt::format("\nOne story\n      \"{}\" - #{} {}\n",
                    Plain(digest.story().verbatim().text()),
                    digest.story().insight(), Plain(digest.story().title()));
  }
  if (digest.promises_size() > 0) AddPromises(digest, text);
  if (digest.has_cost()) AddCosts(digest.cost(), text);
  if (digest.empowerment_size() > 0) AddEmpowerment(digest, text);
  if (digest.questions_size() > 0) AddQuestions(digest, text);
  if (digest.has_loop()) AddHealth(digest.loop(), text);
  return text;
}

}  // namespace earshot::feed
