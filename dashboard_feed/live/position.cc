#include "dashboard_feed/live/position.h"

#include <fmt/format.h>

#include <charconv>

namespace earshot::feed {
namespace {

// Takes a number off the front. False: there is none, or it does not fit.
template <typename Number>
bool TakeNumber(std::string_view& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(at - text.data()));
  return true;
}

bool TakeSign(std::string_view& text, char sign) {
  if (text.empty() || text.front() != sign) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string PositionText(const Position& position) {
  std::string text = fmt::format("{}-{}", position.generation, position.seq);
  if (position.at) {
    text += fmt::format(".{}", absl::ToUnixSeconds(*position.at));
  }
  return text;
}

std::optional<Position> ParsePosition(std::string_view text) {
  Position position;
  if (!TakeNumber(text, position.generation) || !TakeSign(text, '-') ||
      !TakeNumber(text, position.seq)) {
    return std::nullopt;
  }
  if (text.empty()) return position;
  uint32_t seconds = 0;
  if (!TakeSign(text, '.') || !TakeNumber(text, seconds) || !text.empty()) {
    return std::nullopt;
  }
  position.at = absl::FromUnixSeconds(seconds);
  return position;
}

}  // namespace earshot::feed
