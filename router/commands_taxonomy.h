#ifndef EARSHOT_ROUTER_COMMANDS_TAXONOMY_H_
#define EARSHOT_ROUTER_COMMANDS_TAXONOMY_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "router/text/model.h"
#include "router/text/taxonomy.h"

namespace earshot::router {

// What the rules made of one text: the rules that matched and where, the votes,
// the outcome. Whatever else reads texts adds its own field beside these.
nlohmann::ordered_json ExplainRules(const Taxonomy& taxonomy,
                                    const std::string& text,
                                    const std::vector<std::string>& tags);

// What the router makes of the same text with rules and model together, and the
// words that weigh most for its topic in the model; of an untriaged one, for
// the model's likeliest.
nlohmann::ordered_json ExplainModel(const Taxonomy& taxonomy,
                                    std::shared_ptr<const Model> model,
                                    const std::string& text,
                                    const std::vector<std::string>& tags);

// Adds `taxonomy check` and `taxonomy explain`. They need no state. The one
// that is asked for sets `action`. `config` is read when it runs: the
// configuration file whose taxonomy and model explain; empty for the usual one.
void DefineTaxonomy(CLI::App& app, const std::string& config,
                    std::function<absl::Status()>& action);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMANDS_TAXONOMY_H_
