#include "router/fold/near_texts.h"

#include "earshot/v1/log.pb.h"

namespace earshot::router {
namespace {

constexpr size_t kPage = 1000;

std::unique_ptr<NearIndex> Empty(size_t window) {
  return std::make_unique<NearIndex>(NearIndex::Options{.most_texts = window});
}

}  // namespace

NearTexts::NearTexts(size_t window) : window_(window), index_(Empty(window)) {}

absl::Status NearTexts::Restore(Log& reader, uint64_t folded) {
  index_ = Empty(window_);
  auto after = reader.BeforeLastReadings(folded, window_);
  if (!after.ok()) return after.status();
  while (true) {
    const auto rows = reader.ReadReadingsAfter(*after, kPage);
    if (!rows.ok()) return rows.status();
    for (const LogRow& row : *rows) {
      if (row.position > folded) break;
      v1::Reading reading;
      if (!reading.ParseFromString(row.body)) {
        return absl::DataLossError("a reading in the log cannot be read");
      }
      if (!reading.remembered()) continue;
      const auto observation = reader.ReadOne(reading.of());
      if (!observation.ok()) return observation.status();
      if (!*observation || (*observation)->erased) continue;
      v1::PersonalObservation personal;
      if (!personal.ParseFromString((*observation)->personal)) continue;
      Sign(personal.text());
      Remember(reading.of(), reading.cluster());
    }
    if (rows->empty() || rows->back().position >= folded) break;
    *after = rows->back().position;
  }
  stale_ = false;
  return absl::OkStatus();
}

void NearTexts::Sign(std::string_view text) {
  Tokenise(text, tokens_);
  signer_.Sign(tokens_, signature_);
}

std::optional<NearMatch> NearTexts::Find(std::string_view text) {
  Sign(text);
  return index_->Find(signature_);
}

void NearTexts::Remember(uint64_t position, uint64_t cluster) {
  index_->Add(position, cluster, signature_);
}

}  // namespace earshot::router
