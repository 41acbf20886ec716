#include <utility>

#include "base/config/text_config.h"
#include "router/text/taxonomy.h"

namespace earshot::router {
namespace {

absl::StatusOr<std::shared_ptr<const Taxonomy>> CompileDefault() {
  v1::Taxonomy taxonomy;
  absl::Status status = config::AsStatus(
      "the default taxonomy",
      config::ParseText(std::string(DefaultTaxonomyText()), taxonomy));
  if (!status.ok()) return status;
  auto compiled = Taxonomy::Compile(taxonomy);
  if (!compiled.ok()) return compiled.status();
  return std::shared_ptr<const Taxonomy>(*std::move(compiled));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Taxonomy>> DefaultTaxonomy() {
  static const auto* const compiled =
      new absl::StatusOr<std::shared_ptr<const Taxonomy>>(CompileDefault());
  return *compiled;
}

}  // namespace earshot::router
