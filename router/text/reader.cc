#include "router/text/reader.h"

#include <algorithm>
#include <vector>

#include "router/text/normalise.h"

namespace earshot::router {
namespace {

bool IsUnder(const std::string& topic, std::string_view root) {
  return topic.compare(0, root.size(), root) == 0 &&
         (topic.size() == root.size() || topic[root.size()] == '/');
}

v1::ObservationKind KindOf(const std::string& topic,
                           v1::ObservationKind reported) {
  if (reported != v1::OBSERVATION_KIND_UNSPECIFIED) return reported;
  if (IsUnder(topic, "recognition")) return v1::OBSERVATION_KIND_PRAISE;
  if (IsUnder(topic, "noise")) return v1::OBSERVATION_KIND_NOISE;
  return v1::OBSERVATION_KIND_UNSPECIFIED;
}

}  // namespace

TextReading TextReader::Read(const Taxonomy& taxonomy,
                             const v1::ObservationRecord& observation,
                             const v1::PersonalObservation& personal) {
  TextReading reading;
  reading.normalised = Normalise(personal.text());
  Tokenise(personal.text(), tokens_);
  tags_.assign(personal.tags().begin(), personal.tags().end());
  taxonomy.Classify(tokens_, tags_, match_);
  reading.topic = match_.topic;
  reading.rule = match_.rule;
  reading.confidence_milli = match_.confidence_milli;
  reading.kind = KindOf(reading.topic, observation.kind());
  reading.language = GuessLanguage(Words(reading.normalised));
  const uint32_t risk = reading.kind == v1::OBSERVATION_KIND_RISK ? 1 : 0;
  reading.urgency = std::min<uint32_t>(5, observation.severity() + risk);
  return reading;
}

}  // namespace earshot::router
