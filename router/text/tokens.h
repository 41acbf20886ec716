#ifndef EARSHOT_ROUTER_TEXT_TOKENS_H_
#define EARSHOT_ROUTER_TEXT_TOKENS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::router {

// One word or mark of a text that was read.
struct Token {
  uint32_t begin = 0;  // bytes into TokenisedText::text
  uint32_t size = 0;
  bool mark = false;        // "!" or "?"
  bool number = false;      // has a digit, or is a number word
  bool negation = false;    // not, never, isnt; no, nunca, sin; pas, sans
  bool clause_end = false;  // a comma, full stop, mark or line break follows
  bool parted = false;      // so does it, or a dash between blanks, | or >
};

// A text as everything that understands it sees it, made once: Unicode NFKC,
// lower case, accents of Latin letters taken off, an apostrophe dropped inside
// its word (isn't -> isnt), one blank between tokens. Letters and digits are
// words; "!" and "?" are tokens of their own; every other sign only parts.
// Number and negation words are those of English, Spanish and French.
struct TokenisedText {
  std::string text;
  std::vector<Token> tokens;

  std::string_view View(const Token& token) const {
    return std::string_view(text).substr(token.begin, token.size);
  }
};

// Takes any bytes: what is not UTF-8 parts words. Keeps the capacity of `out`.
// Time and memory are linear in the length; at most kMostTokens tokens, the
// rest is not read.
inline constexpr size_t kMostTokens = 16384;
void Tokenise(std::string_view utf8, TokenisedText& out);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TOKENS_H_
