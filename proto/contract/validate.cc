#include "proto/contract/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "proto/contract/ids.h"
#include "proto/contract/languages.h"
#include "proto/contract/times.h"

namespace earshot::contract {
namespace {

constexpr int64_t kYear2000 = 946684800;

// Length of the UTF-8 sequence at `at`, 0 if it is not one (RFC 3629).
size_t SequenceLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  size_t length = 0;
  uint32_t point = 0;
  uint32_t least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2, point = lead & 0x1F, least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3, point = lead & 0x0F, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4, point = lead & 0x07, least = 0x10000;
  }
  if (length == 0 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
    point = (point << 6) | (byte(at + i) & 0x3FU);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < least || point > 0x10FFFF || surrogate ? 0 : length;
}

bool IsBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  });
}

std::optional<Refusal> CheckName(std::string_view what, std::string_view name,
                                 bool required) {
  if (name.empty() && !required) return std::nullopt;
  if (IsName(name)) return std::nullopt;
  return Refusal{fmt::format("{}_invalid", what),
                 fmt::format("{} must be 1 to {} printable characters", what,
                             kMaxNameBytes)};
}

// Empty, or as ISO 4217 spells it.
bool IsCurrency(std::string_view text) {
  return text.empty() ||
         (text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) {
            return c >= 'A' && c <= 'Z';
          }));
}

