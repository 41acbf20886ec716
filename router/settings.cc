#include "router/settings.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/config/text_config.h"
#include "base/os/files.h"
#include "base/os/status_text.h"
#include "router/organisation/check_goals.h"
#include "router/organisation/organisation.h"

namespace earshot::router {
namespace {

constexpr char kDefaultFile[] = "/etc/earshot/router.conf";

void FillDefaults(v1::RouterConfig& config) {
  if (config.data_dir().empty()) {
    config.set_data_dir(os::DefaultStateFolder("router"));
  }
  if (config.listen().empty()) config.set_listen("tcp://127.0.0.1:7411");
  if (config.http_listen().empty()) config.set_http_listen("127.0.0.1:7412");
  if (config.credit_records() == 0) config.set_credit_records(4096);
  if (config.backlog_records() == 0) config.set_backlog_records(5000000);
  if (config.retain_days() == 0) config.set_retain_days(7);
  if (config.silent_after_minutes() == 0) config.set_silent_after_minutes(60);
  if (config.dead_letters_cap() == 0) config.set_dead_letters_cap(10000);
  if (config.quarantine_cap_mib() == 0) config.set_quarantine_cap_mib(16);
  if (config.remembered_texts() == 0) config.set_remembered_texts(1000000);
  if (config.near_texts() == 0) config.set_near_texts(100000);
  if (config.compared_issues() == 0) config.set_compared_issues(20000);
}

absl::Status CheckRanges(const v1::RouterConfig& config) {
  std::vector<config::Mistake> mistakes;
  const auto expect = [&](bool fine, std::string text) {
    if (!fine) mistakes.push_back({0, std::move(text)});
  };
  expect(config.listen().rfind("tcp://", 0) == 0,
         fmt::format("listen '{}' is not like tcp://127.0.0.1:7411",
                     config.listen()));
  expect(config.credit_records() <= 1000000,
         "credit_records is at most 1000000");
  expect(config.retain_days() <= 365, "retain_days is at most 365");
  expect(config.quarantine_cap_mib() <= 4096,
         "quarantine_cap_mib is at most 4096");
  return config::AsStatus("router configuration", mistakes);
}

absl::StatusOr<std::vector<contract::CustomPattern>> Patterns(
    const v1::RouterConfig& config) {
  std::vector<contract::CustomPattern> patterns;
  for (const v1::RedactionPattern& pattern : config.patterns()) {
    contract::CustomPattern out;
    out.regex = pattern.regex();
    bool known = false;
    for (const auto kind :
         {contract::PersonalKind::kPolicyNumber,
          contract::PersonalKind::kAccountNumber, contract::PersonalKind::kSsn,
          contract::PersonalKind::kPhone}) {
      if (contract::PersonalKindName(kind) == pattern.type()) {
        out.kind = kind;
        known = true;
      }
    }
    if (!known) {
      return absl::InvalidArgumentError(fmt::format(
          "patterns: type '{}' is none of policy_number, account_number, ssn, "
          "phone",
          pattern.type()));
    }
    patterns.push_back(std::move(out));
  }
  return patterns;
}

absl::Status In(const std::string& file, const absl::Status& status) {
  std::string lines = os::StatusText(status);
  for (size_t at = lines.find('\n'); at != std::string::npos;
       at = lines.find('\n', at + 1)) {
    lines.insert(at + 1, file + ": ");
  }
  return absl::InvalidArgumentError(fmt::format("{}: {}", file, lines));
}

}  // namespace

absl::StatusOr<Settings> LoadSettings(const std::string& file,
                                      const std::string& data_dir) {
  Settings settings;
  std::string path = file;
  if (path.empty() && os::FileExists(kDefaultFile)) path = kDefaultFile;
  if (!path.empty()) {
    absl::Status status = config::LoadFile(path, settings.config);
    if (!status.ok()) return status;
  }
  if (!data_dir.empty()) settings.config.set_data_dir(data_dir);
  FillDefaults(settings.config);
  absl::Status status = CheckRanges(settings.config);
  if (!status.ok()) return status;
  return settings;
}

using SharedTaxonomy = std::shared_ptr<const Taxonomy>;

absl::StatusOr<SharedTaxonomy> Compile(const std::string& name,
                                       const v1::Taxonomy& taxonomy) {
  auto compiled = Taxonomy::Compile(taxonomy);
  if (!compiled.ok()) return In(name, compiled.status());
  return SharedTaxonomy(*std::move(compiled));
}

absl::StatusOr<SharedTaxonomy> LoadTaxonomy(const std::string& file) {
  if (file.empty()) return DefaultTaxonomy();
  v1::Taxonomy taxonomy;
  absl::Status status = config::LoadFile(file, taxonomy);
  if (!status.ok()) return status;
  return Compile(file, taxonomy);
}

absl::Status CheckGoalTopics(const v1::Organisation& organisation,
                             const Taxonomy& taxonomy) {
  const auto mistakes = GoalsWithoutTopic(
      organisation,
      [&](std::string_view path) { return taxonomy.Find(path) != nullptr; });
  if (mistakes.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}", fmt::join(mistakes, "\n")));
}

absl::StatusOr<std::shared_ptr<const Model>> LoadModel(
    const std::string& file) {
  return file.empty() ? ShippedModel() : OpenUnderstandingModel(file);
}

absl::StatusOr<Loaded> LoadFiles(const Settings& settings) {
  Loaded loaded;
  const v1::RouterConfig& config = settings.config;
  loaded.organisation = DefaultOrganisation();
  if (!config.organisation_file().empty()) {
    auto organisation = LoadOrganisation(config.organisation_file());
    if (!organisation.ok()) return organisation.status();
    loaded.organisation = *std::move(organisation);
  }
  loaded.subscriptions = DefaultSubscriptions(loaded.organisation);
  if (!config.subscriptions_file().empty()) {
    auto subscriptions =
        LoadSubscriptions(config.subscriptions_file(), loaded.organisation);
    if (!subscriptions.ok()) return subscriptions.status();
    loaded.subscriptions = *std::move(subscriptions);
  }
  auto taxonomy = LoadTaxonomy(config.taxonomy_file());
  if (!taxonomy.ok()) return taxonomy.status();
  loaded.taxonomy = *std::move(taxonomy);
  absl::Status goals = CheckGoalTopics(loaded.organisation, *loaded.taxonomy);
  if (!goals.ok()) return In(config.organisation_file(), goals);
  auto model = LoadModel(config.model_file());
  if (!model.ok()) return model.status();
  loaded.model = *std::move(model);
  const auto patterns = Patterns(config);
  if (!patterns.ok()) return patterns.status();
  auto redactor = contract::Redactor::WithPatterns(*patterns);
  if (!redactor.ok()) return redactor.status();
  loaded.redactor = std::make_unique<contract::Redactor>(*std::move(redactor));
  return loaded;
}

}  // namespace earshot::router
