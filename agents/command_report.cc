#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>

#include "agents/command_options.h"
#include "agents/local_agent.h"
#include "agents/show.h"
#include "base/os/status_text.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/languages.h"
#include "proto/contract/names.h"
#include "proto/contract/redact_lines.h"
#include "proto/contract/validate.h"

namespace earshot::agents {
namespace {

// What every command needs, made where it is used.
struct Session {
  explicit Session(Settings settings, std::vector<std::string> sockets)
      : agent(std::move(settings), std::move(sockets), clock, random) {}
  os::SystemClock clock;
  os::SystemRandom random;
  LocalAgent agent;
};

absl::StatusOr<std::unique_ptr<Session>> OpenSession(
    const GlobalOptions& global) {
  auto settings = LoadSettings(global.source);
  if (!settings.ok()) return settings.status();
  auto sockets = SocketCandidates(global.source, *settings);
  return std::make_unique<Session>(*std::move(settings), std::move(sockets));
}

absl::StatusOr<std::string> TextOf(const std::string& given) {
  if (given != "-") return given;
  std::string text;
  char c = 0;
  while (text.size() <= contract::kMaxTextBytes && std::cin.get(c)) {
    text.push_back(c);
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.pop_back();
  }
  return text;
}

// "20", "12.50" or "12.50EUR".
absl::Status ReadMoney(const std::string& text, v1::Money& out) {
  absl::Status wrong = absl::InvalidArgumentError(fmt::format(
      "--spent '{}' is not an amount such as 20, 12.50 or 12.50EUR", text));
  size_t at = 0;
  int64_t cents = 0;
  int decimals = -1;
  for (; at < text.size() &&
         (text[at] == '.' || (text[at] >= '0' && text[at] <= '9'));
       ++at) {
    if (text[at] == '.') {
      if (decimals >= 0) return wrong;
      decimals = 0;
      continue;
    }
    if (decimals == 2 || cents > 1'000'000'000'000) return wrong;
    cents = cents * 10 + (text[at] - '0');
    if (decimals >= 0) ++decimals;
  }
  for (int i = std::max(decimals, 0); i < 2; ++i) cents *= 10;
  const std::string currency = text.substr(at);
  const bool letters = std::all_of(currency.begin(), currency.end(),
                                   [](char c) { return c >= 'A' && c <= 'Z'; });
  if (at == 0 || !letters || (!currency.empty() && currency.size() != 3)) {
    return wrong;
  }
  out.set_cents(cents);
  out.set_currency(currency);
  return absl::OkStatus();
}

absl::Status ReadWords(const ReportOptions& options, v1::Observation& draft) {
  if (!options.kind.empty()) {
    const auto kind = contract::ParseKind(options.kind);
    if (!kind) {
      return absl::InvalidArgumentError(fmt::format(
          "--kind '{}' is none of pain_point, praise, idea, preference_change, "
          "process_gap, employee_experience, risk, noise",
          options.kind));
    }
    draft.set_kind(*kind);
  }
  if (!options.subject.empty()) {
    const auto subject = contract::ParseSubject(options.subject);
    if (!subject) {
      return absl::InvalidArgumentError(
          fmt::format("--subject '{}' is none of customer, employee, partner",
                      options.subject));
    }
    draft.set_subject(*subject);
  }
  if (!options.thanks.empty()) {
    draft.mutable_thanks()->set_name(options.thanks);
    draft.mutable_thanks()->set_site(options.thanks_site);
    if (options.kind.empty()) draft.set_kind(v1::OBSERVATION_KIND_PRAISE);
  }
  if (options.resolved_on_the_spot) draft.mutable_resolved_on_the_spot();
  if (options.spent.empty()) return absl::OkStatus();
  return ReadMoney(options.spent,
                   *draft.mutable_resolved_on_the_spot()->mutable_spent());
}

absl::StatusOr<v1::Observation> DraftOf(const ReportOptions& options) {
  auto text = TextOf(options.text);
  if (!text.ok()) return text.status();
  v1::Observation draft;
  draft.set_text(*std::move(text));
  for (const std::string& tag : options.tags) draft.add_tags(tag);
  draft.set_severity(options.severity);
  draft.set_site(options.site);
  draft.set_channel(options.channel);
  if (!options.name.empty()) {
    draft.mutable_reporter()->set_name(options.name);
  }
  if (!options.promise.empty()) {
    if (options.kept == options.broken) {
      return absl::InvalidArgumentError(
          "--promise needs --kept or --broken, one of them");
    }
    draft.mutable_promise()->set_promise(options.promise);
    draft.mutable_promise()->set_kept(options.kept);
  }
  for (const std::string* given :
       {&draft.text(), &options.name, &options.promise, &options.site,
        &options.channel, &options.thanks, &options.thanks_site}) {
    if (!contract::IsUtf8(*given)) {
      return absl::InvalidArgumentError("the text is not UTF-8");
    }
  }
  absl::Status status = ReadWords(options, draft);
  if (!status.ok()) return status;
  return draft;
}

v1::ControlRequest RequestOf(const std::string& command,
                             const ReportOptions& options) {
  v1::ControlRequest request;
  request.set_command(command);
  if (!options.receipt.empty()) request.add_arguments(options.receipt);
  if (options.anonymous) request.add_arguments("anonymous");
  if (options.quote) request.add_arguments("quote");
  if (options.no_quote) request.add_arguments("no-quote");
  return request;
}

ShowStyle StyleOfOutput() {
  return {::isatty(STDOUT_FILENO) == 1, absl::LocalTimeZone()};
}

int List(const GlobalOptions& global, const v1::ControlRequest& request,
         bool json, std::string (*show)(const std::string&, const ShowStyle&)) {
  auto session = OpenSession(global);
  if (!session.ok()) return Fail(session.status(), kUsage);
  const auto body = (*session)->agent.Ask(request);
  if (!body.ok()) return Fail(body.status());
  fmt::print("{}", json ? *body + "\n" : show(*body, StyleOfOutput()));
  return kDone;
}

// Of who asks, as their shell has it.
std::string LanguageOfEnvironment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = ::getenv(name);
    if (value != nullptr && *value != '\0') {
      return contract::LanguageOfLocale(value);
    }
  }
  return "";
}

