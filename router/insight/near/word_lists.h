#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_WORD_LISTS_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_WORD_LISTS_H_

#include <string_view>

// What single words are to near repeats: English, Spanish and French, lower
// case, without accents and apostrophes. Pure; nothing is allocated.
namespace earshot::router {

// The words that a short or contracted form stands for, one blank between
// them: "u" -> "you", "whats" -> "what is"; "" when it stands for itself.
std::string_view LongForm(std::string_view word);

// The digits of a number word in any of the languages: "two", "dos", "deux" ->
// "2"; "" when it is none.
std::string_view DigitsOf(std::string_view word);

// Words that say little of what a text is about: the, how, para, avec.
bool IsFunctionWord(std::string_view word);

// Words of mail and of courtesy around a text: hello, fwd, ticket, gracias.
bool IsCourtesy(std::string_view word);

// A negation with one slip in it: "deosnt" -> "doesnt", "withot" -> "without";
// "" when it is none, or might be another word.
std::string_view MendedNegation(std::string_view word);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_WORD_LISTS_H_
