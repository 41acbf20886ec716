#include "router/commands_erase.h"

#include <fmt/format.h>

#include <cstdio>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/os/bytes.h"
#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/os/poll.h"
#include "base/os/random.h"
#include "base/os/sha256.h"
#include "base/telemetry/progress.h"
#include "earshot/v1/observation.pb.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/ids.h"
#include "router/command_output.h"
#include "router/intake/record_reader.h"
#include "router/log/log.h"
#include "router/views/views.h"

namespace earshot::router {

struct EraseCommand::Options {
  std::vector<std::string> observations;
  std::string reporter;
  bool preview = false;
};

namespace {

constexpr size_t kPage = 1000;
constexpr int kMostTexts = 500;  // of one record
constexpr int kMostPositions = 1000;
constexpr size_t kMostLetters = 1000000;
constexpr absl::Duration kWait = absl::Seconds(15);

// What is to go, as records of the log.
class Erasures {
 public:
  explicit Erasures(os::Random& random) : random_(random) {}

  void AddText(const std::string& observation, uint64_t position) {
    v1::ErasureRecord& record = Room();
    record.add_observations(observation);
    record.add_positions(position);
    ++texts_;
  }
  void AddWords(uint64_t position) {
    Room().add_positions(position);
    ++words_;
  }
  // Of a dead letter, which goes at once: so that it does not come back.
  void AddId(const std::string& observation) {
    Room().add_observations(observation);
  }
  const std::vector<v1::ErasureRecord>& records() const { return records_; }
  uint64_t texts() const { return texts_; }
  uint64_t words() const { return words_; }

 private:
  v1::ErasureRecord& Room() {
    if (records_.empty() || records_.back().observations_size() == kMostTexts ||
        records_.back().positions_size() == kMostPositions) {
      records_.emplace_back().set_id(random_.Bytes(contract::kIdBytes));
      records_.back().set_cause(v1::ErasureRecord::ASKED);
    }
    return records_.back();
  }

