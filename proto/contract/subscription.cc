#include "proto/contract/subscription.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "absl/time/time.h"
#include "proto/contract/deputies.h"
#include "proto/contract/names.h"

namespace earshot::contract {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

class Check {
 public:
  explicit Check(const v1::Subscription& subscription) : s_(subscription) {}

  std::vector<std::string> Run() {
    if (!v1::Subscription::Cadence_IsValid(s_.cadence())) {
      Add("the cadence is of a newer release; upgrade the router");
    }
    if (!v1::Subscription::Format_IsValid(s_.format())) {
      Add("the format is of a newer release; upgrade the router");
    }
    if (!v1::Subscription::Switch_IsValid(s_.escalations())) {
      Add("escalations is of a newer release; upgrade the router");
    }
    if (s_.escalations() == v1::Subscription::ON && s_.channels().empty()) {
      Add("escalations: ON needs channels that they go over");
    }
    Language();
    Times();
    Weekdays();
    Minutes();
    Choice();
    Channels();
    return std::move(mistakes_);
  }

 private:
  void Add(std::string text) {
    mistakes_.push_back(
        fmt::format("subscription '{}': {}", s_.id(), std::move(text)));
  }

  // As in BCP 47: a language, and a region if it matters.
  void Language() {
    const std::string& language = s_.language();
    const auto within = [&](size_t from, size_t to, char low, char high) {
      return std::all_of(language.begin() + static_cast<ptrdiff_t>(from),
                         language.begin() + static_cast<ptrdiff_t>(to),
                         [&](char c) { return c >= low && c <= high; });
    };
    const size_t dash = std::min(language.find('-'), language.size());
    const bool plain = (dash == 2 || dash == 3) && within(0, dash, 'a', 'z');
    const bool region = dash == language.size() ||
                        (language.size() == dash + 3 &&
                         within(dash + 1, language.size(), 'A', 'Z'));
    if (language.empty() || (plain && region)) return;
    Add(fmt::format("'{}' is not a language such as es or pt-BR", language));
  }

  void Time(const char* field, const std::string& text) {
    if (text.empty() || MinutesOfDay(text)) return;
    Add(fmt::format("{} '{}' is not a time such as 08:00", field, text));
  }

  void Times() {
    Time("at", s_.at());
    Time("quiet_from", s_.quiet_from());
    Time("quiet_to", s_.quiet_to());
    if (s_.quiet_from().empty() != s_.quiet_to().empty()) {
      Add("quiet hours need both quiet_from and quiet_to");
    } else if (!s_.quiet_from().empty() && s_.quiet_from() == s_.quiet_to()) {
      Add("quiet_from and quiet_to are the same; nothing would ever be sent");
    }
    absl::TimeZone ignored;
    if (!s_.time_zone().empty() &&
        !absl::LoadTimeZone(s_.time_zone(), &ignored)) {
      Add(fmt::format("'{}' is not a time zone such as Europe/Madrid",
                      s_.time_zone()));
    }
  }

  void Weekday(const std::string& day) {
    static constexpr std::array<std::string_view, 7> kDays{
        "monday", "tuesday",  "wednesday", "thursday",
        "friday", "saturday", "sunday"};
    if (std::find(kDays.begin(), kDays.end(), day) == kDays.end()) {
      Add(fmt::format("'{}' is not a weekday such as monday", day));
    }
  }

  void Weekdays() {
    if (!s_.weekday().empty()) Weekday(s_.weekday());
    std::set<std::string> days;
    for (const std::string& day : s_.weekdays()) {
      Weekday(day);
      if (!days.insert(day).second) {
        Add(fmt::format("weekday '{}' is there twice", day));
      }
    }
    if (!s_.weekday().empty() && !days.empty()) {
      Add("give either weekday or weekdays");
    }
    const auto cadence = s_.cadence();
    if (!days.empty() && cadence != v1::Subscription::WEEKLY &&
        cadence != v1::Subscription::MEETING &&
        cadence != v1::Subscription::DAILY &&
        cadence != v1::Subscription::CADENCE_UNSPECIFIED) {
      Add("weekdays are for the cadences DAILY, WEEKLY and MEETING");
    }
  }

