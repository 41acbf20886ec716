#include "router/commands_taxonomy.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "router/settings.h"
#include "router/text/understanding.h"
#include "router/text/why.h"

namespace earshot::router {
namespace {

using Json = nlohmann::ordered_json;

struct TaxonomyOptions {
  std::string file;
  std::string text;
  std::vector<std::string> tags;
  bool json = false;
};

// Where one term of a rule was found.
Json FoundTerm(const TermIndex& terms, const TermHit& hit,
               const TokenisedText& text,
               const std::vector<std::string>& tags) {
  Json out;
  out["term"] = terms.Describe(hit.term);
  TokenisedText tag;
  const TokenisedText* read = &text;
  if (hit.tag > 0) {
    out["tag"] = tags.at(hit.tag - 1);
    Tokenise(tags.at(hit.tag - 1), tag);
    read = &tag;
  }
  const size_t width = terms.Width(hit.term);
  if (width == 0) return out;  // a tag or a pattern has no place in the words
  std::string words;
  for (size_t i = hit.token; i < read->tokens.size() && i < hit.token + width;
       ++i) {
    words += words.empty() ? "" : " ";
    words += read->View(read->tokens[i]);
  }
  out["at_word"] = hit.token + 1;
  out["words"] = words;
  return out;
}

Json MatchedRule(const Taxonomy& taxonomy, uint32_t number,
                 const Taxonomy::Match& match, const TokenisedText& text,
                 const std::vector<std::string>& tags) {
  const Taxonomy::RuleInfo& rule = taxonomy.rules().at(number);
  Json found = Json::array();
  for (const TermHit& hit : match.hits.all()) {
    if (std::find(rule.terms.begin(), rule.terms.end(), hit.term) !=
        rule.terms.end()) {
      found.push_back(FoundTerm(taxonomy.terms(), hit, text, tags));
    }
  }
  return {{"topic", taxonomy.topics().at(rule.topic).path},
          {"weight", rule.weight},
          {"certain", rule.certain},
          {"rule", rule.text},
          {"found", std::move(found)}};
}

std::string Place(const Json& found) {
  std::string out = found["term"].get<std::string>();
  if (found.contains("at_word")) {
    out += fmt::format(": \"{}\", word {}", found["words"].get<std::string>(),
                       found["at_word"].get<size_t>());
  }
  if (found.contains("tag") && found.contains("at_word")) {
    out += fmt::format(" of the tag {}", found["tag"].get<std::string>());
  }
  return out;
}

void PrintExplanation(const Json& out) {
  const auto text = [](const Json& value) { return value.get<std::string>(); };
  fmt::print("topic       {}\n", text(out["topic"]));
  fmt::print("confidence  {:.2f}, {}\n", out["confidence"].get<double>(),
             out["certain"].get<bool>() ? "by a certain rule" : "by votes");
  if (out.contains("owner")) fmt::print("owner       {}\n", text(out["owner"]));
  fmt::print("read as     {}\n\n", text(out["read_as"]));
  fmt::print("{:>6}  votes for\n", "WEIGHT");
  for (const Json& vote : out["votes"]) {
    fmt::print("{:>6}  {}\n", vote["weight"].get<uint32_t>(),
               text(vote["topic"]));
  }
  fmt::print("\n{:>6}  rules that matched\n", "WEIGHT");
  for (const Json& rule : out["rules"]) {
    fmt::print("{:>6}  {}{}: {}\n", rule["weight"].get<uint32_t>(),
               text(rule["topic"]),
               rule["certain"].get<bool>() ? " (certain)" : "",
               text(rule["rule"]));
    for (const Json& found : rule["found"]) {
      fmt::print("{:>6}    {}\n", "", Place(found));
    }
  }
}

void PrintModel(const Json& router) {
  fmt::print("\nwith the model {}: {}, confidence {:.2f}\n",
             router["model"].get<std::string>(),
             router["topic"].get<std::string>(),
             router["confidence"].get<double>());
  const Json& why = router["why"];
  fmt::print("{:>6}  words by which it says {}\n", "WEIGHT",
             why["topic"].get<std::string>());
  for (const Json& word : why["words"]) {
    fmt::print("{:6.2f}  {}\n", word["weight"].get<double>(),
               word["word"].get<std::string>());
  }
}

absl::Status Check(const TaxonomyOptions& options) {
  const auto taxonomy = LoadTaxonomy(options.file);
  if (!taxonomy.ok()) return taxonomy.status();
  fmt::print("ok: {} topics, {} rules, {} terms\n", (*taxonomy)->topic_count(),
             (*taxonomy)->rules().size(), (*taxonomy)->terms().size());
  return absl::OkStatus();
}

absl::Status Explain(const TaxonomyOptions& options,
                     const std::string& config) {
  const auto settings = LoadSettings(config, "");
  if (!settings.ok()) return settings.status();
  const auto taxonomy = LoadTaxonomy(
      options.file.empty() ? settings->config.taxonomy_file() : options.file);
  if (!taxonomy.ok()) return taxonomy.status();
  auto model = LoadModel(settings->config.model_file());
  if (!model.ok()) return model.status();
  Json out = ExplainRules(**taxonomy, options.text, options.tags);
  out["router"] =
      ExplainModel(**taxonomy, *std::move(model), options.text, options.tags);
  if (options.json) {
    fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    PrintExplanation(out);
    PrintModel(out["router"]);
  }
  return absl::OkStatus();
}

}  // namespace

Json ExplainRules(const Taxonomy& taxonomy, const std::string& text,
                  const std::vector<std::string>& tags) {
  TokenisedText read;
  Tokenise(text, read);
  Taxonomy::Match match;
  taxonomy.Classify(read, {tags.begin(), tags.end()}, match);
  Json out{{"topic", match.topic},
           {"certain", match.certain},
           {"confidence", match.confidence_milli / 1000.0},
           {"rule", match.rule}};
  if (const TopicDetails* topic = taxonomy.Find(match.topic)) {
    out["title"] = topic->title;
    if (!topic->owner.empty()) out["owner"] = topic->owner;
  }
  out["read_as"] = read.text;
  out["votes"] = Json::array();
  for (const TopicVote& vote : match.votes) {
    out["votes"].push_back({{"topic", taxonomy.topics().at(vote.topic).path},
                            {"weight", vote.weight}});
  }
  out["rules"] = Json::array();
  for (const uint32_t rule : match.rules) {
    out["rules"].push_back(MatchedRule(taxonomy, rule, match, read, tags));
  }
  return out;
}

Json ExplainModel(const Taxonomy& taxonomy, std::shared_ptr<const Model> model,
                  const std::string& text,
                  const std::vector<std::string>& tags) {
  constexpr size_t kNameDigits = 16;
  Json out{{"model", model->name().substr(0, kNameDigits)}};
  Understanding understanding(std::move(model));
  const Understood said =
      understanding.Read(taxonomy, text, {tags.begin(), tags.end()});
  out["topic"] = said.topic;
  out["confidence"] = said.ConfidenceOf(Head::kTopic);
  // What was too unsure to be given is explained too.
  const std::string topic(said.topic == kUntriaged
                              ? understanding.LikeliestTopic()
                              : said.topic.substr(0, said.topic.find('/')));
  Json words = Json::array();
  for (const WeightyWord& one :
       WeightyWords(understanding, Head::kTopic, topic)) {
    words.push_back({{"word", one.word}, {"weight", one.weight}});
  }
  out["why"] = {{"topic", topic}, {"words", std::move(words)}};
  return out;
}

void DefineTaxonomy(CLI::App& app, const std::string& config,
                    std::function<absl::Status()>& action) {
  const auto options = std::make_shared<TaxonomyOptions>();
  CLI::App* topics = app.add_subcommand(
      "taxonomy", "Check a taxonomy's file; see why a text has its topic.");
  topics->footer(
      "Examples:\n"
      "  earshot-router taxonomy check taxonomy.textproto\n"
      "  earshot-router taxonomy explain \"The fridge is warm again\"");
  topics->require_subcommand(1);
  CLI::App* command = topics->add_subcommand(
      "check", "Read a taxonomy, list every mistake, change nothing.");
  command->footer(
      "Examples:\n"
      "  earshot-router taxonomy check taxonomy.textproto");
  command->add_option("file", options->file, "the taxonomy's file")->required();
  command->callback(
      [&action, options] { action = [options] { return Check(*options); }; });

  command = topics->add_subcommand(
      "explain",
      "Show which rules match a text, their votes, the model's words, the "
      "outcome.");
  command->footer(
      "Examples:\n"
      "  earshot-router taxonomy explain \"Till 3 froze\" --tags outage,till\n"
      "  earshot-router taxonomy explain \"Till 3 froze\" \\\n"
      "      --taxonomy taxonomy.textproto --json");
  command->add_option("text", options->text, "what somebody reported")
      ->required();
  command->add_option("--tags", options->tags, "its tags, a comma between")
      ->delimiter(',');
  command->add_option("--taxonomy", options->file,
                      "a taxonomy's file; else that of the configuration");
  command->add_flag("--json", options->json);
  command->callback([&action, options, &config] {
    action = [options, &config] { return Explain(*options, config); };
  });
}

}  // namespace earshot::router
