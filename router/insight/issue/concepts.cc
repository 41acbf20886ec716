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
    for (const std::string_view written : Split(columns[2], " | ")) {
      Form form;
      form.number = number;
      form.open = !written.empty() && written.back() == '*';
      const std::string_view plain =
          written.substr(0, written.size() - (form.open ? 1 : 0));
      for (const std::string_view word : Split(plain, " ")) {
        if (!word.empty()) form.words.emplace_back(word);
      }
      const bool short_stem = form.open && !form.words.empty() &&
                              form.words.back().size() < kShortestStem;
      if (form.words.empty() || form.words.size() > kMostWords || short_stem) {
        mistakes += fmt::format(
            "line {}: \"{}\" is not one to four words, with at least three "
            "letters before a star\n",
            line_number, written);
        continue;
      }
      concepts->keys_.push_back(
          std::make_unique<std::string>(form.words.front()));
      auto& forms = form.open && form.words.size() == 1 ? concepts->stems_
                                                        : concepts->forms_;
      forms[*concepts->keys_.back()].push_back(std::move(form));
    }
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  return std::shared_ptr<const IssueConcepts>(std::move(concepts));
}

const std::shared_ptr<const IssueConcepts>& IssueConcepts::Shipped() {
  static const auto* const shipped =
      new std::shared_ptr<const IssueConcepts>(*Parse(IssueConceptsText()));
  return *shipped;
}

// Tokens that the form has from `at` on; 0: it is not there.
size_t IssueConcepts::Match(const Form& form, const TokenisedText& text,
                            size_t at) const {
  if (at + form.words.size() > text.tokens.size()) return 0;
  for (size_t i = 0; i < form.words.size(); ++i) {
    const std::string_view word = text.View(text.tokens[at + i]);
    const bool may_go_on = form.open && i + 1 == form.words.size();
    if (may_go_on ? word.substr(0, form.words[i].size()) != form.words[i]
                  : word != form.words[i]) {
      return 0;
    }
  }
  return form.words.size();
}

void IssueConcepts::Find(const TokenisedText& text,
                         std::vector<uint16_t>& found,
                         std::vector<bool>& covered) const {
  constexpr size_t kLongestStem = 16;
  found.clear();
  covered.assign(text.tokens.size(), false);
  for (size_t at = 0; at < text.tokens.size();) {
    const std::string_view word = text.View(text.tokens[at]);
    size_t longest = 0;
    uint16_t number = 0;
    const auto consider = [&](const std::vector<Form>& forms) {
      for (const Form& form : forms) {
        const size_t tokens = Match(form, text, at);
        if (tokens > longest) {
          longest = tokens;
          number = form.number;
        }
      }
    };
    const auto forms = forms_.find(word);
    if (forms != forms_.end()) consider(forms->second);
    for (size_t size = std::min(word.size(), kLongestStem);
         longest == 0 && size >= kShortestStem; --size) {
      const auto stems = stems_.find(word.substr(0, size));
      if (stems != stems_.end()) consider(stems->second);
    }
    if (longest == 0) {
      ++at;
      continue;
    }
    if (std::find(found.begin(), found.end(), number) == found.end()) {
      found.push_back(number);
    }
    for (size_t i = 0; i < longest; ++i) covered[at + i] = true;
    at += longest;
  }
}

}  // namespace earshot::router
