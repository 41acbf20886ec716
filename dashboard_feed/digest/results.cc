#include "dashboard_feed/digest/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "dashboard_feed/digest/item.h"
#include "proto/contract/messages.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

std::string Number(const v1::Count& count) {
  return count.hidden() ? fmt::format("<{}", count.below())
                        : fmt::format("{}", count.value());
}

std::string Printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return out;
}

void AddChoices(const v1::QuestionResult& result, v1::QuestionLine& line) {
  const v1::Question& question = result.question();
  for (int i = 0; i < result.counts_size(); ++i) {
    const std::string name =
        question.has_choice() && i < question.choice().options_size()
            ? question.choice().options(i)
            : fmt::format("{}",
                          question.scale().low() + static_cast<uint32_t>(i));
    line.add_lines(fmt::format("{}: {}", name, result.counts(i)));
  }
}

}  // namespace

v1::QuestionLine LineOf(const v1::QuestionResult& result,
                        const GroupRules& rules) {
  const v1::Question& question = result.question();
  v1::QuestionLine line;
  line.set_id(question.id());
  line.set_insight(question.insight());
  line.set_text(question.text());
  *line.mutable_closes_at() = question.closes_at();
  // Of an insight it is how many have reported it; of a scope, machines.
  *line.mutable_asked() = CountOf(
      result.asked(), question.insight() != 0 && result.asked() < rules.numbers,
      rules.numbers);
  const bool few = result.answered() < rules.numbers;
  *line.mutable_answered() = CountOf(result.answered(), few, rules.numbers);
  if (few) return line;
  if (contract::Choices(question) > 0) {
    AddChoices(result, line);
  } else if (result.answered() >= rules.verbatims) {
    // Not in the order in which they came.
    std::vector<std::string> texts(result.texts().begin(),
                                   result.texts().end());
    std::sort(texts.begin(), texts.end());
    for (std::string& text : texts) line.add_lines(std::move(text));
  }
  return line;
}

v1::GuidanceLine LineOf(const v1::GuidanceReach& reach) {
  v1::GuidanceLine line;
  line.set_id(reach.guidance().id());
  line.set_text(reach.guidance().text());
  *line.mutable_roles() = reach.guidance().roles();
  line.set_machines(reach.machines());
  line.set_reached(reach.reached());
  line.set_read(reach.read());
  *line.mutable_at() = reach.guidance().at();
  return line;
}

v1::ResultList ResultsOf(const Model& model, const std::string& leader) {
  v1::ResultList list;
  const GroupRules rules = RulesOf(model.organisation);
  std::vector<const v1::QuestionResult*> questions;
  for (const auto& [slot, result] : model.questions) {
    if (result.question().leader() == leader) questions.push_back(&result);
  }
  std::sort(
      questions.begin(), questions.end(),
      [](const auto* a, const auto* b) { return a->number() > b->number(); });
  for (const auto* result : questions) {
    *list.add_questions() = LineOf(*result, rules);
  }
  std::vector<const v1::GuidanceReach*> guidance;
  for (const auto& [slot, reach] : model.guidance) {
    if (reach.guidance().leader() == leader) guidance.push_back(&reach);
  }
  std::sort(guidance.begin(), guidance.end(), [](const auto* a, const auto* b) {
    return a->number() > b->number();
  });
  for (const auto* reach : guidance) *list.add_guidance() = LineOf(*reach);
  return list;
}

std::string ResultsAsText(const v1::ResultList& results, absl::TimeZone zone) {
  std::string text;
  const auto day = [&](const google::protobuf::Timestamp& stamp) {
    return absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(stamp), zone);
  };
  for (const v1::QuestionLine& line : results.questions()) {
    text += fmt::format(
        "{}{}\n  {} of {} answered; open until {}\n",
        line.insight() == 0 ? "" : fmt::format("#{}  ", line.insight()),
        Printable(line.text()), Number(line.answered()), Number(line.asked()),
        day(line.closes_at()));
    for (const std::string& one : line.lines()) {
      text += "    " + Printable(one) + "\n";
    }
  }
  for (const v1::GuidanceLine& line : results.guidance()) {
    text += fmt::format(
        "{}  guidance{}: {}\n  on {} of {} machines, opened on {}\n",
        day(line.at()),
        line.roles().empty()
            ? ""
            : fmt::format(" for {}", fmt::join(line.roles(), ", ")),
        Printable(line.text()), line.reached(), line.machines(), line.read());
  }
  return text.empty() ? "You have asked and advised nothing yet.\n" : text;
}

}  // namespace earshot::feed
