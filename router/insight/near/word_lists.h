#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_WORD_LISTS_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_WORD_LISTS_H_

#include <span>
#include <string_view>

// What single words are to near repeats: English, Spanish and French, lower
// case, without accents and apostrophes. Pure; nothing is allocated.
namespace earshot::router {

// The words that a short or contracted form stands for, one blank between
// them: "u" -> "you", "whats" -> "what is"; "" when it stands for itself.
std::string_view LongForm(std::string_view word);

struct Meaning {
  std::string_view word;
  std::string_view means;
};

// Number words of all the languages with their digits: "two", "dos", "deux"
// with "2".
std::span<const Meaning> NumberWords();

// Words that say little of what a text is about: the, how, para, avec.
std::span<const std::string_view> FunctionWords();

// Words of mail and of courtesy around a text: hello, fwd, ticket, gracias.
std::span<const std::string_view> CourtesyWords();

// A negation with one slip in it: "deosnt" -> "doesnt", "withot" -> "without";
// "" when it is none, or might be another word.
std::string_view MendedNegation(std::string_view word);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_WORD_LISTS_H_
