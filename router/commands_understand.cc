#include "router/commands_understand.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "base/os/files.h"
#include "base/os/status_text.h"
#include "router/json_rows.h"
#include "router/settings.h"
#include "router/text/train_understanding.h"
#include "router/text/understanding.h"
#include "router/text/why.h"

namespace earshot::router {
namespace {

constexpr mode_t kModelMode = 0644;

std::vector<std::string> TagsOf(const Json& row) {
  std::vector<std::string> tags;
  const auto found = row.find("tags");
  if (found == row.end() || !found->is_array()) return tags;
  for (const Json& tag : *found) {
    if (tag.is_string() && tags.size() < TaxonomyLimits::kTagsRead) {
      tags.push_back(tag.get<std::string>());
    }
  }
  return tags;
}

absl::StatusOr<LabelledReport> ReportOf(const std::string& line) {
  const auto row = ParseRow(line);
  if (!row.ok()) return row.status();
  auto text = Field(*row, "text");
  if (!text.ok()) return text.status();
  LabelledReport report;
  report.text = *std::move(text);
  report.tags = TagsOf(*row);
  const auto expected = row->find("expected");
  const Json& labels =
      expected != row->end() && expected->is_object() ? *expected : *row;
  for (size_t h = 0; h < kHeads; ++h) {
    const auto label = Field(labels, std::string(kHeadNames[h]));
    if (label.ok()) report.labels[h] = *label;
  }
  return report;
}

absl::StatusOr<std::vector<LabelledReport>> ReadReports(
    const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(fmt::format("cannot open {}", path));
  std::vector<LabelledReport> reports;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (IsBlank(line)) continue;
    auto report = ReportOf(line);
    if (!report.ok()) {
      return absl::InvalidArgumentError(fmt::format(
          "{}:{}: {}", path, number, os::StatusText(report.status())));
    }
    reports.push_back(*std::move(report));
  }
  return reports;
}

void PrintHeads(const TrainedUnderstanding& trained, bool json) {
  Json out{{"model", trained.name}, {"bytes", trained.model.size()}};
  if (!json) {
    fmt::print("model {:.16}: {} reports, {} KiB\n", trained.name,
               trained.header.examples(), trained.model.size() / 1024);
    fmt::print("{:10} {:>9} {:>9} {:>9} {:>9} {:>11}\n", "accuracy %",
               "held out", "dev", "no tags", "macro-F1", "calibration");
  }
  for (const HeadReport& head : trained.heads) {
    const auto name = kHeadNames.at(static_cast<size_t>(head.head));
    if (json) {
      const auto rounded = [](double x) { return std::round(x * 1e4) / 1e4; };
      out[std::string(name)] = {
          {"held_out_accuracy", rounded(head.held_out.accuracy)},
          {"dev_texts", head.with_tags.texts},
          {"dev_accuracy", rounded(head.with_tags.accuracy)},
          {"dev_accuracy_without_tags", rounded(head.without_tags.accuracy)},
          {"dev_macro_f1", rounded(head.with_tags.macro_f1)},
          {"dev_calibration_error", rounded(head.with_tags.calibration_error)}};
    } else if (head.with_tags.texts == 0) {
      fmt::print("{:10} {:9.1f}\n", name, 100 * head.held_out.accuracy);
    } else {
      fmt::print("{:10} {:9.1f} {:9.1f} {:9.1f} {:9.1f} {:11.1f}\n", name,
                 100 * head.held_out.accuracy, 100 * head.with_tags.accuracy,
                 100 * head.without_tags.accuracy,
                 100 * head.with_tags.macro_f1,
                 100 * head.with_tags.calibration_error);
    }
  }
  if (json) fmt::print("{}\n", out.dump(2));
}

Json Why(Understanding& understanding, Head head, std::string_view label) {
  Json words = Json::array();
  for (const WeightyWord& one : WeightyWords(understanding, head, label)) {
    words.push_back(one.word);
  }
  return words;
}

Json Explain(Understanding& understanding, Understood said) {
  Json why;
  if (!said.rule.empty()) why["topic_rule"] = said.rule;
  const std::string_view root = said.topic.substr(0, said.topic.find('/'));
  // A copy: every comparison reads again.
  why["topic"] = Why(understanding, Head::kTopic, root);
  why["kind"] = Why(understanding, Head::kKind, said.kind);
  why["sentiment"] = Why(understanding, Head::kSentiment, said.sentiment);
  why["language"] = Why(understanding, Head::kLanguage, said.language);
  return why;
}

absl::StatusOr<Json> UnderstandRow(const Json& row, const Taxonomy& taxonomy,
                                   Understanding& understanding, bool why) {
  const auto id = row.find("id");
  if (id == row.end() || id->is_structured()) {
    return absl::InvalidArgumentError("no field id");
  }
  const auto text = Field(row, "text");
  if (!text.ok()) return text.status();
  const std::vector<std::string> tags = TagsOf(row);
  const Understood said = understanding.Read(
      taxonomy, *text, std::vector<std::string_view>(tags.begin(), tags.end()));
  Json out{{"id", *id},
           {"topic", said.topic},
           {"kind", said.kind},
           {"sentiment", said.sentiment},
           {"valence", said.valence},
           {"urgency", said.urgency},
           {"language", said.language}};
  for (size_t h = 0; h < kHeads; ++h) {
    out["confidence"][std::string(kHeadNames[h])] =
        std::round(said.confidence[h] * 1e3) / 1e3;
  }
  if (why) out["why"] = Explain(understanding, said);
  return out;
}

}  // namespace

