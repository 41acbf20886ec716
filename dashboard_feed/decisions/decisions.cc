#include "dashboard_feed/decisions/decisions.h"

#include <fmt/format.h>

#include <utility>

#include "base/os/bytes.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "proto/contract/validate.h"

namespace earshot::feed {
namespace {

bool Finished(v1::State state) {
  return state == v1::RESOLVED || state == v1::CONFIRMED ||
         state == v1::UNCHALLENGED || state == v1::DECLINED;
}

}  // namespace

absl::Status CheckState(v1::State state, v1::Decision::VerbCase verb) {
  const auto refuse = [&](const char* next) {
    return absl::FailedPreconditionError(fmt::format(
        "'{}' is not possible while the insight is {}; {}",
        contract::VerbName(verb), contract::StateName(state), next));
  };
  switch (verb) {
    case v1::Decision::kAcknowledge:
      if (state == v1::HEARD || state == v1::REOPENED) return absl::OkStatus();
      return refuse(Finished(state) ? "reopen it first"
                                    : "it is in hand already");
    case v1::Decision::kAssign:
    case v1::Decision::kAnswer:
    case v1::Decision::kDecline:
    case v1::Decision::kResolve:
      return Finished(state) ? refuse("reopen it first") : absl::OkStatus();
    case v1::Decision::kReopen:
      return Finished(state) ? absl::OkStatus() : refuse("it is still open");
    default:
      return absl::OkStatus();
  }
}

absl::Status CheckMute(const v1::Insight& insight,
                       const v1::Decision& decision) {
  if (contract::EndsMute(decision)) {
    if (insight.has_muted() && contract::ToTime(insight.muted().until()) >
                                   contract::ToTime(decision.at())) {
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(fmt::format(
        "#{} is not hidden; there is nothing to end", insight.id()));
  }
  if (!Finished(insight.state())) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "'mute' is not possible while the insight is {}: it is listed again only "
      "if it comes back, and then it should be seen",
      contract::StateName(insight.state())));
}

absl::Status NameObservations(const v1::Insight& insight, v1::Split& split) {
  for (std::string& name : *split.mutable_observations()) {
    const v1::Verbatim* found = nullptr;
    for (const v1::Verbatim& verbatim : insight.verbatims()) {
      const std::string& id = verbatim.observation();
      if (name.empty() || id.compare(0, name.size(), name) != 0) continue;
      if (found != nullptr) {
        return absl::InvalidArgumentError(fmt::format(
            "two verbatims begin with '{}'; give more of it", os::ToHex(name)));
      }
      found = &verbatim;
    }
    if (found == nullptr) {
      return absl::NotFoundError(
          fmt::format("#{0} shows no verbatim '{1}'; 'earshot-feed why {0}' "
                      "names those that it shows",
                      insight.id(), os::ToHex(name)));
    }
    name = found->observation();
  }
  return absl::OkStatus();
}

size_t RedactDecision(const contract::Redactor& redactor,
                      v1::Decision& decision) {
  size_t hits = 0;
  const auto redact = [&](std::string* text) {
    contract::Redaction redaction = redactor.Redact(*text);
    if (redaction.spans.empty()) return;
    hits += redaction.spans.size();
    *text = std::move(redaction.text);
  };
  for (v1::Translation& one : *decision.mutable_translations()) {
    redact(one.mutable_text());
  }
  switch (decision.verb_case()) {
    case v1::Decision::kAssign:
      redact(decision.mutable_assign()->mutable_owner());
      break;
    case v1::Decision::kAnswer:
      redact(decision.mutable_answer()->mutable_text());
      break;
    case v1::Decision::kDecline:
      redact(decision.mutable_decline()->mutable_reason());
      break;
    case v1::Decision::kResolve:
      redact(decision.mutable_resolve()->mutable_text());
      break;
    case v1::Decision::kReopen:
      redact(decision.mutable_reopen()->mutable_reason());
      break;
    case v1::Decision::kMute:
      redact(decision.mutable_mute()->mutable_reason());
      break;
    case v1::Decision::kRename:
      redact(decision.mutable_rename()->mutable_title());
      break;
    default:
      break;
  }
  return hits;
}

}  // namespace earshot::feed