// "sent" or what keeps it, after a withdrawal or a correction.
std::string NextOf(const std::string& body) {
  const size_t start = body.find(":\"");
  const size_t end = body.rfind('"');
  if (start == std::string::npos || end <= start + 2) return body;
  return body.substr(start + 2, end - start - 2);
}

}  // namespace

int Fail(const absl::Status& status, int code) {
  fmt::print(stderr, "earshot-agent: {}\n", os::StatusText(status));
  return code;
}

int ObserveCommand(const GlobalOptions& global, const ReportOptions& options) {
  auto session = OpenSession(global);
  if (!session.ok()) return Fail(session.status(), kUsage);
  auto draft = DraftOf(options);
  if (!draft.ok()) return Fail(draft.status(), kUsage);
  if (contract::OpenAlways(*draft)) {
    fmt::print(stderr,
               "note: severity 5, kind risk and the tag safety always show "
               "the site and the moment to its leaders\n");
  }
  v1::ControlRequest request = RequestOf("observe", options);
  request.set_body(draft->SerializeAsString());
  const auto body = (*session)->agent.Ask(request);
  if (!body.ok()) return Fail(body.status());
  fmt::print("{}", ShowRecorded(*body));
  return kDone;
}

int WithdrawCommand(const GlobalOptions& global, const ReportOptions& options) {
  auto session = OpenSession(global);
  if (!session.ok()) return Fail(session.status(), kUsage);
  const auto body = (*session)->agent.Ask(RequestOf("withdraw", options));
  if (!body.ok()) return Fail(body.status());
  fmt::print("withdrawn: it no longer counts once the router knows\n{}\n",
             NextOf(*body));
  return kDone;
}

