#include "router/text/taxonomy_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "router/text/taxonomy.h"

namespace earshot::router {
namespace {

constexpr int kSeverities = 5;

bool IsPathPart(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

size_t Depth(std::string_view path) {
  return 1 + static_cast<size_t>(std::count(path.begin(), path.end(), '/'));
}

bool IsPath(std::string_view path) {
  size_t start = 0;
  while (true) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (!IsPathPart(path.substr(start, end - start))) return false;
    if (end == path.size()) return true;
    start = end + 1;
  }
}

class Checker {
 public:
  explicit Checker(std::vector<std::string>& mistakes) : mistakes_(mistakes) {}

  void Check(const v1::Topic& topic) {
    path_ = topic.path();
    Path(topic);
    Text("title", topic.title(), TaxonomyLimits::kTitleBytes);
    Text("owner", topic.owner(), TaxonomyLimits::kTitleBytes);
    Text("description", topic.description(), TaxonomyLimits::kDescriptionBytes);
    if (topic.has_cost()) Cost(topic.cost());
    Deadlines(topic);
  }

 private:
  void Mistake(std::string_view text) {
    mistakes_.push_back(fmt::format("topic '{}': {}", path_, text));
  }

  void Path(const v1::Topic& topic) {
    if (path_.empty()) {
      return Mistake("the path is empty; write one like checkout/queue");
    }
    if (path_ == kUntriaged) {
      return Mistake(
          "this path is reserved for texts without a topic; "
          "choose another");
    }
    if (!IsPath(path_)) {
      Mistake(
          "the path has other characters than a-z, 0-9, _ and -, or an "
          "empty part; spell it like checkout/self_checkout");
    }
    if (path_.size() > TaxonomyLimits::kPathBytes ||
        Depth(path_) > TaxonomyLimits::kDepth) {
      Mistake(
          fmt::format("the path is longer than {} bytes or {} levels; "
                      "shorten it",
                      TaxonomyLimits::kPathBytes, TaxonomyLimits::kDepth));
    }
    if (!paths_.insert(topic.path()).second) {
      Mistake("there twice; join the two");
    }
    const std::string parent = ParentPath(path_);
    if (!parent.empty() && paths_.count(parent) == 0) {
      Mistake(fmt::format("its parent '{}' does not stand before it; add it",
                          parent));
    }
  }

  void Text(std::string_view field, std::string_view text, size_t most) {
    if (text.size() <= most) return;
    Mistake(fmt::format("{} has {} bytes; shorten it to {}", field, text.size(),
                        most));
  }

  void Cost(const v1::OccurrenceCost& cost) {
    const std::string& currency = cost.currency();
    if (currency.size() != 3 ||
        !std::all_of(currency.begin(), currency.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; })) {
      Mistake(
          fmt::format("cost: currency '{}' is not a code of three capital "
                      "letters; write one like USD",
                      currency));
    }
    if (cost.high() == 0 && cost.low() == 0) return;
    if (cost.low() > cost.typical() || cost.typical() > cost.high()) {
      Mistake(
          fmt::format("cost: low {}, typical {} and high {} do not rise; "
                      "put them in order or leave low and high out",
                      cost.low(), cost.typical(), cost.high()));
    }
  }

  void Deadlines(const v1::Topic& topic) {
    const auto& hours = topic.deadline_hours();
    if (hours.empty()) return;
    if (hours.size() != kSeverities) {
      return Mistake(
          fmt::format("deadline_hours has {} numbers; give five, "
                      "for severity 1 to 5",
                      hours.size()));
    }
    for (int i = 0; i < kSeverities; ++i) {
      if (hours[i] == 0 || hours[i] > TaxonomyLimits::kDeadlineHours) {
        Mistake(fmt::format("deadline_hours: {} is not from 1 to {}", hours[i],
                            TaxonomyLimits::kDeadlineHours));
      }
      if (i > 0 && hours[i] > hours[i - 1]) {
        Mistake(
            fmt::format("deadline_hours: severity {} has more time than "
                        "severity {}; give it as much or less",
                        i + 1, i));
      }
    }
  }

  std::vector<std::string>& mistakes_;
  std::string path_;
  std::set<std::string, std::less<>> paths_;
};

}  // namespace

std::string ParentPath(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::vector<std::string> TopicMistakes(const v1::Taxonomy& taxonomy) {
  std::vector<std::string> mistakes;
  if (taxonomy.topics().empty()) {
    mistakes.emplace_back("the taxonomy has no topics; add one");
  }
  if (static_cast<size_t>(taxonomy.topics_size()) > TaxonomyLimits::kTopics) {
    mistakes.push_back(fmt::format("{} topics; at most {}: join some",
                                   taxonomy.topics_size(),
                                   TaxonomyLimits::kTopics));
  }
  Checker checker(mistakes);
  for (const v1::Topic& topic : taxonomy.topics()) checker.Check(topic);
  return mistakes;
}

}  // namespace earshot::router
