#include "dashboard_feed/digest/verbatims.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace earshot::feed {
namespace {

bool InWord(char c) {
  return (c & 0x80) != 0 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// Without case, where case is ASCII's.
std::set<std::string> WordsOf(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (InWord(c)) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!word.empty()) {
      words.insert(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.insert(std::move(word));
  return words;
}

double Jaccard(const std::set<std::string>& a, const std::set<std::string>& b) {
  const auto both = static_cast<size_t>(std::count_if(
      a.begin(), a.end(), [&](const auto& word) { return b.contains(word); }));
  const size_t either = a.size() + b.size() - both;
  return either == 0 ? 0
                     : static_cast<double>(both) / static_cast<double>(either);
}

std::string_view DissentIn(const v1::Insight& insight) {
  return insight.negative() * 2 > insight.observations() ? "positive"
                                                         : "negative";
}

}  // namespace

const v1::Verbatim* CentralVerbatim(const v1::Insight& insight) {
  const auto& verbatims = insight.verbatims();
  std::vector<std::set<std::string>> words;
  for (const v1::Verbatim& verbatim : verbatims) {
    words.push_back(WordsOf(verbatim.text()));
  }
  const v1::Verbatim* central = nullptr;
  double most = -1;
  for (size_t i = 0; i < words.size(); ++i) {
    double common = 0;
    for (size_t j = 0; j < words.size(); ++j) {
      if (i != j) common += Jaccard(words[i], words[j]);
    }
    if (common <= most) continue;
    most = common;
    central = &verbatims[static_cast<int>(i)];
  }
  return central;
}

std::vector<v1::Verbatim> ChooseVerbatims(const v1::Insight& insight,
                                          size_t most, bool dissent) {
  std::vector<v1::Verbatim> chosen;
  std::set<std::string_view> said;
  const auto choose = [&](const v1::Verbatim& verbatim, const char* role) {
    if (!said.insert(verbatim.text()).second) return;
    chosen.push_back(verbatim);
    chosen.back().set_role(role);
  };
  const auto& verbatims = insight.verbatims();
  const std::string_view other = DissentIn(insight);
  const auto dissents = [&](const v1::Verbatim& verbatim) {
    return dissent && verbatim.sentiment() == other;
  };
  if (const v1::Verbatim* central = CentralVerbatim(insight)) {
    if (chosen.size() < most) choose(*central, "central");
  }
  const v1::Verbatim* severe = nullptr;
  for (const v1::Verbatim& verbatim : verbatims) {
    if (said.contains(verbatim.text()) || dissents(verbatim)) continue;
    if (severe == nullptr || verbatim.severity() > severe->severity()) {
      severe = &verbatim;
    }
  }
  if (severe != nullptr && chosen.size() < most) choose(*severe, "severe");
  for (int i = verbatims.size() - 1; i >= 0 && chosen.size() < most; --i) {
    if (!dissents(verbatims[i])) choose(verbatims[i], "latest");
  }
  const auto last =
      std::find_if(verbatims.rbegin(), verbatims.rend(), dissents);
  if (last != verbatims.rend()) choose(*last, "dissent");
  return chosen;
}

}  // namespace earshot::feed
