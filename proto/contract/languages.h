#ifndef EARSHOT_PROTO_CONTRACT_LANGUAGES_H_
#define EARSHOT_PROTO_CONTRACT_LANGUAGES_H_

#include <string>
#include <string_view>

#include "earshot/v1/answer.pb.h"

namespace earshot::contract {

// A tag as in BCP 47, by its form alone: es, fr-CA, zh-Hant. At most 35 bytes.
bool IsLanguage(std::string_view tag);

// The tag of a locale's name: es-ES of es_ES.UTF-8@euro. Empty: none, as of C.
std::string LanguageOfLocale(std::string_view locale);

// The words of an answer for somebody who reads `language`: those in just that,
// else in another form of it, else as the leader wrote them first. `language`
// may be empty.
const std::string& WordsIn(const v1::Answer& answer, std::string_view language);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_LANGUAGES_H_
