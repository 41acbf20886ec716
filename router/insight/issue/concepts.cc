#include "router/insight/issue/concepts.h"

#include <fmt/format.h>

#include <algorithm>

namespace earshot::router {
namespace {

std::vector<std::string_view> Split(std::string_view text,
                                    std::string_view between) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(between);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + between.size());
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const IssueConcepts>> IssueConcepts::Parse(
    std::string_view dictionary) {
  auto concepts = std::make_shared<IssueConcepts>();
  std::string mistakes;
  size_t line_number = 0;
  for (const std::string_view line : Split(dictionary, "\n")) {
    ++line_number;
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> columns = Split(line, "\t");
    if (columns.size() != 3 || columns[0].empty() ||
        (columns[1] != "thing" && columns[1] != "happening")) {
      mistakes += fmt::format(
          "line {}: give concept, thing or happening, and forms, with tabs "
          "between\n",
          line_number);
      continue;
    }
    const auto number = static_cast<uint16_t>(concepts->concepts_.size());
    concepts->concepts_.push_back(
        {std::string(columns[0]), columns[1] == "thing"});
    for (const std::string_view form : Split(columns[2], " | ")) {
      const bool phrase = form.find(' ') != std::string_view::npos;
      const auto term = concepts->forms_.Add(
          phrase ? TermKind::kPhrase : TermKind::kWord, form);
      if (!term.ok()) {
        mistakes += fmt::format("line {}: \"{}\" {}\n", line_number, form,
                                std::string(term.status().message()));
      } else if (*term == concepts->of_term_.size()) {
        concepts->of_term_.push_back(number);
      }  // else the form is another concept's, which keeps it
    }
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  absl::Status status = concepts->forms_.Seal();
  if (!status.ok()) return status;
  return std::shared_ptr<const IssueConcepts>(std::move(concepts));
}

const std::shared_ptr<const IssueConcepts>& IssueConcepts::Shipped() {
  static const auto* const shipped =
      new std::shared_ptr<const IssueConcepts>(*Parse(IssueConceptsText()));
  return *shipped;
}

void IssueConcepts::Find(const TokenisedText& text, Found& found) const {
  found.concepts.clear();
  found.covered.assign(text.tokens.size(), false);
  forms_.FindEverywhere(text, found.hits);
  // Of forms of one length at one token the last counts: the whole word, else
  // the longest beginning.
  std::stable_sort(found.hits.begin(), found.hits.end(),
                   [&](const TermHit& a, const TermHit& b) {
                     if (a.token != b.token) return a.token < b.token;
                     return forms_.Width(a.term) < forms_.Width(b.term);
                   });
  size_t free = 0;  // the first token behind the forms taken
  for (size_t i = 0; i < found.hits.size(); ++i) {
    const TermHit& hit = found.hits[i];
    const bool longest =
        i + 1 == found.hits.size() || found.hits[i + 1].token != hit.token;
    if (!longest || hit.token < free) continue;
    const uint16_t number = of_term_[hit.term];
    if (std::find(found.concepts.begin(), found.concepts.end(), number) ==
        found.concepts.end()) {
      found.concepts.push_back(number);
    }
    free = hit.token + forms_.Width(hit.term);
    std::fill(found.covered.begin() + hit.token,
              found.covered.begin() + static_cast<ptrdiff_t>(free), true);
  }
}

}  // namespace earshot::router