  void Minutes() {
    if (s_.cadence() == v1::Subscription::EVERY_MINUTES &&
        (s_.minutes() < 1 || s_.minutes() > 1440)) {
      Add("minutes is 1 to 1440");
    }
    if (s_.minutes_before() > kMostMinutesBefore) {
      Add(fmt::format("minutes_before is at most {}", kMostMinutesBefore));
    }
    if (s_.minutes_before() > 0 && s_.cadence() != v1::Subscription::MEETING) {
      Add("minutes_before is for the cadence MEETING");
    }
    if (s_.cadence() == v1::Subscription::MEETING && s_.at().empty()) {
      Add("a meeting needs the time at which it begins, such as at: \"09:30\"");
    }
  }

  void Choice() {
    for (const std::string& kind : s_.kinds()) {
      if (ParseKind(kind)) continue;
      Add(fmt::format("'{}' is not a kind such as pain_point", kind));
    }
    if (s_.top() > kMostTop) Add(fmt::format("top is at most {}", kMostTop));
    const v1::Scope& scope = s_.scope();
    for (const Names* names :
         {&scope.regions(), &scope.sites(), &scope.topics(), &scope.channels(),
          &scope.shifts()}) {
      if (names->size() > kMostScopeNames) {
        Add(fmt::format("a list of its scope has {} names, at most {}",
                        names->size(), kMostScopeNames));
      }
      for (const std::string& name : *names) {
        if (!IsName(name)) {
          Add(fmt::format("'{}' in its scope is not a name", name));
        }
      }
    }
  }

  void Channels() {
    const std::set<std::string> names(s_.channels().begin(),
                                      s_.channels().end());
    const bool fine =
        std::all_of(names.begin(), names.end(),
                    [](const std::string& name) { return IsName(name); });
    if (s_.channels_size() > kMostSubscriptionChannels || !fine ||
        static_cast<int>(names.size()) != s_.channels_size()) {
      Add(
          fmt::format("channels are at most {}, each once, by the names that "
                      "the feed's configuration gives them",
                      kMostSubscriptionChannels));
    }
    if (s_.cadence() == v1::Subscription::IMMEDIATE && names.empty()) {
      Add("an immediate one sends alerts over channels; name one (the leader's "
          "own queue has them anyway)");
    }
  }

  const v1::Subscription& s_;
  std::vector<std::string> mistakes_;
};

bool Holds(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool Below(const Names& roots, const std::string& topic) {
  return std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
    return topic == root || topic.rfind(root + "/", 0) == 0;
  });
}

bool SiteWithin(const v1::Organisation& organisation, const v1::Scope& scope,
                const std::string& site) {
  if (!scope.sites().empty() && !Holds(scope.sites(), site)) return false;
  if (scope.regions().empty()) return true;
  return std::any_of(organisation.sites().begin(), organisation.sites().end(),
                     [&](const v1::Site& entry) {
                       return entry.id() == site &&
                              Holds(scope.regions(), entry.region());
                     });
}

