#include "agents/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "agents/agent.h"
#include "agents/command_options.h"
#include "base/os/files.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"

namespace earshot::agents {
namespace {

telemetry::Level LevelOf(const std::string& name) {
  if (name == "debug") return telemetry::Level::kDebug;
  if (name == "warn") return telemetry::Level::kWarn;
  if (name == "error") return telemetry::Level::kError;
  return telemetry::Level::kInfo;
}

telemetry::LogFormat FormatOf(const std::string& name) {
  if (name == "text") return telemetry::LogFormat::kText;
  if (name == "json") return telemetry::LogFormat::kJson;
  return telemetry::LogFormat::kAuto;
}

int RunDaemon(const GlobalOptions& global) {
  os::Signals signals;
  telemetry::Log log("earshot-agent", LevelOf(global.log_level),
                     FormatOf(global.log_format));
  auto settings = LoadSettings(global.source);
  if (!settings.ok()) return Fail(settings.status(), kUsage);
  const os::SystemClock clock;
  os::SystemRandom random;
  auto agent = Agent::Start(*std::move(settings), {clock, random, log});
  if (!agent.ok()) return Fail(agent.status());
  (*agent)->Run(signals, global.source);
  return kDone;
}

int MakeKey(const GlobalOptions& global) {
  const auto settings = LoadSettings(global.source);
  if (!settings.ok()) return Fail(settings.status(), kUsage);
  absl::Status status = os::MakeFolder(settings->data_dir, 0755);
  if (!status.ok()) return Fail(status);
  const auto keys = wire::LoadOrMakeKeyPair(settings->File("agent.key"));
  if (!keys.ok()) return Fail(keys.status());
  fmt::print("{}\n", keys->public_key);
  fmt::print(stderr, "next, on the router: {}\n",
             EnrolCommand(keys->public_key));
  return kDone;
}

int CheckConfig(const GlobalOptions& global) {
  const auto settings = LoadSettings(global.source);
  if (!settings.ok()) return Fail(settings.status(), kUsage);
  const std::string file = ConfigFile(global.source);
  fmt::print("ok: {}\n", file.empty() ? "no file; the defaults hold" : file);
  return kDone;
}

// A subcommand whose action gives the exit code.
CLI::App& Add(CLI::App& app, const std::string& name, const std::string& about,
              const std::string& examples, int& code,
              std::function<int()> action) {
  CLI::App* command = app.add_subcommand(name, about);
  command->fallthrough();
  command->footer(examples);
  command->callback([&code, action = std::move(action)] { code = action(); });
  return *command;
}

void AddReportOptions(CLI::App& command, ReportOptions& out) {
  command.add_option("--tag", out.tags, "A word to find it by; repeatable")
      ->take_all();
  command.add_option("--severity", out.severity, "1 lowest to 5 highest")
      ->check(CLI::Range(1, 5));
  command.add_option("--kind", out.kind,
                     "pain_point, praise, idea, preference_change, "
                     "process_gap, employee_experience, risk or noise");
  command.add_option("--subject", out.subject,
                     "Whom it is about: customer (default), employee, partner");
  command.add_option("--site", out.site, "Default: as configured");
  command.add_option("--channel", out.channel, "Default: as configured");
  command.add_flag("--resolved-on-the-spot", out.resolved_on_the_spot,
                   "You settled it there and then");
  command.add_option("--spent", out.spent,
                     "What settling it cost: 20, 12.50 or 12.50EUR");
  auto* thanks = command.add_option(
      "--thanks", out.thanks,
      "Praise: the colleague or team it is for; their site hears of it");
  command
      .add_option("--thanks-site", out.thanks_site,
                  "Where they work, if that is another site")
      ->needs(thanks);
  command.add_option("--promise", out.promise,
                     "One of the organisation's promises to customers");
  auto* kept = command.add_flag("--kept", out.kept, "The promise was kept");
  command.add_flag("--broken", out.broken, "The promise was broken")
      ->excludes(kept);
  auto* quote = command.add_flag("--quote", out.quote,
                                 "Leaders may read your words (the default "
                                 "unless anonymous)");
  command
      .add_flag("--no-quote", out.no_quote,
                "Leaders see the numbers, not your words")
      ->excludes(quote);
}

void AddReports(CLI::App& app, const GlobalOptions& global, ReportOptions& out,
                int& code) {
  CLI::App& observe =
      Add(app, "observe", "Report what you saw",
          "Examples:\n"
          "  earshot-agent observe 'Lane 3 froze again' --tag checkout\n"
          "  earshot-agent observe 'Blocked fire exit' --severity 5 "
          "--anonymous\n"
          "  earshot-agent observe 'Stayed late to find the parcel' --thanks "
          "Priya\n"
          "  echo 'long story' | earshot-agent observe -",
          code, [&] { return ObserveCommand(global, out); });
  observe.add_option("TEXT", out.text, "What happened; -: standard input")
      ->required();
  auto* named = observe.add_option("--named", out.name,
                                   "Sign with your name; without it a stable "
                                   "pseudonym stands for you");
  observe
      .add_flag("--anonymous", out.anonymous,
                "Not even a pseudonym; keep the receipt to see the answer")
      ->excludes(named);
  AddReportOptions(observe, out);

  CLI::App& correct =
      Add(app, "correct", "Replace a report that you made",
          "Example:\n"
          "  earshot-agent correct 7K2M-QX4D-9RT3 'Lane 4, not 3, froze'",
          code, [&] { return CorrectCommand(global, out); });
  correct.add_option("RECEIPT", out.receipt, "As 'observe' printed it")
      ->required();
  correct.add_option("TEXT", out.text, "The right text; -: standard input")
      ->required();
  AddReportOptions(correct, out);

  CLI::App& withdraw = Add(app, "withdraw", "Take a report back",
                           "Example:\n  earshot-agent withdraw 7K2M-QX4D-9RT3",
                           code, [&] { return WithdrawCommand(global, out); });
  withdraw.add_option("RECEIPT", out.receipt, "As 'observe' printed it")
      ->required();
}

void AddVerdict(CLI::App& app, const GlobalOptions& global, VerdictOptions& out,
                int& code) {
  CLI::App& verdict =
      Add(app, "verdict", "Say whether what you reported is fixed",
          "Examples:\n"
          "  earshot-agent verdict yes 7K2M-QX4D-9RT3\n"
          "  earshot-agent verdict no 7K2M-QX4D-9RT3 --because 'Lane 3 froze "
          "again today'\n"
          "Once for each time that a leader says it is fixed.",
          code, [&] { return VerdictCommand(global, out); });
  verdict.add_option("FIXED", out.fixed, "yes, no or cannot-tell")
      ->required()
      ->check(CLI::IsMember({"yes", "no", "cannot-tell"}));
  verdict.add_option("RECEIPT", out.receipt, "As 'observe' printed it")
      ->required();
  verdict.add_option("--because", out.reason,
                     "What is still wrong; -: standard input");
}

void AddReply(CLI::App& app, const GlobalOptions& global, ReplyOptions& out,
              int& code) {
  CLI::App& reply =
      Add(app, "reply", "Answer a leader's question, as 'inbox' lists it",
          "Examples:\n"
          "  earshot-agent reply K7Q2ABC 2\n"
          "  earshot-agent reply K7Q2ABC 'Since the new tills came'\n"
          "  earshot-agent reply K7Q2ABC 2 --receipt 7K2M-QX4D-9RT3",
          code, [&] { return ReplyCommand(global, out); });
  reply.add_option("QUESTION", out.question, "Its code")->required();
  reply
      .add_option("ANSWER", out.said,
                  "A number, one of the options, or a text; -: standard input")
      ->required();
  reply.add_option("--receipt", out.receipt,
                   "Of the report it is about, anonymous ones too");
}

void AddImport(CLI::App& app, const GlobalOptions& global, ImportOptions& out,
               int& code) {
  CLI::App& import =
      Add(app, "import", "Take in a file of reports; twice counts once",
          "Examples:\n"
          "  earshot-agent import complaints.jsonl\n"
          "  earshot-agent import - --source tickets --format csv < export\n"
          "Exit code 1: some rows were refused; they are listed.",
          code, [&] { return ImportCommand(global, out); });
  import
      .add_option("FILE", out.file,
                  "JSON lines, or CSV with a header; -: standard input")
      ->required();
  import.add_option("--source", out.source,
                    "Where the rows come from; default: the file's name");
  import.add_option("--format", out.format, "jsonl or csv; default: by name");
  import.add_option("--pace", out.pace, "Rows a second, to replay a file")
      ->check(CLI::PositiveNumber);
}

void AddLists(CLI::App& app, const GlobalOptions& global, ListOptions& out,
              int& code) {
  CLI::App& status =
      Add(app, "status", "What waits, what arrived, what is wrong",
          "Examples:\n  earshot-agent status\n"
          "  earshot-agent status --json",
          code, [&] { return StatusCommand(global, out); });
  status.add_flag("--json", out.json, "For scripts");
  CLI::App& inbox = Add(app, "inbox", "What leaders answered",
                        "Examples:\n  earshot-agent inbox\n"
                        "  earshot-agent inbox --receipt 7K2M-QX4D-9RT3",
                        code, [&] { return InboxCommand(global, out); });
  inbox.add_flag("--json", out.json, "For scripts");
  inbox.add_option("--language", out.language,
                   "Answers in this language where a leader wrote one: es, "
                   "fr-CA; default: that of your session");
  inbox.add_option("--receipt", out.receipt,
                   "The answer to one report, anonymous ones too");
}

void AddPhones(CLI::App& app, const GlobalOptions& global, PhonesOptions& out,
               int& code) {
  CLI::App& phones = Add(
      app, "phones", "Phones that may open the page: pair them, end it",
      "Examples:\n"
      "  earshot-agent phones          how many are paired\n"
      "  earshot-agent phones --pair   show a code to scan, for 10 minutes\n"
      "  earshot-agent phones --unpair all of them\n"
      "Needs phone_page in the configuration:\n"
      "  phone_page { listen: \"0.0.0.0:7416\" }",
      code, [&] { return PhonesCommand(global, out); });
  auto* pair = phones.add_flag("--pair", out.pair, "Show a code");
  auto* hide = phones.add_flag("--hide", out.hide, "The code is worth nothing");
  phones.add_flag("--unpair", out.unpair, "All phones, and the code")
      ->excludes(pair)
      ->excludes(hide);
  pair->excludes(hide);
  phones.add_flag("--json", out.json, "For scripts");
}

void AddUpkeep(CLI::App& app, const GlobalOptions& global, int& code) {
  Add(app, "run",
      "The daemon: sends what is recorded, fetches answers, serves the page",
      "Examples:\n  earshot-agent run\n"
      "  earshot-agent run --config agent.conf --log-format json\n"
      "The page for the people here, in a browser of this machine:\n"
      "  page_listen: \"127.0.0.1:7415\" in the configuration",
      code, [&] { return RunDaemon(global); });
  Add(app, "keygen", "Print this agent's public key; make it if need be",
      "Example:\n  earshot-agent keygen", code,
      [&] { return MakeKey(global); });
  Add(app, "check-config", "Check the configuration",
      "Example:\n  earshot-agent check-config --config agent.conf", code,
      [&] { return CheckConfig(global); });
  Add(app, "redact", "Remove personal numbers from lines on standard input",
      "Example:\n  earshot-agent redact < notes.txt > clean.txt", code,
      [&] { return RedactCommand(global); });
}

void AddGlobal(CLI::App& app, GlobalOptions& out) {
  app.add_option("--config", out.source.config_file,
                 "Default: /etc/earshot/agent.conf if it is there");
  app.add_option("--data-dir", out.source.data_dir,
                 "Where the agent keeps its state");
  app.add_option("--log-level", out.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.add_option("--log-format", out.log_format, "auto, text or json")
      ->check(CLI::IsMember({"auto", "text", "json"}));
  app.set_version_flag("--version", "earshot-agent " EARSHOT_VERSION);
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("Earshot's agent: takes down what the front line sees");
  app.name("earshot-agent");
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  earshot-agent observe 'Lane 3 froze again' --tag checkout\n"
      "  earshot-agent inbox\n"
      "  earshot-agent run\n"
      "Exit codes: 0 done, 1 refused or failed, 2 unreadable command line,\n"
      "input or configuration.");
  int code = kDone;
  GlobalOptions global;
  ReportOptions report;
  VerdictOptions verdict;
  ReplyOptions reply;
  ImportOptions import;
  ListOptions list;
  PhonesOptions phones;
  AddGlobal(app, global);
  AddReports(app, global, report, code);
  AddVerdict(app, global, verdict, code);
  AddReply(app, global, reply, code);
  AddImport(app, global, import, code);
  AddLists(app, global, list, code);
  AddPhones(app, global, phones, code);
  AddUpkeep(app, global, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  } catch (const std::exception& error) {
    return Fail(absl::InternalError(error.what()));
  }
  return code;
}

}  // namespace earshot::agents
