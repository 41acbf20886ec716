#include "agents/capture/capture.h"

#include <utility>

#include "base/os/sha256.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"
#include "proto/contract/validate.h"

namespace earshot::agents {
namespace {

void FillIn(const Surroundings& here, absl::Time now, v1::Observation& out) {
  if (out.severity() == 0) out.set_severity(3);
  if (out.subject() == v1::SUBJECT_UNSPECIFIED) {
    out.set_subject(v1::SUBJECT_CUSTOMER);
  }
  if (out.source() == v1::SOURCE_UNSPECIFIED) {
    out.set_source(out.imported() ? v1::SOURCE_IMPORT : v1::SOURCE_EMPLOYEE);
  }
  if (out.site().empty()) out.set_site(here.site);
  if (out.channel().empty()) out.set_channel(here.channel);
  if (!out.has_observed_at())
    *out.mutable_observed_at() = contract::ToStamp(now);
}

// Names are not rewritten, or reports would go astray: one that looks like a
// personal number is refused.
absl::Status CheckNames(const contract::Redactor& redactor,
                        const v1::Observation& draft) {
  for (const std::string* name :
       {&draft.site(), &draft.channel(), &draft.shift()}) {
    if (!redactor.Redact(*name).spans.empty()) {
      return absl::InvalidArgumentError(
          "a site, channel or shift looks like a personal number; give its "
          "plain name");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Captured> Capture(const Surroundings& here,
                                 v1::Observation draft, absl::Time now) {
  Captured captured;
  v1::Observation& out = captured.observation;
  out = std::move(draft);
  FillIn(here, now, out);
  const absl::Time observed = contract::ToTime(out.observed_at());
  const ShiftAt shift = here.shifts.At(observed);
  if (out.shift().empty()) out.set_shift(shift.name);
  absl::Status names = CheckNames(here.redactor, out);
  if (!names.ok()) return names;
  size_t hits = contract::RedactObservation(here.redactor, out);
  if (out.reporter().who_case() == v1::Reporter::kName) {
    contract::Redaction name = here.redactor.Redact(out.reporter().name());
    hits += name.spans.size();
    out.mutable_reporter()->set_name(std::move(name.text));
  }
  out.set_redactions(static_cast<uint32_t>(hits));
  captured.open_always = contract::OpenAlways(out);
  const bool anonymous = out.reporter().who_case() == v1::Reporter::WHO_NOT_SET;
  if (anonymous && !captured.open_always) {
    *out.mutable_observed_at() = contract::ToStamp(shift.start);
  }
  if (const auto refusal = contract::Validate(out)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  captured.lane = out.severity() == 5 ? kUrgentLane : kRoutineLane;
  return captured;
}

std::string Pseudonym(std::string_view machine_key, std::string_view person) {
  return os::HmacSha256(machine_key, person).substr(0, contract::kIdBytes);
}

}  // namespace earshot::agents
