#include "router/erasure/find_erasures.h"

#include <utility>

#include "earshot/v1/observation.pb.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/ids.h"
#include "router/log/whose_words.h"

namespace earshot::router {
namespace {

constexpr size_t kPage = 1000;
constexpr int kMostTexts = 500;  // of one record
constexpr int kMostPositions = 1000;
constexpr size_t kMostLetters = 1000000;

// What is to go, as records of the log.
class Erasures {
 public:
  explicit Erasures(os::Random& random) : random_(random) {}

  void AddText(const std::string& observation, uint64_t position) {
    v1::ErasureRecord& record = Room();
    record.add_observations(observation);
    record.add_positions(position);
    ++found_.texts;
  }
  void AddWords(uint64_t position) {
    Room().add_positions(position);
    ++found_.words;
  }
  // A dead letter goes at once; its id, so that it does not come back.
  void AddLetter(uint64_t letter, const std::string& observation) {
    found_.letters.push_back(letter);
    Room().add_observations(observation);
  }
  void SetLookedUntil(uint64_t end) {
    for (v1::ErasureRecord& record : found_.records) {
      record.set_looked_until(end);
    }
  }
  ErasuresFound Take() { return std::move(found_); }

 private:
  v1::ErasureRecord& Room() {
    auto& records = found_.records;
    if (records.empty() || records.back().observations_size() == kMostTexts ||
        records.back().positions_size() == kMostPositions) {
      records.emplace_back().set_id(random_.Bytes(contract::kIdBytes));
      records.back().set_cause(v1::ErasureRecord::ASKED);
    }
    return records.back();
  }

  os::Random& random_;
  ErasuresFound found_;
};

// Verdicts and answers to questions come after the reports that they are about.
// Those are known also where the report's own text is gone.
void Look(const LogRow& row, const ErasureWanted& wanted,
          std::set<std::string>& texts, Erasures& found) {
  const std::string whose = WhoseWords(row);
  if (whose.empty()) return;
  if (row.kind == v1::LOG_OBSERVATION) {
    v1::PersonalObservation personal;
    personal.ParseFromString(row.personal);
    const bool theirs = !wanted.reporter_key.empty() &&
                        personal.reporter_key() == wanted.reporter_key;
    if (!theirs && !wanted.observations.contains(whose)) return;
    texts.insert(whose);
    if (!row.erased) found.AddText(whose, row.position);
    return;
  }
  // A choice has no words; a verdict may be wanted for its reason.
  const bool wordless =
      row.kind == v1::LOG_QUESTION_ANSWER && row.personal.empty();
  if (!row.erased && !wordless && texts.contains(whose)) {
    found.AddWords(row.position);
  }
}

absl::Status LookThrough(Log& log, const ErasureWanted& wanted,
                         const std::function<void(uint64_t)>& read,
                         Erasures& found, uint64_t& end) {
  std::set<std::string> texts;
  for (uint64_t after = 0;;) {
    const auto rows = log.ReadAfter(after, kPage);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) {
      end = after;
      return absl::OkStatus();
    }
    for (const LogRow& row : *rows) {
      after = row.position;
      Look(row, wanted, texts, found);
    }
    if (read) read(after);
  }
}

// Refused records hold what they said as well.
absl::Status LookThroughLetters(Log& log, const ErasureWanted& wanted,
                                const std::string& router_key,
                                Erasures& found) {
  const auto letters = log.DeadLetters("", kMostLetters);
  if (!letters.ok()) return letters.status();
  for (const DeadLetter& letter : *letters) {
    v1::Record record;
    v1::Observation observation;
    if (!record.ParseFromString(letter.record)) continue;
    const std::string id =
        contract::MakeObservationId(router_key, {record.id()}).bytes;
    const bool theirs = record.kind() == v1::RECORD_OBSERVATION &&
                        observation.ParseFromString(record.body()) &&
                        !wanted.reporter.empty() &&
                        observation.reporter().name() == wanted.reporter;
    if (!theirs && !wanted.observations.contains(id)) continue;
    found.AddLetter(letter.id, id);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ErasuresFound> FindErasures(
    Log& log, const ErasureWanted& wanted, const std::string& router_key,
    os::Random& random, const std::function<void(uint64_t)>& read) {
  Erasures found(random);
  uint64_t end = 0;
  absl::Status status = LookThrough(log, wanted, read, found, end);
  if (status.ok()) {
    status = LookThroughLetters(log, wanted, router_key, found);
  }
  if (!status.ok()) return status;
  found.SetLookedUntil(end);
  return found.Take();
}

}  // namespace earshot::router
