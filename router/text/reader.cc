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

TextReading ReadText(const Taxonomy& taxonomy,
                     const v1::ObservationRecord& observation,
                     const v1::PersonalObservation& personal) {
  TextReading reading;
  reading.normalised = Normalise(personal.text());
  const std::vector<std::string> words = Words(reading.normalised);
  const Taxonomy::Match match =
      taxonomy.Classify(words, reading.normalised,
                        {personal.tags().begin(), personal.tags().end()});
  reading.topic = match.topic;
  reading.rule = match.rule;
  reading.confidence_milli = match.confidence_milli;
  reading.kind = KindOf(match.topic, observation.kind());
  reading.language = GuessLanguage(words);
  const uint32_t risk = reading.kind == v1::OBSERVATION_KIND_RISK ? 1 : 0;
  reading.urgency = std::min<uint32_t>(5, observation.severity() + risk);
  return reading;
}

}  // namespace earshot::router
