#include "proto/contract/names.h"

#include <array>
#include <utility>

namespace earshot::contract {
namespace {

template <typename T>
using Entry = std::pair<T, std::string_view>;

constexpr std::array<Entry<v1::ObservationKind>, 8> kKinds{{
    {v1::OBSERVATION_KIND_PAIN_POINT, "pain_point"},
    {v1::OBSERVATION_KIND_PRAISE, "praise"},
    {v1::OBSERVATION_KIND_IDEA, "idea"},
    {v1::OBSERVATION_KIND_PREFERENCE_CHANGE, "preference_change"},
    {v1::OBSERVATION_KIND_PROCESS_GAP, "process_gap"},
    {v1::OBSERVATION_KIND_EMPLOYEE_EXPERIENCE, "employee_experience"},
    {v1::OBSERVATION_KIND_RISK, "risk"},
    {v1::OBSERVATION_KIND_NOISE, "noise"},
}};

constexpr std::array<Entry<v1::Subject>, 3> kSubjects{{
    {v1::SUBJECT_CUSTOMER, "customer"},
    {v1::SUBJECT_EMPLOYEE, "employee"},
    {v1::SUBJECT_PARTNER, "partner"},
}};

constexpr std::array<Entry<v1::Source>, 5> kSources{{
    {v1::SOURCE_EMPLOYEE, "employee"},
    {v1::SOURCE_LEADER_VISIT, "leader_visit"},
    {v1::SOURCE_SURVEY, "survey"},
    {v1::SOURCE_OPERATIONS, "operations"},
    {v1::SOURCE_IMPORT, "import"},
}};

constexpr std::array<Entry<v1::State>, 8> kStates{{
    {v1::HEARD, "heard"},
    {v1::ACKNOWLEDGED, "acknowledged"},
    {v1::COMMITTED, "committed"},
    {v1::DECLINED, "declined"},
    {v1::RESOLVED, "resolved"},
    {v1::CONFIRMED, "confirmed"},
    {v1::UNCHALLENGED, "unchallenged"},
    {v1::REOPENED, "reopened"},
}};

constexpr std::array<Entry<v1::Decision::VerbCase>, 11> kVerbs{{
    {v1::Decision::kAcknowledge, "ack"},
    {v1::Decision::kAssign, "assign"},
    {v1::Decision::kAnswer, "answer"},
    {v1::Decision::kDecline, "decline"},
    {v1::Decision::kResolve, "resolve"},
    {v1::Decision::kReopen, "reopen"},
    {v1::Decision::kMute, "mute"},
    {v1::Decision::kRename, "rename"},
    {v1::Decision::kCorrectTopic, "correct-topic"},
    {v1::Decision::kMerge, "merge"},
    {v1::Decision::kSplit, "split"},
}};

template <typename T, size_t n>
std::string_view Name(const std::array<Entry<T>, n>& entries, T value) {
  for (const auto& [candidate, name] : entries) {
    if (candidate == value) return name;
  }
  return "";
}

template <typename T, size_t n>
std::optional<T> Parse(const std::array<Entry<T>, n>& entries,
                       std::string_view text) {
  for (const auto& [value, name] : entries) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view KindName(v1::ObservationKind kind) {
  return Name(kKinds, kind);
}
std::string_view SubjectName(v1::Subject subject) {
  return Name(kSubjects, subject);
}
std::string_view SourceName(v1::Source source) {
  return Name(kSources, source);
}
std::string_view StateName(v1::State state) { return Name(kStates, state); }

std::string_view VerbName(v1::Decision::VerbCase verb) {
  return Name(kVerbs, verb);
}

std::optional<v1::ObservationKind> ParseKind(std::string_view name) {
  return Parse(kKinds, name);
}
std::optional<v1::Subject> ParseSubject(std::string_view name) {
  return Parse(kSubjects, name);
}
std::optional<v1::Source> ParseSource(std::string_view name) {
  return Parse(kSources, name);
}

}  // namespace earshot::contract
