#include "agents/phones/qr_code.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <iterator>
#include <memory>

namespace earshot::agents {
namespace {

constexpr int kMargin = 4;
constexpr size_t kLongest = 1000;

}  // namespace

absl::StatusOr<QrCode> QrCode::Of(const std::string& text) {
  if (text.size() > kLongest) {
    return absl::InvalidArgumentError(
        fmt::format("a text of {} bytes is too long for a QR code that phones "
                    "can read; at most {}",
                    text.size(), kLongest));
  }
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> drawn(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (drawn == nullptr) {
    return absl::ResourceExhaustedError("no memory for a QR code");
  }
  const int inner = drawn->width;
  QrCode code(inner + 2 * kMargin);
  for (int row = 0; row < inner; ++row) {
    for (int column = 0; column < inner; ++column) {
      code.dark_[code.At(row + kMargin, column + kMargin)] =
          (drawn->data[row * inner + column] & 1U) != 0;
    }
  }
  return code;
}

bool QrCode::Dark(int row, int column) const {
  return row >= 0 && row < side_ && column >= 0 && column < side_ &&
         dark_[At(row, column)];
}

std::string QrCode::AsPath() const {
  std::string path;
  for (int row = 0; row < side_; ++row) {
    for (int column = 0; column < side_; ++column) {
      int run = 0;
      while (Dark(row, column + run)) ++run;
      if (run == 0) continue;
      fmt::format_to(std::back_inserter(path), "M{} {}h{}v1H{}z", column, row,
                     run, column);
      column += run;
    }
  }
  return path;
}

std::string QrCode::AsText() const {
  std::string out;
  for (int row = 0; row < side_; row += 2) {
    for (int column = 0; column < side_; ++column) {
      const bool above = !Dark(row, column);
      const bool below = row + 1 < side_ && !Dark(row + 1, column);
      out += above ? (below ? "\u2588" : "\u2580") : (below ? "\u2584" : " ");
    }
    out += "\n";
  }
  return out;
}

}  // namespace earshot::agents
