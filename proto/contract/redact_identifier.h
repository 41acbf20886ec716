#ifndef EARSHOT_PROTO_CONTRACT_REDACT_IDENTIFIER_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_IDENTIFIER_H_

#include <cstdint>
#include <string_view>

#include "proto/contract/redact_scan.h"

namespace earshot::contract::redact {

// A possible number: letters and digits, over single separators.
struct Identifier {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t digits = 0;
  uint32_t letters = 0;
  bool empty() const { return begin == end; }
};

inline bool IsIdSeparator(char symbol) {
  constexpr std::string_view kSeparators = " \n-./_";
  return kSeparators.find(symbol) != std::string_view::npos;
}

// Reads the identifier that starts at a given glyph.
class IdentifierReader {
 public:
  explicit IdentifierReader(const Scan& scan) : scan_(scan) {}

  Identifier Read(uint32_t begin) const {
    constexpr uint32_t kLongest = 48;
    Identifier id = {begin, begin, 0, 0};
    uint32_t at = begin;
    Piece previous = {};
    while (at < scan_.size() && at - begin < kLongest) {
      const Piece piece = ReadPiece(at);
      if (piece.begin == piece.end) break;
      if (at == begin ? !MayOpen(piece) : !MayFollow(previous, piece)) break;
      if (piece.digits > 0) {
        id.end = piece.end;
        id.digits += piece.digits;
      }
      id.letters += piece.letters;
      if (piece.digits == 0 && id.digits > 0) {
        if (!EndsAsSuffix(piece)) break;
        id.end = piece.end;
      }
      previous = piece;
      at = NextPiece(piece.end);
      if (at == piece.end) break;
    }
    if (id.digits == 0) return {};
    return id;
  }

 private:
  struct Piece {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t digits = 0;
    uint32_t letters = 0;
    bool upper = false;  // no small letters
    bool spoken = false;
  };

  // XX stands where something was blacked out before.
  bool IsMask(const Piece& piece) const {
    for (uint32_t at = piece.begin; at < piece.end; ++at) {
      if (scan_.At(at) != 'x') return false;
    }
    return piece.end - piece.begin >= 2;
  }

  Piece ReadPiece(uint32_t at) const {
    Piece piece = {at, at, 0, 0, true, false};
    while (piece.end < scan_.size() && IsAlnum(scan_.At(piece.end))) {
      const Glyph& glyph = scan_.glyphs()[piece.end++];
      if (IsDigit(glyph.symbol)) {
        ++piece.digits;
        piece.spoken = piece.spoken || glyph.spoken;
      } else {
        ++piece.letters;
        piece.upper = piece.upper && glyph.upper;
      }
    }
    return piece;
  }

  // Over up to three separators.
  uint32_t NextPiece(uint32_t end) const {
    uint32_t at = end;
    while (at - end < 3 && at < scan_.size() &&
           (IsIdSeparator(scan_.At(at)) || scan_.At(at) == kFiller)) {
      ++at;
    }
    if (!IsAlnum(scan_.At(at)) || at >= scan_.size()) return end;
    // A full stop and a blank end the sentence.
    if (scan_.At(end) == '.' && at > end + 1) return end;
    return at;
  }

  // Digits, or a short prefix that digits follow: HO-4432, NW 8812.
  bool MayOpen(const Piece& piece) const {
    if (piece.digits > 0) return true;
    if (piece.letters > 5 || IsMask(piece)) return false;
    const char mark = scan_.At(piece.end);
    const uint32_t next = NextPiece(piece.end);
    if (next == piece.end) return false;
    const Piece after = ReadPiece(next);
    if (after.digits == 0 && !(after.upper && after.letters <= 3)) return false;
    return !IsBlank(mark) ? true : piece.upper;
  }

  bool MayFollow(const Piece& previous, const Piece& piece) const {
    const bool blank =
        IsBlank(scan_.At(previous.end)) || piece.begin > previous.end + 1;
    if (piece.digits == 0) {
      return piece.letters <= 3 && (piece.upper || !blank) &&
             (!blank || previous.digits == 0 || piece.letters == 1);
    }
    if (!blank) return true;
    const bool filler = scan_.At(previous.end + 1) == kFiller;
    if (filler && (previous.digits > 4 || piece.digits > 4)) return false;
    if (scan_.IsQuantity(piece.begin, piece.end)) return false;
    const bool time_or_date =
        (scan_.At(piece.end) == ':' || scan_.At(piece.end) == '/') &&
        IsDigit(scan_.At(piece.end + 1));
    if (time_or_date) return false;
    if (piece.letters > 0 && !piece.upper && !StartsWithDigit(piece)) {
      return true;
    }
    const bool lone_digit = piece.digits == 1 && piece.letters == 0;
    return !lone_digit || previous.digits <= 2 || piece.spoken;
  }

  bool StartsWithDigit(const Piece& piece) const {
    return IsDigit(scan_.At(piece.begin));
  }

  // 4432-A: letters at the end only over a mark.
  bool EndsAsSuffix(const Piece& piece) const {
    return !IsBlank(scan_.At(static_cast<int64_t>(piece.begin) - 1)) &&
           piece.letters <= 3;
  }

  const Scan& scan_;
};

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_IDENTIFIER_H_
