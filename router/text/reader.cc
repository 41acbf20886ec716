#include "router/text/reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "router/text/normalise.h"

namespace earshot::router {
namespace {

constexpr std::array<std::pair<std::string_view, v1::ObservationKind>, 8>
    kKinds{{{"pain_point", v1::OBSERVATION_KIND_PAIN_POINT},
            {"praise", v1::OBSERVATION_KIND_PRAISE},
            {"idea", v1::OBSERVATION_KIND_IDEA},
            {"preference_change", v1::OBSERVATION_KIND_PREFERENCE_CHANGE},
            {"process_gap", v1::OBSERVATION_KIND_PROCESS_GAP},
            {"employee_experience", v1::OBSERVATION_KIND_EMPLOYEE_EXPERIENCE},
            {"risk", v1::OBSERVATION_KIND_RISK},
            {"noise", v1::OBSERVATION_KIND_NOISE}}};
constexpr size_t kModelBytes = 8;
constexpr double kMilli = 1000;

v1::ObservationKind KindNamed(std::string_view name) {
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return kind;
  }
  return v1::OBSERVATION_KIND_UNSPECIFIED;
}

}  // namespace

void TextReader::Use(std::shared_ptr<const Model> model) {
  if (understanding_ && &understanding_->model() == model.get()) return;
  understanding_.emplace(std::move(model));
  model_ = understanding_->model().digest().substr(0, kModelBytes);
}

absl::StatusOr<TextReading> TextReader::Read(
    const Taxonomy& taxonomy, const v1::ObservationRecord& observation,
    const v1::PersonalObservation& personal) {
  if (!understanding_) {
    auto shipped = ShippedModel();
    if (!shipped.ok()) return shipped.status();
    Use(*std::move(shipped));
  }
  tags_.assign(personal.tags().begin(), personal.tags().end());
  const Understood& said =
      understanding_->Read(taxonomy, personal.text(), tags_);
  TextReading reading;
  reading.normalised = Normalise(personal.text());
  reading.topic = said.topic;
  reading.rule = said.rule;
  for (size_t h = 0; h < kHeads; ++h) {
    reading.milli[h] =
        static_cast<uint32_t>(std::lround(kMilli * said.confidence[h]));
  }
  reading.confidence_milli = reading.milli[static_cast<size_t>(Head::kTopic)];
  reading.kind = KindNamed(said.kind);
  if (observation.kind() != v1::OBSERVATION_KIND_UNSPECIFIED) {
    reading.kind = observation.kind();
    reading.milli[static_cast<size_t>(Head::kKind)] =
        static_cast<uint32_t>(kMilli);
  }
  reading.sentiment = said.sentiment;
  reading.language = said.language;
  reading.valence = said.valence;
  reading.urgency = static_cast<uint32_t>(said.urgency);
  if (observation.severity() > 0) {
    const uint32_t risk = reading.kind == v1::OBSERVATION_KIND_RISK ? 1 : 0;
    reading.urgency = std::min<uint32_t>(5, observation.severity() + risk);
  }
  reading.model = model_;
  return reading;
}

}  // namespace earshot::router