absl::Status TrainOnReports(const std::string& train, const std::string& dev,
                            const std::string& taxonomy, const std::string& out,
                            bool json) {
  UnderstandingSet set;
  auto reports = ReadReports(train);
  if (!reports.ok()) return reports.status();
  set.train = *std::move(reports);
  if (!dev.empty()) {
    reports = ReadReports(dev);
    if (!reports.ok()) return reports.status();
    set.dev = *std::move(reports);
  }
  const auto topics = LoadTaxonomy(taxonomy);
  if (!topics.ok()) return topics.status();
  set.taxonomy = topics->get();
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto trained = TrainUnderstanding(set, [&](std::string_view what) {
    if (terminal) fmt::print(stderr, "\r\x1b[K{} ...", what);
  });
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  if (!trained.ok()) return trained.status();
  absl::Status status =
      os::WriteFileAtomically(out, trained->model, kModelMode);
  if (status.ok()) PrintHeads(*trained, json);
  return status;
}

absl::Status UnderstandRows(const std::string& config,
                            const std::string& taxonomy, bool why) {
  const auto settings = LoadSettings(config, "");
  if (!settings.ok()) return settings.status();
  const auto topics = LoadTaxonomy(
      taxonomy.empty() ? settings->config.taxonomy_file() : taxonomy);
  if (!topics.ok()) return topics.status();
  auto model = LoadModel(settings->config.model_file());
  if (!model.ok()) return model.status();
  Understanding understanding(*std::move(model));
  std::string line;
  size_t bad = 0;
  std::ios::sync_with_stdio(false);
  for (size_t number = 1; std::getline(std::cin, line); ++number) {
    if (IsBlank(line)) continue;
    const auto row = ParseRow(line);
    auto out = row.ok() ? UnderstandRow(*row, **topics, understanding, why)
                        : absl::StatusOr<Json>(row.status());
    if (!out.ok()) {
      ++bad;
      const std::string reason = os::StatusText(out.status());
      fmt::print(stderr, "line {}: {}\n", number, reason);
      const bool has_id = row.ok() && row->contains("id");
      out = Json{{"id", has_id ? (*row)["id"] : Json()},
                 {"error", reason},
                 {"line", number}};
    }
    std::cout << AsLine(*out) << '\n';
  }
  std::cout.flush();
  if (!std::cout) return absl::InternalError("cannot write the rows out");
  if (bad == 0) return absl::OkStatus();
  return absl::AbortedError(
      fmt::format("{} bad row(s) have an error in place of labels", bad));
}

}  // namespace earshot::router
