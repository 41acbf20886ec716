#include "proto/contract/redact_numbers.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "proto/contract/redact_chars.h"
#include "proto/contract/redact_spoken.h"

namespace earshot::contract::redact {
namespace {

bool LooksLikeDigit(char symbol) {
  return symbol == 'o' || symbol == 'i' || symbol == 'l';
}

char DigitLike(char symbol) { return symbol == 'o' ? '0' : '1'; }

// Letters among digits that are meant as digits: 4O11, 1l1I.
bool ReplaceLookAlikes(std::vector<Glyph>& glyphs) {
  bool changed = false;
  for (size_t at = 0; at < glyphs.size();) {
    size_t end = at;
    size_t digits = 0;
    bool only_alike = true;
    while (end < glyphs.size() && IsAlnum(glyphs[end].symbol)) {
      const char symbol = glyphs[end++].symbol;
      digits += IsDigit(symbol) ? 1 : 0;
      only_alike = only_alike && (IsDigit(symbol) || LooksLikeDigit(symbol));
    }
    const size_t length = end - at;
    // IL62 opens an IBAN.
    const bool country = length > 2 && digits + 2 >= length &&
                         !IsDigit(glyphs[at].symbol) &&
                         !IsDigit(glyphs[at + 1].symbol) &&
                         glyphs[at].symbol != glyphs[at + 1].symbol;
    // IIII after 41II.
    const bool group =
        length == 4 && digits == 0 && at > 1 && IsDigit(glyphs[at - 2].symbol);
    if (only_alike && length > 2 && digits < length && !country &&
        (digits > 0 || group)) {
      for (size_t i = at; i < end; ++i) {
        if (IsDigit(glyphs[i].symbol)) continue;
        glyphs[i].symbol = DigitLike(glyphs[i].symbol);
        changed = true;
      }
    }
    at = std::max(end, at + 1);
  }
  return changed;
}

// One element of a stretch of numbers.
struct Piece {
  enum Kind : uint8_t { kDigits, kSpoken, kSign, kRepeat };
  Kind kind;
  bool ambiguous;  // "once": a number only between numbers
  char sign;
  uint32_t begin;  // glyphs
  uint32_t end;
  uint32_t value;   // of a kSpoken
  uint32_t length;  // digits it stands for
  uint8_t languages;
};

// Walks words and digits in order, gathers stretches of numbers and writes
// the text anew with the spoken ones as digits.
class Rewriter {
 public:
  Rewriter(const std::vector<Word>& words, const std::vector<Glyph>& glyphs)
      : words_(words), glyphs_(glyphs), reader_(words, glyphs) {}

  bool Run(std::vector<Glyph>* out) {
    out_ = out;
    size_t word = 0;
    const uint32_t size = static_cast<uint32_t>(glyphs_.size());
    for (uint32_t at = 0; at < size;) {
      if (word < words_.size() && words_[word].begin == at) {
        word = TakeWord(word);
        at = words_[word - 1].end;
      } else if (IsDigit(glyphs_[at].symbol)) {
        at = TakeDigits(at);
      } else {
        if (!MayStandBetween(glyphs_[at].symbol)) Flush();
        ++at;
      }
    }
    Flush();
    if (changed_) CopyUntil(size);
    return changed_;
  }

 private:
  static bool MayStandBetween(char symbol) {
    constexpr std::string_view kBetween = " \n-.,/_:;()'*|#+\"";
    return kBetween.find(symbol) != std::string_view::npos ||
           symbol == kOtherSymbol;
  }

  void Add(const Piece& piece) {
    constexpr uint32_t kWidestGap = 5;
    if (!pieces_.empty() && piece.begin - pieces_.back().end > kWidestGap) {
      Flush();
    }
    pieces_.push_back(piece);
  }

  uint32_t TakeDigits(uint32_t at) {
    uint32_t end = at;
    while (end < glyphs_.size() && IsDigit(glyphs_[end].symbol)) ++end;
    Add({Piece::kDigits, false, 0, at, end, 0, end - at, 0});
    return end;
  }

  static char SignOf(uint32_t cues) {
    if ((cues & kDashWord) != 0) return '-';
    if ((cues & (kDotWord | kPointWord)) != 0) return '.';
    if ((cues & kPlusWord) != 0) return '+';
    if ((cues & kSpaceWord) != 0) return ' ';
    if ((cues & kSlashWord) != 0) return '/';
    return (cues & kFillerWord) != 0 ? kFiller : kDropped;
  }

