#include "dashboard_feed/listing/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/time/civil_time.h"
#include "base/os/bytes.h"
#include "proto/contract/names.h"

namespace earshot::feed {
namespace {

using Fields = std::map<std::string, std::string>;

constexpr size_t kLongestName = 128;  // bytes, as the contract's

struct Period {
  std::string_view name;
  uint32_t days;
};
constexpr std::array<Period, 3> kPeriods{{{"1d", 1}, {"7d", 7}, {"28d", 28}}};

bool IsSettled(v1::State state) {
  return state == v1::RESOLVED || state == v1::DECLINED ||
         state == v1::CONFIRMED || state == v1::UNCHALLENGED;
}

class Reader {
 public:
  explicit Reader(const Fields& fields) : fields_(fields) {}

  std::string Of(const char* name, size_t longest = kLongestName) {
    const auto found = fields_.find(name);
    if (found == fields_.end()) return "";
    if (found->second.size() > longest) {
      Refuse(name, fmt::format("at most {} bytes", longest));
      return "";
    }
    return found->second;
  }
  void Refuse(const char* name, const std::string& allowed) {
    status_.Update(absl::InvalidArgumentError(
        fmt::format("'{}' is {}; or leave it out", name, allowed)));
  }
  const absl::Status& status() const { return status_; }

 private:
  const Fields& fields_;
  absl::Status status_;
};

void ReadState(Reader& reader, Filter& filter) {
  filter.state = reader.Of("state");
  if (filter.state.empty() || filter.state == kOpen ||
      filter.state == kSettled) {
    return;
  }
  std::string all = fmt::format("{}, {}", kOpen, kSettled);
  for (int value = v1::HEARD; value <= v1::State_MAX; ++value) {
    const std::string_view name =
        contract::StateName(static_cast<v1::State>(value));
    if (filter.state == name) return;
    all += fmt::format(", {}", name);
  }
  reader.Refuse("state", "one of " + all);
}

void ReadKinds(Reader& reader, Filter& filter) {
  const std::string kind = reader.Of("kind");
  if (const auto known = contract::ParseKind(kind)) {
    filter.kind = *known;
  } else if (!kind.empty()) {
    reader.Refuse("kind",
                  "pain_point, praise, idea, preference_change, "
                  "process_gap, employee_experience, risk or noise");
  }
  const std::string subject = reader.Of("subject");
  if (const auto known = contract::ParseSubject(subject)) {
    filter.subject = *known;
  } else if (!subject.empty()) {
    reader.Refuse("subject", "customer, employee or partner");
  }
}

void ReadNumbers(Reader& reader, Filter& filter) {
  const std::string period = reader.Of("period");
  const auto* const found =
      std::find_if(kPeriods.begin(), kPeriods.end(),
                   [&](const Period& one) { return one.name == period; });
  if (found != kPeriods.end()) {
    filter.days = found->days;
  } else if (!period.empty()) {
    reader.Refuse("period", "1d, 7d or 28d");
  }
  const std::string severity = reader.Of("severity");
  if (severity.size() == 1 && severity[0] >= '1' && severity[0] <= '5') {
    filter.severity = static_cast<uint32_t>(severity[0] - '0');
  } else if (!severity.empty()) {
    reader.Refuse("severity", "from 1 to 5");
  }
}

// RFC 3986: all but unreserved characters.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~' || c == '/';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool InState(const Filter& filter, v1::State state) {
  if (filter.state.empty()) return true;
  if (filter.state == kOpen) return !IsSettled(state);
  if (filter.state == kSettled) return IsSettled(state);
  return filter.state == contract::StateName(state);
}

// In the scope, since the first of these days began for the leader. What a
// small group hides until the shift's end is as if it had not been heard of
// since.
bool HeardLately(const Filter& filter, const LeaderView& view,
                 const Glance& glance, absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, view.zone());
  const absl::Time from = absl::FromCivil(
      today - static_cast<absl::civil_diff_t>(filter.days - 1), view.zone());
  const bool held = view.slice() && glance.hidden;
  const int64_t first = absl::ToUnixSeconds(from) / kQuarterSeconds;
  const int64_t end =
      held ? absl::ToUnixSeconds(view.last_shift_end()) / kQuarterSeconds
           : absl::ToUnixSeconds(now) / kQuarterSeconds + 1;
  for (const QuarterCount& count :
       CountsBetween(glance.facts->counts, first, end)) {
    if (count.observations > 0 &&
        (view.coverage().OfPlace(count.place) & glance.scopes) != 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool Filter::any() const { return !QueryOf(*this).empty(); }

absl::StatusOr<Filter> FilterFrom(const Fields& fields) {
  Filter filter;
  Reader reader(fields);
  ReadNumbers(reader, filter);
  filter.region = reader.Of("region");
  filter.site = reader.Of("site");
  filter.channel = reader.Of("channel");
  filter.shift = reader.Of("shift");
  filter.topic = reader.Of("topic");
  ReadKinds(reader, filter);
  ReadState(reader, filter);
  filter.words = reader.Of("q", Filter::kLongestWords);
  if (!reader.status().ok()) return reader.status();
  return filter;
}

std::string QueryOf(const Filter& filter) {
  std::string query;
  const auto add = [&](const char* name, std::string_view value) {
    if (value.empty()) return;
    query +=
        fmt::format("{}{}={}", query.empty() ? "" : "&", name, Escaped(value));
  };
  for (const Period& period : kPeriods) {
    if (filter.days == period.days) add("period", period.name);
  }
  add("region", filter.region);
  add("site", filter.site);
  add("channel", filter.channel);
  add("shift", filter.shift);
  add("topic", filter.topic);
  add("subject", contract::SubjectName(filter.subject));
  add("kind", contract::KindName(filter.kind));
  if (filter.severity > 0) add("severity", std::to_string(filter.severity));
  add("state", filter.state);
  add("q", filter.words);
  return query;
}

v1::Scope ScopeOf(const Filter& filter) {
  v1::Scope scope;
  if (!filter.region.empty()) scope.add_regions(filter.region);
  if (!filter.site.empty()) scope.add_sites(filter.site);
  if (!filter.channel.empty()) scope.add_channels(filter.channel);
  if (!filter.shift.empty()) scope.add_shifts(filter.shift);
  if (!filter.topic.empty()) scope.add_topics(filter.topic);
  return scope;
}

bool Chooses(const Filter& filter, const LeaderView& view, const Glance& glance,
             absl::Time now) {
  if (glance.severity_max < filter.severity) return false;
  if (filter.kind != v1::OBSERVATION_KIND_UNSPECIFIED &&
      glance.kind != filter.kind) {
    return false;
  }
  if (!InState(filter, glance.state)) return false;
  if (filter.subject != v1::SUBJECT_UNSPECIFIED &&
      glance.facts->subject != filter.subject) {
    return false;
  }
  return filter.days == 0 || HeardLately(filter, view, glance, now);
}

}  // namespace earshot::feed
