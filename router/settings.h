#ifndef EARSHOT_ROUTER_SETTINGS_H_
#define EARSHOT_ROUTER_SETTINGS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "earshot/v1/configuration.pb.h"
#include "proto/contract/redact.h"
#include "router/text/taxonomy.h"
#include "router/text/understanding.h"

namespace earshot::router {

// The router's configuration with every default filled in, and where its
// files are.
struct Settings {
  v1::RouterConfig config;

  std::string InData(const std::string& name) const {
    return config.data_dir() + "/" + name;
  }
  std::string KeyFile() const { return InData("router.key"); }
  std::string LogFile() const { return InData("log.db"); }
  std::string ViewsFile() const { return InData("views.db"); }
  std::string AccessFile() const { return InData("access.db"); }
};

// `file` empty: /etc/earshot/router.conf if it is there, else defaults.
// `data_dir` not empty: instead of the file's.
absl::StatusOr<Settings> LoadSettings(const std::string& file,
                                      const std::string& data_dir);

// The files that the configuration names, read and checked as a whole.
struct Loaded {
  v1::Organisation organisation;
  v1::Subscriptions subscriptions;
  std::shared_ptr<const Taxonomy> taxonomy;
  std::shared_ptr<const Model> model;  // of understanding
  std::unique_ptr<contract::Redactor> redactor;
};
absl::StatusOr<Loaded> LoadFiles(const Settings& settings);

// The taxonomy of a file, or with "" the default one; all mistakes at once.
absl::StatusOr<std::shared_ptr<const Taxonomy>> LoadTaxonomy(
    const std::string& file);

// Whether the goals' topics are in the taxonomy; all mistakes at once.
absl::Status CheckGoalTopics(const v1::Organisation& organisation,
                             const Taxonomy& taxonomy);

// The model of understanding of a file, or with "" the one of this program.
absl::StatusOr<std::shared_ptr<const Model>> LoadModel(const std::string& file);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_SETTINGS_H_