int CorrectCommand(const GlobalOptions& global, const ReportOptions& options) {
  auto session = OpenSession(global);
  if (!session.ok()) return Fail(session.status(), kUsage);
  auto draft = DraftOf(options);
  if (!draft.ok()) return Fail(draft.status(), kUsage);
  v1::ControlRequest request = RequestOf("correct", options);
  request.set_body(draft->SerializeAsString());
  const auto body = (*session)->agent.Ask(request);
  if (!body.ok()) return Fail(body.status());
  fmt::print("corrected: the same receipt leads to the new report\n{}\n",
             NextOf(*body));
  return kDone;
}

int VerdictCommand(const GlobalOptions& global, const VerdictOptions& options) {
  auto session = OpenSession(global);
  if (!session.ok()) return Fail(session.status(), kUsage);
  auto reason = TextOf(options.reason);
  if (!reason.ok()) return Fail(reason.status());
  if (!contract::IsUtf8(*reason)) {
    return Fail(absl::InvalidArgumentError("the text is not UTF-8"), kUsage);
  }
  v1::Verdict verdict;
  verdict.set_reason(*std::move(reason));
  verdict.set_fixed(options.fixed == "yes"  ? v1::Verdict::YES
                    : options.fixed == "no" ? v1::Verdict::NO
                                            : v1::Verdict::CANNOT_TELL);
  v1::ControlRequest request;
  request.set_command("verdict");
  request.add_arguments(options.receipt);
  request.set_body(verdict.SerializeAsString());
  const auto body = (*session)->agent.Ask(request);
  if (!body.ok()) return Fail(body.status());
  fmt::print("noted: {}\n{}\n",
             verdict.fixed() == v1::Verdict::NO
                 ? (verdict.reason().empty()
                        ? "not fixed; with --because the leader sees it again "
                          "at once"
                        : "not fixed; the leader sees it again")
                 : options.fixed,
             NextOf(*body));
  return kDone;
}

int ReplyCommand(const GlobalOptions& global, const ReplyOptions& options) {
  auto session = OpenSession(global);
  if (!session.ok()) return Fail(session.status(), kUsage);
  auto said = TextOf(options.said);
  if (!said.ok()) return Fail(said.status());
  if (!contract::IsUtf8(*said)) {
    return Fail(absl::InvalidArgumentError("the text is not UTF-8"), kUsage);
  }
  v1::ControlRequest request;
  request.set_command("reply");
  request.add_arguments(options.question);
  request.add_arguments(*std::move(said));
  if (!options.receipt.empty()) request.add_arguments(options.receipt);
  const auto body = (*session)->agent.Ask(request);
  if (!body.ok()) return Fail(body.status());
  fmt::print("answered: the leader sees how many said what, not who\n{}\n",
             NextOf(*body));
  return kDone;
}

int StatusCommand(const GlobalOptions& global, const ListOptions& options) {
  v1::ControlRequest request;
  request.set_command("status");
  return List(global, request, options.json, &ShowStatus);
}

int InboxCommand(const GlobalOptions& global, const ListOptions& options) {
  v1::ControlRequest request;
  request.set_command("inbox");
  request.set_language(options.language.empty() ? LanguageOfEnvironment()
                                                : options.language);
  if (!options.receipt.empty()) request.add_arguments(options.receipt);
  return List(global, request, options.json, &ShowInbox);
}

int RedactCommand(const GlobalOptions& global) {
  contract::Redactor redactor;
  if (!global.source.config_file.empty()) {
    auto settings = LoadSettings(global.source);
    if (!settings.ok()) return Fail(settings.status(), kUsage);
    redactor = std::move(settings->redactor);
  }
  std::ios::sync_with_stdio(false);
  contract::RedactStream(redactor, std::cin, std::cout,
                         [](std::string_view problem) {
                           fmt::print(stderr, "earshot-agent: {}\n", problem);
                         });
  std::cout.flush();
  return kDone;
}

}  // namespace earshot::agents
