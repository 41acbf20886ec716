#include "dashboard_feed/digest/item.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/time/civil_time.h"
#include "dashboard_feed/digest/rank.h"
#include "dashboard_feed/digest/verbatims.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

// A digest of 50 insights stays well below one frame of the wire.
constexpr size_t kTitleBytes = 100;
constexpr size_t kVerbatimBytes = 400;
constexpr size_t kAnswerBytes = 600;
constexpr int kSiteNames = 12;
constexpr int kMostAkin = 50;
constexpr uint32_t kVerbatims = 2;
constexpr uint32_t kMoreVerbatims = 3;  // in a group that allows it

std::string Shorten(const std::string& utf8, size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80) {
    --end;
  }
  const size_t blank = utf8.rfind(' ', end);
  if (blank != std::string::npos && blank > bytes / 2) end = blank;
  return utf8.substr(0, end) + "…";
}

std::string Plural(uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

google::protobuf::Timestamp DayOf(const google::protobuf::Timestamp& stamp,
                                  absl::TimeZone zone) {
  return contract::ToStamp(
      absl::FromCivil(absl::ToCivilDay(contract::ToTime(stamp), zone), zone));
}

// The parts that do not give a hidden number, or one of another scope, away.
void AddParts(const Seen& seen, v1::DigestItem& item) {
  const bool whole = !seen.hidden && !seen.partial;
  for (const v1::PriorityPart& part : seen.insight.parts()) {
    const bool counts = part.name() == "breadth" || part.name() == "volume" ||
                        part.name() == "trend" || part.name() == "sentiment" ||
                        part.name() == "cost";
    if (counts && !whole) continue;
    if (seen.partial && (part.name() == "severity" || part.name() == "age")) {
      continue;
    }
    *item.add_parts() = part;
  }
  if (whole) item.set_priority_milli(seen.insight.priority_milli());
}

std::string Why(const Seen& seen, uint32_t below) {
  std::string text = fmt::format("severity {}", seen.severity_max);
  if (seen.hidden) {
    text += fmt::format("; fewer than {} people", below);
  } else {
    text += fmt::format(
        "; {} at {}; {}", Plural(seen.reporters, "person", "people"),
        Plural(seen.sites, "site", "sites"),
        Plural(seen.observations, "observation", "observations"));
  }
  const std::string trend = TrendText(seen);
  if (!trend.empty()) text = trend + "; " + text;
  for (const v1::PriorityPart& part : seen.insight.parts()) {
    if (part.name() == "severity" || part.name() == "breadth" ||
        part.name() == "volume" || part.name() == "trend" ||
        part.name() == "sentiment" || part.name() == "cost") {
      continue;
    }
    if (part.name() == "safety" && !seen.open) continue;
    if (part.name() == "age" && seen.partial) continue;
    text += "; " + part.because();
  }
  if (seen.insight.merged_size() > 0) {
    text +=
        fmt::format("; holds {} that leaders merged into it",
                    Plural(static_cast<uint64_t>(seen.insight.merged_size()),
                           "insight", "insights"));
  }
  return text;
}

// Of what was applied; empty: nothing was.
std::string LastVerb(const v1::Insight& insight) {
  for (int i = insight.history_size() - 1; i >= 0; --i) {
    const v1::InsightEvent& event = insight.history(i);
    if (event.not_applied().empty()) return event.verb();
  }
  return "";
}

}  // namespace

v1::Count CountOf(uint64_t value, bool hidden, uint32_t below) {
  v1::Count count;
  if (hidden) {
    count.set_hidden(true);
    count.set_below(below);
  } else {
    count.set_value(value);
  }
  return count;
}

std::string TitleOf(const Seen& seen, uint32_t below) {
  if (!seen.insight.title().empty()) {
    return Shorten(seen.insight.title(), 2 * kTitleBytes);
  }
  if (const v1::Verbatim* central = CentralVerbatim(seen.insight)) {
    return Shorten(central->text(), kTitleBytes);
  }
  return seen.hidden
             ? fmt::format("{}: fewer than {} reports", seen.insight.topic(),
                           below)
             : fmt::format("{}: {}", seen.insight.topic(),
                           Plural(seen.observations, "report", "reports"));
}

std::string ShortenVerbatim(const std::string& text) {
  return Shorten(text, kVerbatimBytes);
}

