#include "router/organisation/tables.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "base/config/text_config.h"
#include "base/os/files.h"
#include "proto/contract/csv.h"
#include "router/organisation/check.h"

namespace earshot::router {
namespace {

constexpr char kSite[] = "site";
constexpr char kLeader[] = "leader";
constexpr char kType[] = "type";

const std::vector<std::string>& SiteColumns() {
  static const std::vector<std::string> kColumns{"id", "name", "region",
                                                 "channel", "time_zone"};
  return kColumns;
}

const std::vector<std::string>& LeaderColumns() {
  static const std::vector<std::string> kColumns{
      "id",    "name",   "title",    "manager", "time_zone", "regions",
      "sites", "topics", "channels", "shifts",  "public_key"};
  return kColumns;
}

bool Holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string Trimmed(const std::string& cell) {
  const size_t from = cell.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return "";
  return cell.substr(from, cell.find_last_not_of(" \t\r\n") + 1 - from);
}

using Cells = std::map<std::string, std::string>;

v1::Site SiteOf(Cells& cells) {
  v1::Site site;
  site.set_id(cells["id"]);
  site.set_name(cells["name"]);
  site.set_region(cells["region"]);
  site.set_channel(cells["channel"]);
  site.set_time_zone(cells["time_zone"]);
  return site;
}

v1::Leader LeaderOf(Cells& cells) {
  v1::Leader leader;
  leader.set_id(cells["id"]);
  leader.set_name(cells["name"]);
  leader.set_title(cells["title"]);
  leader.set_manager(cells["manager"]);
  leader.set_time_zone(cells["time_zone"]);
  leader.set_public_key(cells["public_key"]);
  v1::Scope scope;
  const auto fill =
      [&](const char* column,
          google::protobuf::RepeatedPtrField<std::string>* names) {
        for (std::string& name : contract::SplitCell(cells[column])) {
          if (!name.empty()) *names->Add() = std::move(name);
        }
      };
  fill("regions", scope.mutable_regions());
  fill("sites", scope.mutable_sites());
  fill("topics", scope.mutable_topics());
  fill("channels", scope.mutable_channels());
  fill("shifts", scope.mutable_shifts());
  if (scope.ByteSizeLong() > 0) *leader.mutable_scope() = std::move(scope);
  return leader;
}

// Where a part of the organisation was read.
struct Origin {
  std::string path;
  int line = 0;
};

class Import {
 public:
  // `type`: of every row; empty: the column says.
  absl::Status Take(const std::string& path, const std::string& type) {
    auto text = os::ReadFile(path, kMostTableBytes);
    if (!text.ok()) return text.status();
    std::istringstream in(*std::move(text));
    contract::CsvReader reader(in);
    bool first = true;
    while (true) {
      const auto row = reader.Next();
      const auto line = static_cast<int>(reader.line());
      if (first && !reader.columns().empty() &&
          !CheckColumns(path, type, reader.columns())) {
        return absl::OkStatus();
      }
      if (first && reader.columns().empty()) {
        Wrong({path, 1}, "the file has no header that names its columns");
      }
      first = false;
      if (absl::IsOutOfRange(row.status())) return absl::OkStatus();
      if (!row.ok()) {
        Wrong({path, line}, std::string(row.status().message()));
        continue;
      }
      Cells cells;
      for (size_t i = 0; i < row->size(); ++i) {
        cells[Trimmed(reader.columns()[i])] = Trimmed((*row)[i]);
      }
      Row(cells, type.empty() ? cells[kType] : type, type.empty(),
          {path, line});
    }
  }

  absl::StatusOr<ImportedOrganisation> Finish(const std::string& whole) {
    for (OrganisationMistake& found : FindMistakes(done_.organisation)) {
      const auto at = origins_.find({found.field, found.index});
      Wrong(at == origins_.end() ? Origin{whole, 0} : at->second,
            std::move(found.text));
    }
    std::stable_sort(mistakes_.begin(), mistakes_.end(),
                     [](const auto& a, const auto& b) {
                       return std::tie(a.first.path, a.first.line) <
                              std::tie(b.first.path, b.first.line);
                     });
    std::string text;
    size_t listed = 0;
    for (const auto& [at, what] : mistakes_) {
      if (!text.empty()) text += '\n';
      if (listed++ == kMostListed) {
        text += fmt::format("{}: and {} mistakes more", whole,
                            mistakes_.size() - kMostListed);
        break;
      }
      text += at.line > 0 ? fmt::format("{}:{}: {}", at.path, at.line, what)
                          : fmt::format("{}: {}", at.path, what);
    }
    if (!text.empty()) return absl::InvalidArgumentError(text);
    return std::move(done_);
  }

