#ifndef EARSHOT_AGENTS_PHONES_QR_CODE_H_
#define EARSHOT_AGENTS_PHONES_QR_CODE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace earshot::agents {

// A QR code (ISO/IEC 18004) of a text, with the margin that readers need, four
// modules wide, of level M: about 15 % of it may be unreadable. Pure.
class QrCode {
 public:
  // InvalidArgument: the text is longer than 1,000 bytes.
  static absl::StatusOr<QrCode> Of(const std::string& text);

  int side() const { return side_; }  // in modules, with the margin
  bool Dark(int row, int column) const;

  // The dark modules for the `d` of an SVG path, one unit a module.
  std::string AsPath() const;
  // For a terminal of UTF-8, two modules a character, light on dark: it is
  // read whichever colours the terminal has, since it paints its margin.
  std::string AsText() const;

 private:
  explicit QrCode(int side)
      : side_(side),
        dark_(static_cast<size_t>(side) * static_cast<size_t>(side)) {}
  size_t At(int row, int column) const {
    return static_cast<size_t>(row) * static_cast<size_t>(side_) +
           static_cast<size_t>(column);
  }

  int side_;
  std::vector<bool> dark_;  // by row
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PHONES_QR_CODE_H_
