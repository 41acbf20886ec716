#include "agents/capture/shifts.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <utility>

namespace earshot::agents {
namespace {

// "06:00" to "23:59", or "24:00".
std::optional<int> MinutesOf(const std::string& text) {
  const auto digit = [&](size_t i) { return text[i] - '0'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hours = digit(0) * 10 + digit(1);
  const int minutes = digit(3) * 10 + digit(4);
  if (minutes > 59 || hours * 60 + minutes > 24 * 60) return std::nullopt;
  return hours * 60 + minutes;
}

// The moment at which the local clock shows `minutes` after midnight. A time
// that the spring change leaves out is the change itself; of a time that the
// autumn change repeats, the last one that is not after `not_after`.
absl::Time LocalMoment(absl::CivilDay day, int minutes, absl::TimeZone zone,
                       absl::Time not_after) {
  const absl::CivilMinute civil = absl::CivilMinute(day) + minutes;
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(civil));
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::SKIPPED:
      return info.trans;
    case absl::TimeZone::TimeInfo::REPEATED:
      return info.post <= not_after ? info.post : info.pre;
    case absl::TimeZone::TimeInfo::UNIQUE:
      break;
  }
  return info.pre;
}

}  // namespace

ShiftTable::ShiftTable(absl::TimeZone zone)
    : ShiftTable({{"morning", 6 * 60, 14 * 60},
                  {"afternoon", 14 * 60, 18 * 60},
                  {"evening", 18 * 60, 22 * 60},
                  {"night", 22 * 60, 6 * 60}},
                 zone) {}

ShiftTable::ShiftTable(std::vector<Entry> entries, absl::TimeZone zone)
    : entries_(std::move(entries)), zone_(zone) {}

absl::StatusOr<ShiftTable> ShiftTable::FromConfig(
    const google::protobuf::RepeatedPtrField<v1::Shift>& shifts,
    absl::TimeZone zone) {
  if (shifts.empty()) return ShiftTable(zone);
  std::vector<Entry> entries;
  for (const v1::Shift& shift : shifts) {
    const auto starts = MinutesOf(shift.starts());
    const auto ends = MinutesOf(shift.ends());
    if (shift.name().empty() || !starts || !ends) {
      return absl::InvalidArgumentError(fmt::format(
          "shift '{}' ({} to {}): give a name and times such as 06:00",
          shift.name(), shift.starts(), shift.ends()));
    }
    entries.push_back({shift.name(), *starts, *ends});
  }
  return ShiftTable(std::move(entries), zone);
}

ShiftAt ShiftTable::At(absl::Time time) const {
  const absl::CivilSecond local = zone_.At(time).cs;
  const absl::CivilDay day(local);
  const int now = local.hour() * 60 + local.minute();
  for (const Entry& entry : entries_) {
    const bool past_midnight = entry.ends <= entry.starts;
    const bool inside = past_midnight ? now >= entry.starts || now < entry.ends
                                      : now >= entry.starts && now < entry.ends;
    if (!inside) continue;
    const absl::CivilDay began =
        past_midnight && now < entry.ends ? day - 1 : day;
    return {entry.name, LocalMoment(began, entry.starts, zone_, time)};
  }
  return {"", LocalMoment(day, local.hour() * 60, zone_, time)};
}

}  // namespace earshot::agents
