#include "dashboard_feed/rehearse/organisation_file.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <string>
#include <utility>

#include "base/os/files.h"
#include "router/organisation/organisation.h"
#include "router/organisation/tables.h"

namespace earshot::feed {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;

}  // namespace

absl::StatusOr<v1::Organisation> ParseOrganisationJson(std::string_view text) {
  v1::Organisation organisation;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      std::string(text), &organisation, options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("the organisation is not as docs/reference/rehearse.md "
                    "has it: {}",
                    std::string(status.message())));
  }
  absl::Status checked = router::CheckOrganisation(organisation);
  if (!checked.ok()) return checked;
  return organisation;
}

absl::StatusOr<v1::Organisation> LoadOrganisationFile(
    const std::string& path, std::vector<std::string>& notes) {
  if (router::IsTables(path)) {
    auto imported = router::ImportFrom(path);
    if (!imported.ok()) return imported.status();
    notes = std::move(imported->notes);
    return std::move(imported->organisation);
  }
  if (!path.ends_with(".json")) return router::LoadOrganisation(path);
  const auto text = os::ReadFile(path, kMostBytes);
  if (!text.ok()) return text.status();
  return ParseOrganisationJson(*text);
}

}  // namespace earshot::feed
