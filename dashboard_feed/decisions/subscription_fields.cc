#include "dashboard_feed/decisions/subscription_fields.h"

#include <fmt/format.h>

#include <charconv>

#include "absl/strings/str_split.h"
#include "base/http/http_server.h"
#include "proto/contract/subscription.h"

namespace earshot::feed {
namespace {

using Form = std::map<std::string, std::string>;

// Of an empty one `out` stays as it is.
absl::Status ReadNumber(const Form& fields, const char* name, uint32_t& out) {
  const std::string text = http::FieldOf(fields, name);
  if (text.empty()) return absl::OkStatus();
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, out);
  if (error == std::errc() && at == end) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("'{}' is a number, such as 5", name));
}

absl::StatusOr<v1::Subscription> Wanted(const Form& fields) {
  v1::Subscription wanted;
  const std::string cadence = http::FieldOf(fields, "cadence");
  if (!cadence.empty()) {
    const auto known = contract::ParseCadence(cadence);
    if (!known) {
      return absl::InvalidArgumentError(
          "'cadence' is immediate, every_minutes, hourly, daily, shift_end, "
          "weekly or meeting");
    }
    wanted.set_cadence(*known);
  }
  uint32_t minutes = 0;
  uint32_t before = 0;
  uint32_t top = 0;
  absl::Status status = ReadNumber(fields, "minutes", minutes);
  status.Update(ReadNumber(fields, "minutes_before", before));
  status.Update(ReadNumber(fields, "top", top));
  if (!status.ok()) return status;
  wanted.set_minutes(minutes);
  wanted.set_minutes_before(before);
  wanted.set_top(top);
  // A form always has these; they say something of some cadences only.
  const bool at_a_time =
      wanted.cadence() == v1::Subscription::DAILY ||
      wanted.cadence() == v1::Subscription::WEEKLY ||
      wanted.cadence() == v1::Subscription::MEETING ||
      wanted.cadence() == v1::Subscription::CADENCE_UNSPECIFIED;
  if (at_a_time) {
    wanted.set_at(http::FieldOf(fields, "at"));
    const std::string weekday = http::FieldOf(fields, "weekday");
    if (!weekday.empty()) wanted.add_weekdays(weekday);
  }
  wanted.set_time_zone(http::FieldOf(fields, "time_zone"));
  wanted.set_quiet_from(http::FieldOf(fields, "quiet_from"));
  wanted.set_quiet_to(http::FieldOf(fields, "quiet_to"));
  const std::string channels = http::FieldOf(fields, "channel");
  for (const auto name :
       absl::StrSplit(channels, ',', absl::SkipWhitespace())) {
    wanted.add_channels(name.data(), name.size());
  }
  return wanted;
}

}  // namespace

absl::StatusOr<v1::LeaderChange> ChangeFrom(const Form& fields,
                                            const v1::SubscriptionList& now) {
  const std::string act = http::FieldOf(fields, "act");
  const std::string id = http::FieldOf(fields, "id");
  v1::LeaderChange change;
  const auto deputy = fields.find("deputy");
  if (deputy != fields.end()) {
    v1::Deputies& deputies = *change.mutable_deputies();
    if (deputy->second.empty()) return change;
    v1::Deputy& one = *deputies.add_deputies();
    one.set_leader(deputy->second);
    one.set_from(http::FieldOf(fields, "from"));
    one.set_until(http::FieldOf(fields, "until"));
    return change;
  }
  if (act == "remove") {
    change.set_remove(id);
  } else if (act == "pause" || act == "resume") {
    for (const v1::SubscriptionList::Entry& entry : now.entries()) {
      if (entry.subscription().id() == id) {
        *change.mutable_set() = entry.subscription();
      }
    }
    if (!change.has_set()) {
      return absl::NotFoundError(
          fmt::format("there is no subscription '{}' of yours", id));
    }
    change.mutable_set()->set_paused(act == "pause");
  } else if (act == "set" || act.empty()) {
    auto wanted = Wanted(fields);
    if (!wanted.ok()) return wanted.status();
    *change.mutable_set() = *std::move(wanted);
    change.mutable_set()->set_id(id);
  } else {
    return absl::InvalidArgumentError("'act' is set, pause, resume or remove");
  }
  return change;
}

}  // namespace earshot::feed
