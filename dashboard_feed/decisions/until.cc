#include "dashboard_feed/decisions/until.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace earshot::feed {
namespace {

// Of digits and one letter; nothing: it is no such text.
std::optional<absl::Duration> ParseSpan(const std::string& text) {
  constexpr int kMost = 100000;
  int count = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || end - at != 1 || count < 0 || count > kMost) {
    return std::nullopt;
  }
  switch (*at) {
    case 'h':
      return absl::Hours(count);
    case 'd':
      return absl::Hours(24) * count;
    case 'w':
      return absl::Hours(24 * 7) * count;
    default:
      return std::nullopt;
  }
}

bool ParseMoment(const std::string& text, absl::Time now, absl::TimeZone zone,
                 absl::Time& time) {
  if (const auto span = ParseSpan(text)) {
    time = now + *span;
    return true;
  }
  std::string ignored;
  return absl::ParseTime(absl::RFC3339_full, text, &time, &ignored) ||
         absl::ParseTime("%Y-%m-%dT%H:%M", text, zone, &time, &ignored) ||
         absl::ParseTime("%Y-%m-%d", text, zone, &time, &ignored);
}

}  // namespace

absl::StatusOr<absl::Time> ParseUntil(const std::string& text, absl::Time now,
                                      absl::TimeZone zone) {
  if (text == "now") return now;
  absl::Time time;
  if (!ParseMoment(text, now, zone, time)) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is not a time; write now, 36h, 14d, 2w, 2026-12-01 or "
        "2026-12-01T08:00",
        text));
  }
  if (time > now) return time;
  return absl::InvalidArgumentError(
      fmt::format("'{}' is over; write now for at once", text));
}

}  // namespace earshot::feed
