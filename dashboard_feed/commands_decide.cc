#include "dashboard_feed/commands_decide.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/os/bytes.h"
#include "base/os/clock.h"
#include "dashboard_feed/commands_leader.h"
#include "dashboard_feed/decisions/until.h"
#include "proto/contract/ids.h"
#include "proto/contract/languages.h"
#include "proto/contract/times.h"

namespace earshot::feed {

struct DecideCommands::Options {
  std::string insight;
  std::string text;
  std::string owner;
  std::string until;
  std::string other;
  std::vector<std::string> verbatims;
  std::vector<std::string> words;
  std::vector<std::string> translations;
  std::string language;
  bool need_more = false;
  std::string leader;
  LeaderDoor door;
};

namespace {

// Empty: not given.
absl::Status ReadMoment(
    const std::string& text,
    const std::function<google::protobuf::Timestamp*()>& out) {
  if (text.empty()) return absl::OkStatus();
  const auto moment =
      ParseUntil(text, os::SystemClock().Wall(), absl::LocalTimeZone());
  if (!moment.ok()) return moment.status();
  *out() = contract::ToStamp(*moment);
  return absl::OkStatus();
}

// "es=Mañana llega uno nuevo".
absl::Status ReadTranslations(const std::vector<std::string>& given,
                              v1::Decision& decision) {
  for (const std::string& one : given) {
    const size_t end = one.find('=');
    if (end == std::string::npos || !contract::IsLanguage(one.substr(0, end))) {
      return absl::InvalidArgumentError(fmt::format(
          "'{}' is no translation; write --in es='Mañana llega uno nuevo'",
          one));
    }
    v1::Translation& translation = *decision.add_translations();
    translation.set_language(one.substr(0, end));
    translation.set_text(one.substr(end + 1));
  }
  return absl::OkStatus();
}

// The feed knows what the names stand for.
absl::Status ReadSplit(const std::vector<std::string>& verbatims,
                       const std::string& merged, v1::Split& split) {
  if (!merged.empty()) {
    const auto number = contract::ParseInsightNumber(merged);
    if (!number.ok()) return number.status();
    split.set_merged(*number);
    return absl::OkStatus();
  }
  for (const std::string& name : verbatims) {
    const auto id = os::FromHex(name);
    if (!id.ok() || id->empty()) {
      return absl::InvalidArgumentError(fmt::format(
          "'{}' names no verbatim; 'earshot-feed why' names each", name));
    }
    split.add_observations(*id);
  }
  if (split.observations_size() > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "say what is to be split off: --verbatim or --merged");
}

}  // namespace

DecideCommands::DecideCommands(CLI::App& app,
                               std::function<void(Action)> choose)
    : choose_(std::move(choose)), options_(std::make_unique<Options>()) {
  DefineTaking(app);
  DefineAnswer(app);
  DefineEnding(app);
  DefineWording(app);
  DefineRegrouping(app);
}

DecideCommands::~DecideCommands() = default;

CLI::App& DecideCommands::Define(CLI::App& app, const char* verb,
                                 const char* about, const char* examples,
                                 Fill fill) {
  Options& options = *options_;
  CLI::App* command = app.add_subcommand(verb, about);
  command->footer(fmt::format("Examples:\n{}", examples));
  command->add_option("insight", options.insight, "its number, as in #412")
      ->required();
  command->add_option("--as", options.leader, "the leader who decides")
      ->required();
  AddDoorOptions(*command, options.door);
  command->callback([this, &options, fill = std::move(fill)] {
    choose_([&options, fill](const Settings& settings) -> absl::Status {
      const auto insight = contract::ParseInsightNumber(options.insight);
      if (!insight.ok()) return insight.status();
      v1::Decision decision;
      decision.set_insight(*insight);
      absl::Status status = fill(options, decision);
      if (status.ok())
        status = ReadTranslations(options.translations, decision);
      if (!status.ok()) return status;
      const auto client =
          OpenClient(options.door, settings.SocketFile(), settings.KeyFile());
      if (!client.ok()) return client.status();
      const auto text = (*client)->Decide(options.leader, decision);
      if (!text.ok()) return text.status();
      fmt::print("{}\n", *text);
      return absl::OkStatus();
    });
  });
  return *command;
}

void DecideCommands::DefineTaking(CLI::App& app) {
  CLI::App& ack = Define(
      app, "ack", "Say that you have seen it, and are looking into it.",
      "  earshot-feed ack 412 --as dana\n"
      "  earshot-feed ack 412 --until 2w --as dana",
      [](const Options& options, v1::Decision& decision) {
        v1::Acknowledge& taken = *decision.mutable_acknowledge();
        return ReadMoment(options.until, [&] { return taken.mutable_until(); });
      });
  ack.add_option("--until", options_->until,
                 "36h, 14d, 2w, a day or a time; then it counts as heard "
                 "again. Default: a week, or as the organisation has it");
  CLI::App& assign = Define(
      app, "assign", "Give it an owner, and a day until which it is due.",
      "  earshot-feed assign 412 --owner Facilities --due 2026-12-01 --as dana",
      [](const Options& options, v1::Decision& decision) {
        v1::Assign& assigned = *decision.mutable_assign();
        assigned.set_owner(options.owner);
        return ReadMoment(options.until,
                          [&] { return assigned.mutable_due(); });
      });
  assign.add_option("--owner", options_->owner, "who sees to it")->required();
  assign.add_option("--due", options_->until, "36h, 14d, 2w, a day or a time");
}

void DecideCommands::DefineAnswer(CLI::App& app) {
  CLI::App& answer = Define(
      app, "answer", "Answer everyone who reported an insight.",
      "  earshot-feed answer 412 \"New scanners come on Tuesday.\" --as "
      "leader\n"
      "  earshot-feed answer 412 \"Which tills?\" --need-more --as leader\n"
      "  earshot-feed answer 412 \"A new one comes\" --in es=\"Llega uno "
      "nuevo\" --as leader",
      [](const Options& options, v1::Decision& decision) {
        v1::GiveAnswer& given = *decision.mutable_answer();
        given.set_intent(options.need_more ? v1::GiveAnswer::NEED_MORE
                                           : v1::GiveAnswer::WILL_DO);
        given.set_text(fmt::format("{}", fmt::join(options.words, " ")));
        given.set_language(options.language);
        return absl::OkStatus();
      });
  answer.add_option("text", options_->words, "what they will read")->required();
  answer.add_flag("--need-more", options_->need_more,
                  "it asks for more rather than promising to act");
  answer.add_option("--language", options_->language,
                    "of the text, such as en or es");
  AddTranslations(answer);
}

// The front line reads an answer in its own language where there is one.
void DecideCommands::AddTranslations(CLI::App& command) {
  command
      .add_option("--in", options_->translations,
                  "the same in another language: es='...'; up to 8")
      ->allow_extra_args(false);
}

void DecideCommands::DefineEnding(CLI::App& app) {
  CLI::App& resolve = Define(
      app, "resolve",
      "\"You said, we did\": tell everyone who reported it; they are asked "
      "whether it is fixed.",
      "  earshot-feed resolve 412 \"New scanners are in since Tuesday.\" --as "
      "dana",
      [](const Options& options, v1::Decision& decision) {
        decision.mutable_resolve()->set_text(options.text);
        return absl::OkStatus();
      });
  resolve.add_option("text", options_->text, "what they will read")->required();
  AddTranslations(resolve);
  CLI::App& decline = Define(
      app, "decline", "Say no, and why, to everyone who reported it.",
      "  earshot-feed decline 412 \"The law asks for the second signature.\" "
      "--as dana",
      [](const Options& options, v1::Decision& decision) {
        decision.mutable_decline()->set_reason(options.text);
        return absl::OkStatus();
      });
  decline.add_option("reason", options_->text, "what they will read")
      ->required();
  AddTranslations(decline);
  CLI::App& reopen = Define(
      app, "reopen", "Take it up again after it was resolved or declined.",
      "  earshot-feed reopen 412 --reason \"Store 14 still has it\" --as dana",
      [](const Options& options, v1::Decision& decision) {
        decision.mutable_reopen()->set_reason(options.text);
        return absl::OkStatus();
      });
  reopen.add_option("--reason", options_->text, "stands in its history");
}

void DecideCommands::DefineWording(CLI::App& app) {
  CLI::App& rename = Define(
      app, "rename", "Give it a title instead of its most central verbatim.",
      "  earshot-feed rename 412 \"Dock gate code at night\" --as dana",
      [](const Options& options, v1::Decision& decision) {
        decision.mutable_rename()->set_title(options.text);
        return absl::OkStatus();
      });
  rename
      .add_option(
          "title", options_->text,
          "in a few words; people at the sites where it was seen may read it")
      ->required();
  CLI::App& correct =
      Define(app, "correct-topic",
             "Say what it is about; the classifier can learn from it.",
             "  earshot-feed correct-topic 412 delivery/access --as dana",
             [](const Options& options, v1::Decision& decision) {
               decision.mutable_correct_topic()->set_topic(options.text);
               return absl::OkStatus();
             });
  correct.add_option("topic", options_->text, "its path in the taxonomy")
      ->required();
}

void DecideCommands::DefineRegrouping(CLI::App& app) {
  CLI::App& merge = Define(
      app, "merge",
      "Say that it is the same issue as another one: counts, answers and what "
      "is owed go along. 'split --merged' undoes it.",
      "  earshot-feed merge 418 --into 412 --as dana",
      [](const Options& options, v1::Decision& decision) {
        const auto into = contract::ParseInsightNumber(options.other);
        if (!into.ok()) return into.status();
        decision.mutable_merge()->set_into(*into);
        return absl::OkStatus();
      });
  merge.add_option("--into", options_->other, "the one that goes on")
      ->required();
  CLI::App& split = Define(
      app, "split",
      "Say that some of it is another issue: that becomes an insight of its "
      "own, and what resembles it goes there from now on.",
      "  earshot-feed split 412 --verbatim 3fa9c2e1 --verbatim 77c10b52 --as "
      "dana\n"
      "  earshot-feed split 412 --merged 418 --as dana",
      [](const Options& options, v1::Decision& decision) {
        return ReadSplit(options.verbatims, options.other,
                         *decision.mutable_split());
      });
  CLI::Option* verbatims = split.add_option(
      "--verbatim", options_->verbatims,
      "one that is about something else, as 'why' names it; all that nearly "
      "repeats it goes along");
  split
      .add_option("--merged", options_->other,
                  "an insight that was merged into it: undone")
      ->excludes(verbatims);
}

}  // namespace earshot::feed
