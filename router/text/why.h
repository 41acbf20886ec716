#ifndef EARSHOT_ROUTER_TEXT_WHY_H_
#define EARSHOT_ROUTER_TEXT_WHY_H_

#include <string>
#include <string_view>
#include <vector>

#include "router/text/understanding.h"

namespace earshot::router {

// A word of a text, and how much of a label's score goes away without it.
struct WeightyWord {
  std::string word;  // as it was read: lower case, without accents
  double weight = 0;
};

// The words of the text that was read last, tags included, without which the
// model would be less sure of the label: at most five, the weightiest first.
// For people who ask, not for every report: the text is scored again without
// each of its first 64 words. Empty, if the model has no such label.
std::vector<WeightyWord> WeightyWords(Understanding& understanding, Head head,
                                      std::string_view label);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_WHY_H_