std::string Lower(const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace

std::vector<std::string> SubscriptionMistakes(
    const v1::Subscription& subscription) {
  return Check(subscription).Run();
}

bool TellsEscalations(const v1::Subscription& subscription) {
  if (subscription.escalations() == v1::Subscription::SWITCH_UNSPECIFIED) {
    return subscription.cadence() == v1::Subscription::IMMEDIATE;
  }
  return subscription.escalations() == v1::Subscription::ON;
}

const std::string& SubscriptionOf(const v1::LeaderChange& change) {
  return change.has_set() ? change.set().id() : change.remove();
}

std::string KeyOf(const v1::LeaderChange& change) {
  if (change.has_deputies()) return "deputies/" + change.leader();
  const std::string& id = SubscriptionOf(change);
  return id.empty() ? "" : "subscription/" + id;
}

std::optional<Refusal> Validate(const v1::LeaderChange& change) {
  if (!IsName(change.leader())) {
    return Refusal{"leader_invalid", "a change names its leader"};
  }
  if (change.change_case() == v1::LeaderChange::CHANGE_NOT_SET) {
    return Refusal{"change_unknown",
                   "the change is of a newer release; upgrade the router"};
  }
  if (change.has_deputies()) {
    auto mistake = MistakeIn(change.leader(), change.deputies());
    if (!mistake) return std::nullopt;
    return Refusal{"deputies_invalid", *std::move(mistake)};
  }
  if (!IsName(SubscriptionOf(change))) {
    return Refusal{"subscription_invalid",
                   fmt::format("'{}' is no name for a subscription",
                               SubscriptionOf(change))};
  }
  if (!change.has_set()) return std::nullopt;
  if (change.set().leader() != change.leader()) {
    return Refusal{"leader_invalid", "a subscription is its leader's own"};
  }
  const auto mistakes = SubscriptionMistakes(change.set());
  if (mistakes.empty()) return std::nullopt;
  return Refusal{"subscription_invalid",
                 fmt::format("{}", fmt::join(mistakes, "\n"))};
}

bool LooksPersonal(const Redactor& redactor, const v1::LeaderChange& change) {
  const auto personal = [&](const std::string& name) {
    return !redactor.Redact(name).spans.empty();
  };
  for (const v1::Deputy& deputy : change.deputies().deputies()) {
    if (personal(deputy.leader())) return true;
  }
  const Names& topics = change.set().scope().topics();
  return personal(SubscriptionOf(change)) ||
         std::any_of(topics.begin(), topics.end(), personal);
}

std::vector<std::string> OutsideOf(const v1::Organisation& organisation,
                                   const v1::Leader& leader,
                                   const v1::Subscription& subscription) {
  const v1::Scope& own = leader.scope();
  const v1::Scope& wanted = subscription.scope();
  std::vector<std::string> outside;
  const auto check = [&](const char* what, const Names& names,
                         const auto& within) {
    for (const std::string& name : names) {
      if (within(name)) continue;
      outside.push_back(
          fmt::format("subscription '{}': {} '{}' is not in the scope of '{}'; "
                      "a subscription can only narrow it",
                      subscription.id(), what, name, leader.id()));
    }
  };
  const auto in = [](const Names& limit) {
    return [&limit](const std::string& name) {
      return limit.empty() || Holds(limit, name);
    };
  };
  check("region", wanted.regions(), in(own.regions()));
  check("site", wanted.sites(), [&](const std::string& site) {
    return SiteWithin(organisation, own, site);
  });
  check("topic", wanted.topics(), [&](const std::string& topic) {
    return own.topics().empty() || Below(own.topics(), topic);
  });
  check("channel", wanted.channels(), in(own.channels()));
  check("shift", wanted.shifts(), in(own.shifts()));
  return outside;
}

std::optional<int> MinutesOfDay(const std::string& text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

std::string CadenceName(v1::Subscription::Cadence cadence) {
  return cadence == v1::Subscription::CADENCE_UNSPECIFIED
             ? "daily"
             : Lower(v1::Subscription::Cadence_Name(cadence));
}

std::optional<v1::Subscription::Cadence> ParseCadence(std::string_view name) {
  for (int value = v1::Subscription::Cadence_MIN;
       value <= v1::Subscription::Cadence_MAX; ++value) {
    const auto cadence = static_cast<v1::Subscription::Cadence>(value);
    if (cadence != v1::Subscription::CADENCE_UNSPECIFIED &&
        CadenceName(cadence) == name) {
      return cadence;
    }
  }
  return std::nullopt;
}

std::string FormatName(v1::Subscription::Format format) {
  return format == v1::Subscription::FORMAT_UNSPECIFIED
             ? ""
             : Lower(v1::Subscription::Format_Name(format));
}

}  // namespace earshot::contract
