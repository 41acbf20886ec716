#include "dashboard_feed/decisions/from_fields.h"

#include <fmt/format.h>

#include <string_view>

#include "base/http/http_server.h"
#include "base/os/bytes.h"
#include "dashboard_feed/decisions/until.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

class Fields {
 public:
  Fields(const std::map<std::string, std::string>& fields, absl::Time now,
         absl::TimeZone zone)
      : fields_(fields), now_(now), zone_(zone) {}

  std::string Of(const char* name) const {
    return http::FieldOf(fields_, name);
  }
  // Of an empty one `out` stays as it is.
  template <typename Out>
  absl::Status Moment(const char* name, const Out& out) const {
    const std::string text = Of(name);
    if (text.empty()) return absl::OkStatus();
    const auto moment = ParseUntil(text, now_, zone_);
    if (!moment.ok()) return moment.status();
    out(contract::ToStamp(*moment));
    return absl::OkStatus();
  }

 private:
  const std::map<std::string, std::string>& fields_;
  const absl::Time now_;
  const absl::TimeZone zone_;
};

using Stamp = google::protobuf::Timestamp;

absl::Status FillAnswer(const Fields& fields, v1::GiveAnswer& answer) {
  answer.set_text(fields.Of("text"));
  const std::string intent = fields.Of("intent");
  if (intent == "need_more") {
    answer.set_intent(v1::GiveAnswer::NEED_MORE);
  } else if (intent.empty() || intent == "will_do") {
    answer.set_intent(v1::GiveAnswer::WILL_DO);
  } else {
    return absl::InvalidArgumentError(
        "an answer's intent is will_do or need_more");
  }
  return absl::OkStatus();
}

absl::Status FillMerge(const Fields& fields, v1::Merge& merge) {
  const auto into = contract::ParseInsightNumber(fields.Of("into"));
  if (!into.ok()) return into.status();
  merge.set_into(*into);
  return absl::OkStatus();
}

// A box that was ticked is a field `verbatim-` and the name of a verbatim.
absl::Status FillSplit(const std::map<std::string, std::string>& given,
                       const Fields& fields, v1::Split& split) {
  constexpr std::string_view kBefore = "verbatim-";
  const std::string merged = fields.Of("merged");
  if (!merged.empty()) {
    const auto number = contract::ParseInsightNumber(merged);
    if (!number.ok()) return number.status();
    split.set_merged(*number);
  }
  for (const auto& [name, value] : given) {
    if (name.compare(0, kBefore.size(), kBefore) != 0 || value.empty()) {
      continue;
    }
    const auto id = os::FromHex(name.substr(kBefore.size()));
    if (!id.ok() || id->empty()) {
      return absl::InvalidArgumentError(
          fmt::format("'{}' names no verbatim of the insight", name));
    }
    split.add_observations(*id);
  }
  if ((split.merged() != 0) == (split.observations_size() > 0)) {
    return absl::InvalidArgumentError(
        "say what is to be split off: verbatims, or an insight that was merged "
        "into it, not both");
  }
  return absl::OkStatus();
}

absl::Status FillTimed(const std::string& verb, const Fields& fields,
                       v1::Decision& decision) {
  if (verb == "ack") {
    v1::Acknowledge& ack = *decision.mutable_acknowledge();
    return fields.Moment("until",
                         [&](const Stamp& at) { *ack.mutable_until() = at; });
  }
  if (verb == "assign") {
    v1::Assign& assign = *decision.mutable_assign();
    assign.set_owner(fields.Of("owner"));
    return fields.Moment("due",
                         [&](const Stamp& at) { *assign.mutable_due() = at; });
  }
  v1::Mute& mute = *decision.mutable_mute();
  mute.set_reason(fields.Of("reason"));
  if (fields.Of("until").empty()) {
    return absl::InvalidArgumentError(
        "say until when it is hidden: 14d, or 2026-12-01");
  }
  if (fields.Of("until") == "now") {
    *mute.mutable_until() = contract::ToStamp(absl::UnixEpoch());
    return absl::OkStatus();
  }
  return fields.Moment("until",
                       [&](const Stamp& at) { *mute.mutable_until() = at; });
}

}  // namespace

absl::StatusOr<v1::Decision> DecisionFrom(
    const std::string& verb, const std::map<std::string, std::string>& given,
    absl::Time now, absl::TimeZone zone) {
  const Fields fields(given, now, zone);
  v1::Decision decision;
  absl::Status status;
  if (verb == "ack" || verb == "assign" || verb == "mute") {
    status = FillTimed(verb, fields, decision);
  } else if (verb == "answer") {
    status = FillAnswer(fields, *decision.mutable_answer());
  } else if (verb == "decline") {
    decision.mutable_decline()->set_reason(fields.Of("reason"));
  } else if (verb == "resolve") {
    decision.mutable_resolve()->set_text(fields.Of("text"));
  } else if (verb == "reopen") {
    decision.mutable_reopen()->set_reason(fields.Of("reason"));
  } else if (verb == "rename") {
    decision.mutable_rename()->set_title(fields.Of("title"));
  } else if (verb == "correct-topic") {
    decision.mutable_correct_topic()->set_topic(fields.Of("topic"));
  } else if (verb == "merge") {
    status = FillMerge(fields, *decision.mutable_merge());
  } else if (verb == "split") {
    status = FillSplit(given, fields, *decision.mutable_split());
  } else {
    status = absl::InvalidArgumentError(
        "there is no such decision; choose ack, assign, answer, decline, "
        "resolve, reopen, mute, rename, correct-topic, merge or split");
  }
  if (!status.ok()) return status;
  return decision;
}

}  // namespace earshot::feed