std::optional<Refusal> CheckText(std::string_view text) {
  if (IsBlank(text)) {
    return Refusal{"text_empty", "say what happened: the text is empty"};
  }
  if (text.size() > kMaxTextBytes) {
    return Refusal{"text_too_long",
                   fmt::format("the text has {} bytes, at most {} are taken; "
                               "shorten it or send two reports",
                               text.size(), kMaxTextBytes)};
  }
  if (!IsUtf8(text)) {
    return Refusal{"text_not_utf8", "the text is not UTF-8; convert it first"};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckTags(const v1::Observation& observation) {
  if (static_cast<size_t>(observation.tags_size()) > kMaxTags) {
    return Refusal{"too_many_tags",
                   fmt::format("at most {} tags are taken", kMaxTags)};
  }
  for (const std::string& tag : observation.tags()) {
    if (tag.empty() || tag.size() > kMaxTagBytes || !IsName(tag)) {
      return Refusal{
          "tag_invalid",
          fmt::format("a tag has 1 to {} printable characters", kMaxTagBytes)};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckThanks(const v1::Observation& observation) {
  if (!observation.has_thanks()) return std::nullopt;
  const v1::Thanks& thanks = observation.thanks();
  if (!IsName(thanks.name()) ||
      (!thanks.site().empty() && !IsName(thanks.site()))) {
    return Refusal{"thanks_invalid",
                   fmt::format("thanks names somebody, and their site if it is "
                               "another, in at most {} bytes each",
                               kMaxNameBytes)};
  }
  if (observation.kind() != v1::OBSERVATION_KIND_PRAISE) {
    return Refusal{"thanks_invalid", "thanks goes with kind praise alone"};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckTranslations(const v1::Decision& decision) {
  constexpr int kMost = 8;
  const bool words =
      decision.has_answer() || decision.has_decline() || decision.has_resolve();
  if (decision.translations_size() > (words ? kMost : 0)) {
    return Refusal{"translations_invalid",
                   fmt::format("an answer, a decline or a resolve has at most "
                               "{} translations, anything else none",
                               kMost)};
  }
  for (const v1::Translation& one : decision.translations()) {
    if (!IsLanguage(one.language()) || IsBlank(one.text()) ||
        one.text().size() > kMaxAnswerBytes || !IsUtf8(one.text())) {
      return Refusal{
          "translations_invalid",
          fmt::format("a translation has a language, as in es or fr-CA, and "
                      "words in at most {} bytes",
                      kMaxAnswerBytes)};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckMute(const v1::Decision& decision) {
  if (!decision.mute().has_until()) {
    return Refusal{"mute_without_end", "say until when it is to be hidden"};
  }
  if (ToTime(decision.mute().until()) >
      ToTime(decision.at()) + absl::Hours(24 * kLongestMuteDays)) {
    return Refusal{
        "mute_too_long",
        fmt::format("it can be hidden for {} days at most; name an earlier end",
                    kLongestMuteDays)};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckRegroup(const v1::Decision& decision) {
  const v1::Merge& merge = decision.merge();
  if (decision.has_merge() &&
      (merge.into() == 0 || merge.into() == decision.insight() ||
       (!merge.into_opened_by().empty() &&
        merge.into_opened_by().size() != kIdBytes))) {
    return Refusal{"merge_invalid", "a merge names another insight"};
  }
  if (!decision.has_split()) return std::nullopt;
  const v1::Split& split = decision.split();
  const bool ids =
      std::all_of(split.observations().begin(), split.observations().end(),
                  [](const std::string& id) { return id.size() == kIdBytes; });
  if (!ids || (split.observations_size() > 0) == (split.merged() != 0) ||
      static_cast<size_t>(split.observations_size()) > kMaxSplit) {
    return Refusal{
        "split_invalid",
        fmt::format("a split names 1 to {} observations, or a part that was "
                    "merged in",
                    kMaxSplit)};
  }
  return std::nullopt;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  constexpr uint64_t kNotAscii = 0x8080808080808080;
  for (size_t at = 0; at < text.size();) {
    uint64_t eight = 0;
    if (text.size() - at >= sizeof(eight)) {
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      if ((eight & kNotAscii) == 0) {
        at += sizeof(eight);
        continue;
      }
    }
    const size_t length = SequenceLength(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes || !IsUtf8(text)) {
    return false;
  }
  if (text.front() == ' ' || text.back() == ' ') return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

std::optional<Refusal> Validate(const v1::Observation& observation) {
  if (auto refusal = CheckText(observation.text())) return refusal;
  if (auto refusal = CheckTags(observation)) return refusal;
  if (observation.severity() < 1 || observation.severity() > 5) {
    return Refusal{"severity_range",
                   fmt::format("severity is 1 (lowest) to 5 (highest), not {}",
                               observation.severity())};
  }
  if (auto refusal = CheckName("site", observation.site(), true)) {
    return refusal;
  }
  if (auto refusal = CheckName("channel", observation.channel(), true)) {
    return refusal;
  }
  if (auto refusal = CheckName("shift", observation.shift(), false)) {
    return refusal;
  }
  if (auto refusal =
          CheckName("promise", observation.promise().promise(), false)) {
    return refusal;
  }
  if (!IsCurrency(observation.resolved_on_the_spot().spent().currency())) {
    return Refusal{"currency_invalid",
                   "a currency is three capital letters, as in EUR"};
  }
  const int64_t cents = observation.resolved_on_the_spot().spent().cents();
  if (cents < 0 || cents > kMaxCents) {
    return Refusal{"spent_range",
                   "what was spent is not below 0, and no fortune"};
  }
  if (!observation.has_observed_at() ||
      observation.observed_at().seconds() < kYear2000) {
    return Refusal{"observed_at_invalid",
                   "observed_at is missing or before the year 2000"};
  }
  if (!v1::ObservationKind_IsValid(observation.kind()) ||
      !v1::Subject_IsValid(observation.subject()) ||
      !v1::Source_IsValid(observation.source())) {
    return Refusal{"value_unknown",
                   "kind, subject or source is of a newer release; upgrade the "
                   "router"};
  }
  const v1::Reporter& reporter = observation.reporter();
  if (reporter.name().size() > kMaxReporterBytes || !IsUtf8(reporter.name()) ||
      (reporter.who_case() == v1::Reporter::kPseudonym &&
       reporter.pseudonym().size() != 16)) {
    return Refusal{"reporter_invalid",
                   fmt::format("a reporter's name has at most {} bytes",
                               kMaxReporterBytes)};
  }
  if (auto refusal = CheckThanks(observation)) return refusal;
  if (!observation.corrects().empty() && observation.corrects().size() != 16) {
    return Refusal{"corrects_invalid", "corrects is not a record's id"};
  }
  if (!observation.same_as().empty() &&
      observation.same_as().size() != kIdBytes) {
    return Refusal{"same_as_invalid", "same_as is not the id of a known issue"};
  }
  return std::nullopt;
}

std::optional<Refusal> Validate(const v1::Decision& decision) {
  if (!IsName(decision.leader())) {
    return Refusal{"leader_invalid", "a decision names its leader"};
  }
  if (decision.insight() == 0) {
    return Refusal{"insight_missing", "a decision names an insight"};
  }
  if (!decision.opened_by().empty() &&
      decision.opened_by().size() != kIdBytes) {
    return Refusal{"opened_by_invalid", "opened_by is not a record's id"};
  }
  if (decision.verb_case() == v1::Decision::VERB_NOT_SET) {
    return Refusal{"verb_unknown",
                   "the decision is of a newer release; upgrade the router"};
  }
  if (auto refusal = CheckName("owner", decision.assign().owner(), false)) {
    return refusal;
  }
  if (auto refusal =
          CheckName("topic", decision.correct_topic().topic(), false)) {
    return refusal;
  }
  if (auto refusal =
          CheckName("language", decision.answer().language(), false)) {
    return refusal;
  }
  if (auto refusal = CheckRegroup(decision)) return refusal;
  if (auto refusal = CheckTranslations(decision)) return refusal;
  std::string_view text;
  bool required = false;
  switch (decision.verb_case()) {
    case v1::Decision::kAnswer:
      text = decision.answer().text();
      required = true;
      break;
    case v1::Decision::kDecline:
      text = decision.decline().reason();
      required = true;
      break;
    case v1::Decision::kResolve:
      text = decision.resolve().text();
      required = true;
      break;
    case v1::Decision::kRename:
      text = decision.rename().title();
      required = true;
      break;
    case v1::Decision::kMute:
      if (auto refusal = CheckMute(decision)) return refusal;
      text = decision.mute().reason();
      required = !EndsMute(decision);
      break;
    case v1::Decision::kReopen:
      text = decision.reopen().reason();
      break;
    default:
      break;
  }
  if (required && IsBlank(text)) {
    return Refusal{"text_empty", "say it in words: the text is empty"};
  }
  if (text.size() > kMaxAnswerBytes || !IsUtf8(text)) {
    return Refusal{
        "text_too_long",
        fmt::format("at most {} bytes of UTF-8 are taken", kMaxAnswerBytes)};
  }
  return std::nullopt;
}

std::optional<Refusal> Validate(const v1::Verdict& verdict) {
  if (verdict.observation().size() != kIdBytes ||
      verdict.answer().size() != kIdBytes) {
    return Refusal{"verdict_invalid",
                   "a verdict names an observation and an answer, by ids of "
                   "16 bytes"};
  }
  if (verdict.fixed() != v1::Verdict::YES &&
      verdict.fixed() != v1::Verdict::NO &&
      verdict.fixed() != v1::Verdict::CANNOT_TELL) {
    return Refusal{"verdict_invalid", "a verdict says yes, no or cannot tell"};
  }
  if (verdict.reason().size() > kMaxAnswerBytes || !IsUtf8(verdict.reason())) {
    return Refusal{
        "text_too_long",
        fmt::format("at most {} bytes of UTF-8 are taken", kMaxAnswerBytes)};
  }
  return std::nullopt;
}

bool EndsMute(const v1::Decision& decision) {
  return decision.has_mute() &&
         ToTime(decision.mute().until()) <= ToTime(decision.at());
}

size_t RedactObservation(const Redactor& redactor,
                         v1::Observation& observation) {
  size_t hits = 0;
  const auto redact = [&](std::string* text) {
    Redaction redaction = redactor.Redact(*text);
    if (redaction.spans.empty()) return;
    hits += redaction.spans.size();
    *text = std::move(redaction.text);
  };
  redact(observation.mutable_text());
  for (std::string& tag : *observation.mutable_tags()) redact(&tag);
  if (observation.has_thanks()) {
    redact(observation.mutable_thanks()->mutable_name());
  }
  if (observation.has_promise()) {
    redact(observation.mutable_promise()->mutable_promise());
  }
  return hits;
}

bool OpenAlways(const v1::Observation& observation) {
  return observation.severity() == 5 ||
         observation.kind() == v1::OBSERVATION_KIND_RISK ||
         std::find(observation.tags().begin(), observation.tags().end(),
                   "safety") != observation.tags().end();
}

}  // namespace earshot::contract
