#include "agents/page/forms.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/http/http_server.h"
#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "earshot/v1/observation.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/names.h"

namespace earshot::agents {
namespace {

using http::FieldOf;

// Browsers end lines with two characters.
std::string Tidied(const std::string& typed) {
  std::string out;
  for (size_t i = 0; i < typed.size(); ++i) {
    if (typed[i] != '\r') {
      out += typed[i];
    } else if (i + 1 >= typed.size() || typed[i + 1] != '\n') {
      out += '\n';
    }
  }
  constexpr std::string_view kBlanks = " \t\n";
  const size_t first = out.find_first_not_of(kBlanks);
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(kBlanks) - first + 1);
}

v1::ControlRequest Request(const char* command,
                           std::vector<std::string> arguments) {
  v1::ControlRequest request;
  request.set_command(command);
  for (std::string& argument : arguments) {
    request.add_arguments(std::move(argument));
  }
  return request;
}

}  // namespace

size_t LengthOf(const std::string& utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

ReportForm ReportFrom(const Fields& fields) {
  ReportForm form;
  form.text = Tidied(FieldOf(fields, "text"));
  uint32_t severity = 0;
  if (absl::SimpleAtoi(FieldOf(fields, "severity"), &severity) &&
      severity >= 1 && severity <= 5) {
    form.severity = severity;
  }
  form.named = FieldOf(fields, "who") == "named";
  form.name = Tidied(FieldOf(fields, "name"));
  form.quote = FieldOf(fields, "quote") == "yes";
  const std::string kind = FieldOf(fields, "kind");
  if (contract::ParseKind(kind)) form.kind = kind;
  form.safety = FieldOf(fields, "safety") == "yes";
  return form;
}

std::string MistakeIn(const ReportForm& form) {
  if (form.text.empty()) return "error_empty";
  if (LengthOf(form.text) > kMostTextOnPage) return "error_long";
  if (form.named && form.name.empty()) return "error_name";
  return {};
}

v1::ControlRequest RequestOf(const ReportForm& form, const char* command) {
  v1::Observation draft;
  draft.set_text(form.text);
  draft.set_severity(form.severity);
  if (const auto kind = contract::ParseKind(form.kind)) draft.set_kind(*kind);
  if (form.safety) draft.add_tags("safety");
  v1::ControlRequest request = Request(command, {});
  if (form.named) {
    draft.mutable_reporter()->set_name(form.name);
  } else {
    request.add_arguments("anonymous");
    if (form.quote) request.add_arguments("quote");
  }
  draft.SerializeToString(request.mutable_body());
  return request;
}

v1::ControlRequest MeTooRequest(const std::string& issue,
                                const std::string& title) {
  v1::Observation draft;
  draft.set_text(title);
  draft.set_same_as(issue);
  v1::ControlRequest request = Request("observe", {"anonymous"});
  draft.SerializeToString(request.mutable_body());
  return request;
}

v1::ControlRequest VerdictRequest(const Fields& fields) {
  const std::string fixed = FieldOf(fields, "fixed");
  v1::Verdict verdict;
  verdict.set_fixed(fixed == "yes"           ? v1::Verdict::YES
                    : fixed == "no"          ? v1::Verdict::NO
                    : fixed == "cannot-tell" ? v1::Verdict::CANNOT_TELL
                                             : v1::Verdict::FIXED_UNSPECIFIED);
  verdict.set_reason(Tidied(FieldOf(fields, "reason")));
  v1::ControlRequest request = Request("verdict", {FieldOf(fields, "receipt")});
  verdict.SerializeToString(request.mutable_body());
  return request;
}

v1::ControlRequest ReplyRequest(const Fields& fields) {
  v1::ControlRequest request = Request(
      "reply", {FieldOf(fields, "question"), Tidied(FieldOf(fields, "said"))});
  const std::string receipt = FieldOf(fields, "receipt");
  if (!receipt.empty()) request.add_arguments(receipt);
  return request;
}

v1::ControlRequest CorrectRequest(const Fields& fields) {
  v1::Observation changes;
  changes.set_text(Tidied(FieldOf(fields, "text")));
  v1::ControlRequest request = Request("correct", {FieldOf(fields, "receipt")});
  changes.SerializeToString(request.mutable_body());
  return request;
}

v1::ControlRequest WithdrawRequest(const Fields& fields) {
  return Request("withdraw", {FieldOf(fields, "receipt")});
}

std::string SeenMark(const Fields& fields) {
  std::string all;
  for (const auto& [name, value] : fields) {
    if (name == "form" || name == "seen") continue;
    os::AppendU64(all, name.size());
    all += name;
    const std::string tidy = Tidied(value);
    os::AppendU64(all, tidy.size());
    all += tidy;
  }
  constexpr size_t kDigits = 32;
  return os::ToHex(os::Sha256(all)).substr(0, kDigits);
}

std::vector<std::string> ReceiptsIn(const std::string& cookie) {
  std::vector<std::string> receipts;
  for (const absl::string_view one : absl::StrSplit(cookie, '.')) {
    if (receipts.size() == kMostRemembered) break;
    if (contract::NormaliseReceipt({one.data(), one.size()}).ok()) {
      receipts.emplace_back(one);
    }
  }
  return receipts;
}

std::string CookieOf(const std::vector<std::string>& receipts) {
  return absl::StrJoin(
      receipts.begin(),
      receipts.begin() +
          static_cast<ptrdiff_t>(std::min(receipts.size(), kMostRemembered)),
      ".");
}

}  // namespace earshot::agents
