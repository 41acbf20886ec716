#include "proto/contract/redact_fold.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "proto/contract/redact_chars.h"
#include "proto/contract/redact_escapes.h"

namespace earshot::contract::redact {
namespace {

constexpr std::string_view kPlaceholders[] = {
    "[card]", "[email]",         "[phone]",         "[ssn]",
    "[iban]", "[policy_number]", "[account_number]"};

// What most bytes fold to; zero for those that need a closer look.
constexpr std::array<char, 256> MakePlain() {
  constexpr std::string_view kSame = "0123456789.,;:!?'\"()-/#$@+*_=";
  std::array<char, 256> plain = {};
  for (size_t c = 'a'; c <= 'z'; ++c) {
    plain[c] = static_cast<char>(c);
    plain[c - 'a' + 'A'] = static_cast<char>(c);
  }
  for (const char c : kSame) plain[static_cast<unsigned char>(c)] = c;
  return plain;
}
constexpr std::array<char, 256> kPlain = MakePlain();

bool MayEscape(char c) { return c == '&' || c == '\\' || c == '%' || c == '<'; }

class Folder {
 public:
  explicit Folder(std::string_view text) : text_(text) {
    glyphs_.reserve(text.size());
  }

  std::vector<Glyph> Run() {
    size_t at = 0;
    while (at < text_.size()) {
      at = Plain(at);
      if (at < text_.size()) at += Step(at);
    }
    return std::move(glyphs_);
  }

 private:
  // Letters, digits and single blanks between them: nearly all of most texts.
  size_t Plain(size_t at) {
    const size_t first = at;
    const size_t before = glyphs_.size();
    glyphs_.resize(before + text_.size() - at);
    Glyph* out = glyphs_.data() + before;
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      char symbol = kPlain[static_cast<unsigned char>(c)];
      if (symbol == 0) {
        if (c != ' ' || at == first || text_[at - 1] == ' ') break;
        symbol = ' ';
      }
      const auto begin = static_cast<uint32_t>(at);
      *out++ = {symbol, symbol != c, 0, begin, begin + 1};
    }
    glyphs_.resize(before + (at - first));
    return at;
  }

  size_t Step(size_t at) {
    const char c = text_[at];
    if (const char plain = kPlain[static_cast<unsigned char>(c)]) {
      const uint32_t begin = static_cast<uint32_t>(at);
      glyphs_.push_back({plain, plain != c, 0, begin, begin + 1});
      return 1;
    }
    if (c == '[') {
      if (const uint32_t length = PlaceholderLength(text_, at)) {
        Push({kBarrier, false}, at, length);
        return length;
      }
    }
    if (MayEscape(c)) {
      const Escape escape = ReadEscape(text_, at);
      if (escape.length > 0) {
        Push(FoldCodePoint(escape.code_point), at, escape.length);
        return escape.length;
      }
    }
    const DecodedCodePoint decoded = DecodeCodePoint(text_, at);
    // The ordinal sign is a letter only in "no." signs; 20 degrees stay 20.
    if (decoded.code_point == 0xB0 || decoded.code_point == 0xBA) {
      const bool after_n = !glyphs_.empty() && glyphs_.back().symbol == 'n';
      Push({after_n ? 'o' : kOtherSymbol, false}, at, decoded.length);
    } else {
      Push(FoldCodePoint(decoded.code_point), at, decoded.length);
    }
    return decoded.length;
  }

  void Push(FoldedCodePoint folded, size_t at, uint32_t length) {
    if (folded.symbol == kDropped) return;
    const uint32_t begin = static_cast<uint32_t>(at);
    if (IsBlank(folded.symbol) && !glyphs_.empty() &&
        IsBlank(glyphs_.back().symbol)) {
      glyphs_.back().end = begin + length;
      if (folded.symbol == '\n') glyphs_.back().symbol = '\n';
      return;
    }
    glyphs_.push_back({folded.symbol, folded.upper, 0, begin, begin + length});
  }

  std::string_view text_;
  std::vector<Glyph> glyphs_;
};

}  // namespace

uint32_t PlaceholderLength(std::string_view text, size_t at) {
  for (const std::string_view name : kPlaceholders) {
    if (text.substr(at, name.size()) == name) {
      return static_cast<uint32_t>(name.size());
    }
  }
  return 0;
}

std::vector<Glyph> Fold(std::string_view text) {
  constexpr size_t kLongest = std::numeric_limits<uint32_t>::max();
  return Folder(text.substr(0, kLongest)).Run();
}

}  // namespace earshot::contract::redact
