#ifndef EARSHOT_ROUTER_ORGANISATION_TABLES_H_
#define EARSHOT_ROUTER_ORGANISATION_TABLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "earshot/v1/configuration.pb.h"

// An organisation from tables, as other systems export them: CSV with a header
// (docs/reference/organisation.md).
namespace earshot::router {

struct ImportedOrganisation {
  v1::Organisation organisation;
  std::vector<std::string> notes;  // what was ignored; a sentence each
};

// InvalidArgument with every mistake as "path:line: text", or the system's
// reason why a file cannot be read. A file is at most kMostTableBytes.
constexpr size_t kMostTableBytes = 16 << 20;
absl::StatusOr<ImportedOrganisation> ImportTables(const std::string& sites,
                                                  const std::string& leaders);
// One file, whose column `type` says `site` or `leader` of each row.
absl::StatusOr<ImportedOrganisation> ImportTable(const std::string& path);

// A folder with sites.csv and leaders.csv, or one table (.csv).
bool IsTables(const std::string& path);
// Either of them.
absl::StatusOr<ImportedOrganisation> ImportFrom(const std::string& path);

// As `organisation_file` reads it. ResourceExhausted when that is longer than a
// configuration may be.
absl::StatusOr<std::string> AsTextFormat(const v1::Organisation& organisation);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ORGANISATION_TABLES_H_