  // Returns the word after those that were taken.
  size_t TakeWord(size_t word) {
    const Word& first = words_[word];
    size_t next = word + 1;
    uint32_t value = 0;
    uint32_t length = 0;
    if (reader_.Read(word, &value, &length, &next)) {
      const bool ambiguous =
          next == word + 1 && (first.meaning.cues & kAmbiguousNumber) != 0;
      Add({Piece::kSpoken, ambiguous, 0, first.begin, words_[next - 1].end,
           value, length, first.meaning.languages});
      return next;
    }
    next = word + 1;
    if (reader_.ReadRunTogether(word, &value, &length)) {
      Add({Piece::kSpoken, false, 0, first.begin, first.end, value, length,
           kAnyLanguage});
      return next;
    }
    if (first.meaning.number == NumberWord::kRepeat) {
      Add({Piece::kRepeat, false, 0, first.begin, first.end,
           first.meaning.value, first.meaning.value - 1U,
           first.meaning.languages});
    } else if (const char sign = SignOf(first.meaning.cues)) {
      // A sign opens no stretch, except the plus of "plus four four".
      if (!pieces_.empty() || sign == '+') {
        Add({Piece::kSign, false, sign, first.begin, first.end, 0, 0,
             kAnyLanguage});
      }
    } else {
      Flush();
    }
    return next;
  }

  // Drops from the ends what is a number only between numbers.
  void Trim() {
    const auto loose = [&](size_t end, size_t neighbour) {
      const Piece& piece = pieces_[end];
      if (piece.kind == Piece::kRepeat) return end + 1 == pieces_.size();
      if (piece.kind == Piece::kSign) return piece.sign != '+' || end != 0;
      const Piece::Kind beside = pieces_[neighbour].kind;
      return piece.ambiguous &&
             (pieces_.size() == 1 ||
              (beside != Piece::kSpoken && beside != Piece::kRepeat));
    };
    while (!pieces_.empty() &&
           loose(pieces_.size() - 1,
                 pieces_.size() - std::min<size_t>(2, pieces_.size()))) {
      pieces_.pop_back();
    }
    size_t front = 0;
    while (front < pieces_.size() &&
           loose(front, std::min(front + 1, pieces_.size() - 1))) {
      ++front;
    }
    pieces_.erase(pieces_.begin(),
                  pieces_.begin() + static_cast<std::ptrdiff_t>(front));
  }

  void Flush() {
    if (pieces_.empty()) return;
    Trim();
    size_t digits = 0;
    size_t rewritten = 0;
    for (const Piece& piece : pieces_) {
      digits += piece.length;
      rewritten += piece.kind == Piece::kDigits ? 0 : 1;
    }
    if (digits >= 4 && rewritten > 0) {
      for (size_t i = 0; i < pieces_.size(); ++i) Write(i);
      changed_ = true;
    }
    pieces_.clear();
  }

  void Write(size_t index) {
    const Piece& piece = pieces_[index];
    CopyUntil(piece.begin);
    if (piece.kind == Piece::kDigits) return;
    const uint32_t begin = glyphs_[piece.begin].begin;
    const uint32_t end = glyphs_[piece.end - 1].end;
    copied_ = piece.end;
    if (piece.kind == Piece::kSign) {
      out_->push_back({piece.sign, false, piece.languages, begin, end});
      return;
    }
    std::string digits = std::to_string(piece.value);
    if (digits.size() < piece.length) {
      digits.insert(0, piece.length - digits.size(), '0');
    }
    if (piece.kind == Piece::kRepeat) digits = Repeated(index);
    for (const char digit : digits) {
      out_->push_back({digit, false, piece.languages, begin, end});
    }
    if (piece.kind == Piece::kRepeat && !digits.empty()) {
      // "double four" is one group: the blank between them goes.
      copied_ = pieces_[index + 1].begin;
    }
  }

  // The digits that "double" adds in front of the next one.
  std::string Repeated(size_t index) const {
    if (index + 1 >= pieces_.size()) return "";
    const Piece& next = pieces_[index + 1];
    const size_t more = pieces_[index].value - 1;
    if (next.kind == Piece::kSpoken && next.value < 10) {
      return std::string(more, static_cast<char>('0' + next.value));
    }
    if (next.kind == Piece::kDigits && next.length == 1) {
      return std::string(more, glyphs_[next.begin].symbol);
    }
    return "";
  }

  void CopyUntil(uint32_t end) {
    for (; copied_ < end; ++copied_) out_->push_back(glyphs_[copied_]);
  }

  const std::vector<Word>& words_;
  const std::vector<Glyph>& glyphs_;
  NumberReader reader_;
  std::vector<Piece> pieces_;
  std::vector<Glyph>* out_ = nullptr;
  uint32_t copied_ = 0;
  bool changed_ = false;
};

}  // namespace

bool SpellOutDigits(const std::vector<Word>& words,
                    std::vector<Glyph>& glyphs) {
  constexpr uint32_t kSigns = kDashWord | kDotWord | kPointWord | kPlusWord |
                              kSpaceWord | kSlashWord | kFillerWord;
  const bool worth_it =
      std::any_of(words.begin(), words.end(), [](const Word& word) {
        return word.meaning.number != NumberWord::kNone ||
               (word.meaning.cues & kSigns) != 0 || word.end - word.begin > 10;
      });
  std::vector<Glyph> spelled;
  const bool rewritten = worth_it && Rewriter(words, glyphs).Run(&spelled);
  if (rewritten) glyphs = std::move(spelled);
  return ReplaceLookAlikes(glyphs) || rewritten;
}

}  // namespace earshot::contract::redact
