#ifndef EARSHOT_DASHBOARD_FEED_REHEARSE_ORGANISATION_FILE_H_
#define EARSHOT_DASHBOARD_FEED_REHEARSE_ORGANISATION_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::feed {

// An organisation as tables (.csv, or a folder:
// docs/reference/organisation.md), the router's own text format (any other
// ending), or JSON (.json): {"name", "sites": [{"id", "name", "region",
// "channel", "time_zone"}], "leaders": [{"id", "name", "title", "time_zone",
// "manager", "scope": {"regions", "sites", "topics", "channels", "shifts"}}],
// "small_groups": {"numbers", "verbatims"}}. Unknown keys are ignored. Checked
// as a whole: InvalidArgument lists every mistake. `notes` gets what was
// ignored in tables.
absl::StatusOr<v1::Organisation> LoadOrganisationFile(
    const std::string& path, std::vector<std::string>& notes);

absl::StatusOr<v1::Organisation> ParseOrganisationJson(std::string_view text);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_REHEARSE_ORGANISATION_FILE_H_