// Confirmed and unchallenged are told apart: the one was said, the other was
// only not contradicted. Numbers are of the whole insight.
std::string VerdictText(const Seen& seen, uint32_t below) {
  const v1::Insight& insight = seen.insight;
  const v1::Verdicts& verdicts = insight.verdicts();
  const bool told = !seen.partial && verdicts.yes() >= below;
  switch (insight.state()) {
    case v1::CONFIRMED:
      if (!told) return "confirmed by the front line";
      return fmt::format("confirmed by {} of {} reporters at {}",
                         verdicts.yes(), verdicts.asked(),
                         Plural(verdicts.sites(), "site", "sites"));
    case v1::UNCHALLENGED:
      return "unchallenged: nobody said that it is not fixed, and too few that "
             "it is";
    case v1::RESOLVED:
      return told ? fmt::format("{} of {} reporters say it is fixed so far",
                                verdicts.yes(), verdicts.asked())
                  : "the front line is being asked whether it is fixed";
    case v1::REOPENED:
      return !verdicts.answer().empty() && LastVerb(insight) == "not fixed"
                 ? "the front line says that it is not fixed"
                 : "";
    default:
      return "";
  }
}

// Whom praise names, at the sites that the leader sees.
void AddThanked(const Seen& seen, v1::DigestItem& item) {
  constexpr int kMost = 3;
  std::set<std::string> names;
  const auto& cells = seen.insight.cells();
  for (const v1::ThankedPerson& person : seen.insight.thanked()) {
    const bool there =
        !seen.partial ||
        std::any_of(cells.begin(), cells.end(), [&](const v1::Cell& cell) {
          return cell.site() == person.site();
        });
    if (there)
      names.insert(fmt::format("{} ({})", person.name(), person.site()));
  }
  for (const std::string& name : names) {
    if (item.thanked_size() < kMost) item.add_thanked(name);
  }
  item.set_more_thanked(static_cast<uint32_t>(names.size()) -
                        static_cast<uint32_t>(item.thanked_size()));
}

v1::DigestItem MakeItem(const Seen& seen, const GroupRules& rules,
                        absl::TimeZone zone, uint64_t fresh) {
  const v1::Insight& insight = seen.insight;
  v1::DigestItem item;
  item.set_insight(insight.id());
  item.set_opened_by(insight.opened_by());
  item.set_last_decision(insight.last_decision());
  item.set_title(TitleOf(seen, rules.numbers));
  item.set_topic(insight.topic());
  item.set_kind(insight.kind());
  item.set_state(insight.state());
  const auto count = [&](uint64_t value) {
    return CountOf(value, seen.hidden, rules.numbers);
  };
  *item.mutable_observations() = count(seen.observations);
  *item.mutable_reporters() = count(seen.reporters);
  *item.mutable_sites() = count(seen.sites);
  *item.mutable_new_observations() = count(fresh);
  AddParts(seen, item);
  item.set_why(Why(seen, rules.numbers));
  for (const std::string& name : seen.site_names) {
    if (item.site_names_size() < kSiteNames) item.add_site_names(name);
  }
  for (const uint64_t other : seen.lately.akin) {
    if (other == insight.id()) continue;
    if (item.akin_size() == kMostAkin) break;
    item.add_akin(other);
  }
  item.set_moment(seen.open);
  if (insight.has_first_seen()) {
    *item.mutable_first_seen() = seen.first_exact
                                     ? insight.first_seen()
                                     : DayOf(insight.first_seen(), zone);
  }
  *item.mutable_last_seen() =
      seen.open ? insight.last_seen() : DayOf(insight.last_seen(), zone);
  item.set_severity_max(seen.severity_max);
  item.set_owner(insight.owner());
  if (insight.has_due()) *item.mutable_due() = insight.due();
  if (!seen.partial && insight.late() > 0) {
    *item.mutable_late() = count(insight.late());
  }
  if (insight.answers_size() > 0) {
    *item.mutable_answer() = insight.answers(insight.answers_size() - 1);
    item.mutable_answer()->set_text(
        Shorten(item.answer().text(), kAnswerBytes));
  }
  item.set_verdict(VerdictText(seen, rules.numbers));
  AddThanked(seen, item);
  const bool many = seen.reporters >= rules.verbatims;
  for (v1::Verbatim& verbatim :
       ChooseVerbatims(insight, many ? kMoreVerbatims : kVerbatims, many)) {
    verbatim.clear_observation();
    verbatim.clear_sentiment();
    verbatim.set_text(ShortenVerbatim(verbatim.text()));
    *item.add_verbatims() = std::move(verbatim);
  }
  return item;
}

}  // namespace earshot::feed
