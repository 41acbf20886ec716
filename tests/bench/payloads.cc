#include "tests/bench/payloads.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/redact.h"
#include "proto/contract/validate.h"

namespace earshot::bench {
namespace {

constexpr std::string_view kReporter = "ABCDEFGH";

// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
uint64_t Mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

// As an agent sends it: redacted.
std::string Serialised(const nlohmann::json& row) {
  v1::Observation observation;
  observation.set_text(row.at("text").get<std::string>());
  for (const auto& tag : row.value("tags", nlohmann::json::array())) {
    observation.add_tags(tag.get<std::string>());
  }
  // Severity 5 has a lane of its own; this load is about the other.
  observation.set_severity(std::min(4U, row.value("severity", 3U)));
  observation.set_channel(row.value("channel", "store"));
  observation.set_site(row.value("site", "store-014"));
  observation.set_shift(row.value("shift", "morning"));
  observation.set_quote(true);
  observation.mutable_observed_at()->set_seconds(
      absl::ToUnixSeconds(absl::Now()));
  observation.mutable_reporter()->set_name("person " + std::string(kReporter));
  contract::RedactObservation(contract::Redactor(), observation);
  return observation.SerializeAsString();
}

}  // namespace

absl::StatusOr<Payloads> Payloads::Read(const std::string& path,
                                        uint64_t seed) {
  std::ifstream in(path);
  Payloads payloads(seed);
  std::string line;
  while (std::getline(in, line)) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.is_discarded() || !row.contains("text")) continue;
    std::string body = Serialised(row);
    const size_t at = body.rfind(kReporter);
    payloads.templates_.push_back({std::move(body), at});
  }
  if (payloads.templates_.empty()) {
    return absl::NotFoundError("no sample reports in " + path);
  }
  return payloads;
}

Payloads::Payload Payloads::Next() {
  const uint64_t number = count_++;
  Template& chosen = templates_[number % templates_.size()];
  uint64_t letters = Mix(seed_ ^ number);
  for (size_t i = 0; i < kReporter.size(); ++i, letters /= 26) {
    chosen.body[chosen.reporter + i] = static_cast<char>('a' + letters % 26);
  }
  id_.clear();
  for (uint64_t half = 0; half < 2; ++half) {
    uint64_t bits = Mix(seed_ * 31 + number * 2 + half);
    for (int i = 0; i < 8; ++i, bits >>= 8U) {
      id_.push_back(static_cast<char>(bits & 255U));
    }
  }
  return {id_, chosen.body};
}

double Latencies::Percentile(double percent) {
  if (all_.empty()) return 0;
  const auto at =
      static_cast<size_t>(static_cast<double>(all_.size() - 1) * percent / 100);
  std::nth_element(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(at),
                   all_.end());
  return all_[at];
}

}  // namespace earshot::bench
