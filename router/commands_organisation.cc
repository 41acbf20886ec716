#include "router/commands_organisation.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

#include "base/os/files.h"
#include "base/os/status_text.h"
#include "router/organisation/organisation.h"
#include "router/organisation/tables.h"
#include "router/settings.h"

namespace earshot::router {
namespace {

struct OrganisationOptions {
  std::string file;
  std::string sites;
  std::string leaders;
  std::string name;
  std::string out;
  std::string taxonomy;
};

// What cannot be read is as wrong as what is in it.
absl::Status Misused(const absl::Status& status) {
  return absl::InvalidArgumentError(os::StatusText(status));
}

void PrintNotes(const ImportedOrganisation& imported) {
  for (const std::string& note : imported.notes) {
    fmt::print(stderr, "{}\n", note);
  }
}

std::string Counts(const v1::Organisation& organisation) {
  return fmt::format("{} sites, {} leaders, {} functions",
                     organisation.sites_size(), organisation.leaders_size(),
                     organisation.functions_size());
}

absl::Status Check(const OrganisationOptions& options) {
  ImportedOrganisation read;
  if (IsTables(options.file)) {
    auto imported = ImportFrom(options.file);
    if (!imported.ok()) return Misused(imported.status());
    read = *std::move(imported);
  } else {
    auto loaded = LoadOrganisation(options.file);
    if (!loaded.ok()) return Misused(loaded.status());
    read.organisation = *std::move(loaded);
  }
  if (!options.taxonomy.empty()) {
    const auto taxonomy = LoadTaxonomy(options.taxonomy);
    if (!taxonomy.ok()) return Misused(taxonomy.status());
    absl::Status goals = CheckGoalTopics(read.organisation, **taxonomy);
    if (!goals.ok()) return goals;
  }
  PrintNotes(read);
  fmt::print("ok: {}\n", Counts(read.organisation));
  return absl::OkStatus();
}

absl::Status Import(const OrganisationOptions& options) {
  auto imported = ImportTables(options.sites, options.leaders);
  if (!imported.ok()) return Misused(imported.status());
  PrintNotes(*imported);
  imported->organisation.set_name(options.name);
  const auto text = AsTextFormat(imported->organisation);
  if (!text.ok()) return text.status();
  if (options.out.empty()) {
    fmt::print("{}", *text);
    if (std::fflush(stdout) == 0) return absl::OkStatus();
    return absl::UnavailableError("standard output takes nothing more");
  }
  absl::Status status = os::WriteFileAtomically(options.out, *text, 0644);
  if (status.ok()) {
    fmt::print("{}: {}\n", options.out, Counts(imported->organisation));
  }
  return status;
}

}  // namespace

void DefineOrganisation(CLI::App& app, std::function<absl::Status()>& action) {
  const auto options = std::make_shared<OrganisationOptions>();
  CLI::App* organisation = app.add_subcommand(
      "organisation",
      "Check the file of sites and leaders, or make it from tables.");
  organisation->footer(
      "Examples:\n"
      "  earshot-router organisation check organisation.textproto\n"
      "  earshot-router organisation import --sites sites.csv --leaders "
      "leaders.csv --out organisation.textproto");
  organisation->require_subcommand(1);
  CLI::App* command = organisation->add_subcommand(
      "check", "Read it, list every mistake with its line, change nothing.");
  command->footer(
      "Examples:\n"
      "  earshot-router organisation check organisation.textproto\n"
      "  earshot-router organisation check organisation.textproto --taxonomy "
      "taxonomy.textproto\n"
      "  earshot-router organisation check organisation.csv\n"
      "  earshot-router organisation check folder-with-sites-and-leaders");
  command
      ->add_option("file", options->file,
                   "text format; a table (.csv); or a folder with sites.csv "
                   "and leaders.csv")
      ->required();
  command
      ->add_option("--taxonomy", options->taxonomy,
                   "the file of topics: those of goals must be in it; default "
                   "none, the router checks its own when it starts")
      ->check(CLI::ExistingFile);
  command->callback(
      [&action, options] { action = [options] { return Check(*options); }; });

  command = organisation->add_subcommand(
      "import", "Make the organisation file from CSV with a header.");
  command->footer(
      "Examples:\n"
      "  earshot-router organisation import --sites sites.csv --leaders "
      "leaders.csv\n"
      "  earshot-router organisation import --sites sites.csv --leaders "
      "leaders.csv \\\n"
      "      --name \"Acme Stores\" --out organisation.textproto");
  command
      ->add_option("--sites", options->sites,
                   "columns id, name, region, channel, time_zone")
      ->required();
  command
      ->add_option("--leaders", options->leaders,
                   "columns id, name, title, manager, time_zone, public_key, "
                   "and lists with ';' between: regions, sites, topics, "
                   "channels, shifts")
      ->required();
  command->add_option("--name", options->name, "of the organisation");
  command->add_option("--out", options->out,
                      "where the text format goes; default: standard output");
  command->callback(
      [&action, options] { action = [options] { return Import(*options); }; });
}

}  // namespace earshot::router
