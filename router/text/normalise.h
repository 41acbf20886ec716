#ifndef EARSHOT_ROUTER_TEXT_NORMALISE_H_
#define EARSHOT_ROUTER_TEXT_NORMALISE_H_

#include <string>
#include <string_view>
#include <vector>

namespace earshot::router {

// Lower case, letters and digits only, one blank between words; accents of
// Latin-1 letters folded (á -> a). Other scripts pass unchanged. Linear.
std::string Normalise(std::string_view utf8);

// The blank-separated words of a normalised text, at most 4,096.
std::vector<std::string> Words(std::string_view normalised);

// "en", "es", "fr", or "" when the words do not say. By the share of each
// language's most frequent function words.
std::string GuessLanguage(const std::vector<std::string>& words);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_NORMALISE_H_