 private:
  static constexpr size_t kMostListed = 50;

  void Wrong(Origin at, std::string what) {
    mistakes_.emplace_back(std::move(at), std::move(what));
  }

  bool CheckColumns(const std::string& path, const std::string& type,
                    const std::vector<std::string>& columns) {
    std::vector<std::string> known;
    if (type != kLeader) known = SiteColumns();
    if (type != kSite) {
      known.insert(known.end(), LeaderColumns().begin(), LeaderColumns().end());
    }
    if (type.empty()) known.emplace_back(kType);
    std::set<std::string> names;
    bool good = true;
    for (const std::string& column : columns) {
      const std::string name = Trimmed(column);
      if (!names.insert(name).second) {
        Wrong({path, 1}, fmt::format("column '{}' is there twice", name));
        good = false;
      } else if (!Holds(known, name)) {
        done_.notes.push_back(fmt::format(
            "{}:1: column '{}' is not known and is ignored", path, name));
      }
    }
    for (const std::string needed : {"id", kType}) {
      if ((needed == kType && !type.empty()) || names.contains(needed)) {
        continue;
      }
      Wrong({path, 1}, fmt::format("there is no column '{}'; the header has: "
                                   "{}",
                                   needed, fmt::join(columns, ", ")));
      good = false;
    }
    return good;
  }

  // `mixed`: rows of both types have the same columns, some not for this one.
  void Row(Cells& cells, const std::string& type, bool mixed,
           const Origin& at) {
    if (type != kSite && type != kLeader) {
      return Wrong(at,
                   fmt::format("type '{}' is neither site nor leader", type));
    }
    const bool site = type == kSite;
    const auto& own = site ? SiteColumns() : LeaderColumns();
    const auto& other = site ? LeaderColumns() : SiteColumns();
    for (const auto& [column, cell] : cells) {
      if (!mixed || cell.empty() || Holds(own, column)) continue;
      if (!Holds(other, column)) continue;
      Wrong(at, fmt::format("a {} has no '{}'; leave the cell empty", type,
                            column));
    }
    v1::Organisation& organisation = done_.organisation;
    if (site) {
      origins_[{"sites", organisation.sites_size()}] = at;
      *organisation.add_sites() = SiteOf(cells);
    } else {
      origins_[{"leaders", organisation.leaders_size()}] = at;
      *organisation.add_leaders() = LeaderOf(cells);
    }
  }

  ImportedOrganisation done_;
  std::map<std::pair<std::string, int>, Origin> origins_;
  std::vector<std::pair<Origin, std::string>> mistakes_;
};

}  // namespace

absl::StatusOr<ImportedOrganisation> ImportTables(const std::string& sites,
                                                  const std::string& leaders) {
  Import import;
  absl::Status status = import.Take(sites, kSite);
  if (status.ok()) status = import.Take(leaders, kLeader);
  if (!status.ok()) return status;
  return import.Finish(leaders);
}

absl::StatusOr<ImportedOrganisation> ImportTable(const std::string& path) {
  Import import;
  absl::Status status = import.Take(path, "");
  if (!status.ok()) return status;
  return import.Finish(path);
}

bool IsTables(const std::string& path) {
  std::error_code ignored;
  return path.ends_with(".csv") || path.ends_with(".CSV") ||
         std::filesystem::is_directory(path, ignored);
}

absl::StatusOr<ImportedOrganisation> ImportFrom(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return ImportTable(path);
  return ImportTables(path + "/sites.csv", path + "/leaders.csv");
}

absl::StatusOr<std::string> AsTextFormat(const v1::Organisation& organisation) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(organisation, &text);
  if (text.size() > config::kMostBytes) {
    return absl::ResourceExhaustedError(
        fmt::format("the organisation comes to {} bytes of text format, at "
                    "most {} are read; leave out names of sites",
                    text.size(), config::kMostBytes));
  }
  return text;
}

}  // namespace earshot::router