  os::Random& random_;
  std::vector<v1::ErasureRecord> records_;
  uint64_t texts_ = 0;
  uint64_t words_ = 0;
};

// Which of all that the log holds is meant.
struct Wanted {
  std::set<std::string> observations;  // ids of the router
  std::string reporter_key;            // empty: nobody's
  std::string reporter;                // the name
};

// Verdicts and answers to questions come after the reports that they are about.
// Those are known also where the report's own text is gone.
void Look(const LogRow& row, const Wanted& wanted, std::set<std::string>& texts,
          Erasures& found) {
  v1::ObservationRecord said;
  v1::VerdictRecord verdict;
  v1::QuestionAnswerRecord answer;
  if (row.kind == v1::LOG_OBSERVATION && said.ParseFromString(row.body)) {
    v1::PersonalObservation personal;
    personal.ParseFromString(row.personal);
    const bool theirs = !wanted.reporter_key.empty() &&
                        personal.reporter_key() == wanted.reporter_key;
    if (!theirs && !wanted.observations.contains(said.observation())) return;
    texts.insert(said.observation());
    if (!row.erased) found.AddText(said.observation(), row.position);
  } else if (row.erased) {
    return;
  } else if ((row.kind == v1::LOG_VERDICT &&
              verdict.ParseFromString(row.body) &&
              texts.contains(verdict.observation())) ||
             (row.kind == v1::LOG_QUESTION_ANSWER &&
              answer.ParseFromString(row.body) && !row.personal.empty() &&
              texts.contains(answer.observation()))) {
    found.AddWords(row.position);
  }
}

absl::Status Find(Log& log, const Wanted& wanted, Erasures& found) {
  const auto end = log.End();
  if (!end.ok()) return end.status();
  const os::SystemClock clock;
  telemetry::Progress progress(clock, *end);
  std::set<std::string> texts;
  for (uint64_t after = 0; after < *end;) {
    const auto rows = log.ReadAfter(after, kPage);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) break;
    for (const LogRow& row : *rows) {
      after = row.position;
      Look(row, wanted, texts, found);
    }
    progress.Show(after, "records read");
  }
  progress.Clear();
  return absl::OkStatus();
}

// Refused records hold what they said as well.
absl::StatusOr<std::vector<uint64_t>> FindLetters(Log& log,
                                                  const Wanted& wanted,
                                                  const std::string& router_key,
                                                  Erasures& erasures) {
  const auto letters = log.DeadLetters("", kMostLetters);
  if (!letters.ok()) return letters.status();
  std::vector<uint64_t> found;
  for (const DeadLetter& letter : *letters) {
    v1::Record record;
    v1::Observation observation;
    if (!record.ParseFromString(letter.record)) continue;
    const bool named = wanted.observations.contains(
        contract::MakeObservationId(router_key, {record.id()}).bytes);
    const bool theirs = record.kind() == v1::RECORD_OBSERVATION &&
                        observation.ParseFromString(record.body()) &&
                        !wanted.reporter.empty() &&
                        observation.reporter().name() == wanted.reporter;
    if (!named && !theirs) continue;
    found.push_back(letter.id);
    erasures.AddId(
        contract::MakeObservationId(router_key, {record.id()}).bytes);
  }
  return found;
}

absl::StatusOr<std::string> IdOf(Views& views, const std::string& router_key,
                                 const std::string& given) {
  auto found = views.FindObservationByPrefix(given);
  if (!found.ok()) return found.status();
  if (*found) return (*found)->observation;
  const auto record = os::FromHex(given);
  if (record.ok() && record->size() == contract::kIdBytes) {
    return contract::MakeObservationId(router_key, {*record}).bytes;
  }
  return absl::NotFoundError(fmt::format(
      "no observation has the id '{}'; give an agent's record id, as in "
      "'earshot-agent status', or the first digits of the router's own",
      given));
}

// The router takes it within a second, if it runs.
absl::Status WaitUntilTaken(Log& log) {
  const os::SystemClock clock;
  const absl::Duration until = clock.Monotonic() + kWait;
  while (clock.Monotonic() < until) {
    const auto asked = log.ErasuresAsked(1);
    if (!asked.ok()) return asked.status();
    if (asked->empty()) {
      fmt::print(
          "Erased here; feeds and agents erase theirs as soon as they are "
          "connected.\nWhat went out by mail or webhook is with those who got "
          "it.\n");
      return absl::OkStatus();
    }
    os::WaitReadable({}, absl::Milliseconds(100));
  }
  fmt::print(
      "Asked for. The router does not run: it erases when it starts, before "
      "anybody is served.\n");
  return absl::OkStatus();
}

absl::Status Run(const Settings& settings,
                 const std::vector<std::string>& observations,
                 const std::string& reporter, bool preview) {
  if (observations.empty() == reporter.empty()) {
    return absl::InvalidArgumentError(
        "say what is to be erased: --observation or --reporter");
  }
  auto log = Log::OpenForReading(settings.LogFile());
  if (!log.ok()) return NoRouterHere(settings, log.status());
  auto views = Views::OpenForReading(settings.ViewsFile());
  if (!views.ok()) return NoRouterHere(settings, views.status());
  const auto secret = os::ReadFile(settings.InData("hmac.key"), 64);
  if (!secret.ok()) return secret.status();
  Wanted wanted;
  for (const std::string& given : observations) {
    auto id = IdOf(**views, *secret, given);
    if (!id.ok()) return id.status();
    wanted.observations.insert(*std::move(id));
  }
  if (!reporter.empty()) {
    wanted.reporter = reporter;
    wanted.reporter_key =
        RecordReader::KeyOfName(os::HmacKey(*secret), reporter);
  }
  os::SystemRandom random;
  Erasures erasures(random);
  absl::Status status = Find(**log, wanted, erasures);
  if (!status.ok()) return status;
  const auto letters = FindLetters(**log, wanted, *secret, erasures);
  if (!letters.ok()) return letters.status();
  fmt::print("{:<14} {}\n{:<14} {}\n{:<14} {}\n", "reports", erasures.texts(),
             "verdicts", erasures.words(), "dead letters", letters->size());
  if (erasures.records().empty() && letters->empty()) {
    return absl::NotFoundError(
        "there is nothing of it here, or it was erased before");
  }
  if (preview) {
    fmt::print("Nothing was erased.\n");
    return absl::OkStatus();
  }
  status = Log::AskErasures(settings.LogFile(), erasures.records(), *letters);
  return status.ok() ? WaitUntilTaken(**log) : status;
}

}  // namespace

EraseCommand::EraseCommand(CLI::App& app, std::function<void(Action)> choose)
    : options_(std::make_unique<Options>()) {
  Options& options = *options_;
  CLI::App* erase = app.add_subcommand(
      "erase",
      "Remove what somebody wrote, for good: from the router, its feeds and "
      "its agents. Counts stay, and a record that something was erased.");
  erase->footer(
      "Examples:\n"
      "  earshot-router erase --reporter \"Maria Lopez\" --preview\n"
      "  earshot-router erase --reporter \"Maria Lopez\"\n"
      "  earshot-router erase --observation 4f2a9c01");
  CLI::Option* ids = erase->add_option(
      "--observation", options.observations,
      "an agent's record id, or the first digits of the router's own; more "
      "than one may follow");
  erase
      ->add_option("--reporter", options.reporter,
                   "all reports that this name was given with, spelled so")
      ->excludes(ids);
  erase->add_flag("--preview", options.preview,
                  "count what would be erased, and erase nothing");
  erase->callback([choose, &options] {
    choose([&options](const Settings& settings) {
      return Run(settings, options.observations, options.reporter,
                 options.preview);
    });
  });
}

EraseCommand::~EraseCommand() = default;

}  // namespace earshot::router
