#include "router/commands_learn.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/config/text_config.h"
#include "base/os/files.h"
#include "base/os/status_text.h"
#include "earshot/v1/configuration.pb.h"
#include "router/commands_understand.h"
#include "router/json_rows.h"
#include "router/rows_in_parallel.h"
#include "router/text/classifier.h"
#include "router/text/train.h"

namespace earshot::router {
namespace {

constexpr size_t kMostThreads = 8;
constexpr std::streamsize kReadBytes = 1 << 20;
constexpr mode_t kModelMode = 0644;

struct LearnOptions {
  std::string task = "topic";
  std::string train;
  std::string dev;
  std::string unlabelled;
  std::string taxonomy;
  std::string text_field = "text";
  std::string label_field = "label";
  std::string reject_label;
  double reject_cost = 0.025;
  std::string model;
  bool no_refit = false;
  bool json = false;
  bool why = false;
};

// Every row of a file; the first mistake ends it, with its line number.
absl::StatusOr<std::vector<LabelledText>> ReadRows(const std::string& path,
                                                   const LearnOptions& options,
                                                   bool labelled) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return absl::NotFoundError(fmt::format("cannot open {}", path));
  }
  std::vector<LabelledText> rows;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (IsBlank(line)) continue;
    const auto wrong = [&](const absl::Status& status) {
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: {}", path, number, os::StatusText(status)));
    };
    const auto row = ParseRow(line);
    if (!row.ok()) return wrong(row.status());
    auto text = Field(*row, options.text_field);
    if (!text.ok()) return wrong(text.status());
    LabelledText labelled_text;
    labelled_text.text = *std::move(text);
    if (labelled) {
      auto label = Field(*row, options.label_field);
      if (!label.ok()) return wrong(label.status());
      labelled_text.label = *std::move(label);
    }
    rows.push_back(std::move(labelled_text));
  }
  return rows;
}

absl::StatusOr<TrainingSet> ReadSet(const LearnOptions& options) {
  TrainingSet set;
  auto train = ReadRows(options.train, options, true);
  if (!train.ok()) return train.status();
  set.train = *std::move(train);
  if (!options.dev.empty()) {
    auto dev = ReadRows(options.dev, options, true);
    if (!dev.ok()) return dev.status();
    set.dev = *std::move(dev);
  }
  if (!options.unlabelled.empty()) {
    auto unlabelled = ReadRows(options.unlabelled, options, false);
    if (!unlabelled.ok()) return unlabelled.status();
    set.unlabelled = *std::move(unlabelled);
  }
  return set;
}

double Rounded(double share) { return std::round(share * 1e4) / 1e4; }

Json AsJson(const Trained& trained) {
  const Measures& m = trained.measures;
  const auto name = [&](uint32_t label) {
    return trained.header.labels(static_cast<int>(label)).name();
  };
  Json out{{"model", trained.name},
           {"bytes", trained.model.size()},
           {"examples", trained.header.examples()},
           {"labels", trained.header.labels_size()},
           {"measured_on", trained.measured_on_dev ? "dev" : "folds"},
           {"texts", m.texts},
           {"accuracy", Rounded(m.accuracy)},
           {"macro_f1", Rounded(m.macro_f1)},
           {"calibration_error", Rounded(m.calibration_error)}};
  for (const Coverage& one : m.coverage) {
    out["coverage"].push_back({{"threshold", Rounded(one.threshold)},
                               {"coverage", Rounded(one.coverage)},
                               {"accuracy", Rounded(one.accuracy)}});
  }
  if (trained.header.has_rejection()) {
    const RejectionMeasure& r = m.rejection;
    out["rejection"] = {
        {"threshold", Rounded(trained.header.rejection().threshold())},
        {"out_of_scope_texts", r.texts},
        {"out_of_scope_recall", Rounded(r.recall)},
        {"in_scope_accuracy", Rounded(r.in_scope_accuracy)},
        {"area_under_curve", Rounded(r.area)}};
  }
  for (const LabelMeasure& one : m.labels) {
    out["per_label"].push_back({{"label", name(one.label)},
                                {"texts", one.texts},
                                {"precision", Rounded(one.precision)},
                                {"recall", Rounded(one.recall)},
                                {"f1", Rounded(one.f1)}});
  }
  for (const Confusion& one : m.confusions) {
    out["confusions"].push_back({{"label", name(one.label)},
                                 {"said", name(one.said)},
                                 {"texts", one.texts}});
  }
  return out;
}

void PrintReport(const Trained& trained) {
  const Measures& m = trained.measures;
  const auto title = [&](uint32_t label) {
    return trained.header.labels(static_cast<int>(label)).title();
  };
  fmt::print("model {:.16}: {} labels, {} examples, {} KiB\n", trained.name,
             trained.header.labels_size(), trained.header.examples(),
             trained.model.size() / 1024);
  fmt::print("on {} {} texts it had not seen:\n", m.texts,
             trained.measured_on_dev ? "dev" : "fold");
  fmt::print(
      "  accuracy {:.2f} %, macro-F1 {:.2f} %, calibration error "
      "{:.2f} %\n",
      100 * m.accuracy, 100 * m.macro_f1, 100 * m.calibration_error);
  for (const Coverage& one : m.coverage) {
    fmt::print(
        "  confidence >= {:.3f}: {:5.1f} % of the texts, {:.2f} % of "
        "them right\n",
        one.threshold, 100 * one.coverage, 100 * one.accuracy);
  }
  if (trained.header.has_rejection()) {
    const RejectionMeasure& r = m.rejection;
    fmt::print(
        "  out of scope: {:.1f} % of {} rejected; in scope {:.2f} % "
        "right then; area under the curve {:.3f}\n",
        100 * r.recall, r.texts, 100 * r.in_scope_accuracy, r.area);
  }
  fmt::print("\n{:>6} {:>6} {:>6}  label\n", "texts", "recall", "F1");
  for (const LabelMeasure& one : m.labels) {
    fmt::print("{:6} {:6.1f} {:6.1f}  {}\n", one.texts, 100 * one.recall,
               100 * one.f1, title(one.label));
  }
  fmt::print("\nMost often taken for another:\n");
  for (const Confusion& one : m.confusions) {
    fmt::print("{:6}  {} -> {}\n", one.texts, title(one.label),
               title(one.said));
  }
}

absl::Status RunTrain(const LearnOptions& options) {
  if (options.task == "understanding") {
    return TrainOnReports(options.train, options.dev, options.taxonomy,
                          options.model, options.json);
  }
  const auto set = ReadSet(options);
  if (!set.ok()) return set.status();
  TrainSettings settings;
  settings.task = options.task == "sentiment" ? v1::MODEL_TASK_SENTIMENT
                                              : v1::MODEL_TASK_TOPIC;
  settings.reject_label = options.reject_label;
  settings.reject_cost = options.reject_cost;
  settings.refit = !options.no_refit;
  if (!options.taxonomy.empty()) {
    v1::Taxonomy taxonomy;
    absl::Status status = config::LoadFile(options.taxonomy, taxonomy);
    if (!status.ok()) return status;
    for (const v1::Topic& topic : taxonomy.topics()) {
      if (!topic.title().empty()) settings.titles[topic.path()] = topic.title();
    }
  }
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto trained = Train(*set, settings, [&](std::string_view what) {
    if (terminal) fmt::print(stderr, "\r\x1b[K{} ...", what);
  });
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  if (!trained.ok()) return trained.status();
  absl::Status status =
      os::WriteFileAtomically(options.model, trained->model, kModelMode);
  if (!status.ok()) return status;
  if (options.json) {
    fmt::print("{}\n", AsJson(*trained).dump(2));
  } else {
    PrintReport(*trained);
  }
  return absl::OkStatus();
}

// One row out. A candidate's score is the probability that it is right.
absl::StatusOr<std::string> ClassifyRow(const std::string& line,
                                        const std::string& reject_label,
                                        Classifier& classifier,
                                        TokenisedText& read) {
  const auto row = ParseRow(line);
  if (!row.ok()) return row.status();
  const auto id = row->find("id");
  if (id == row->end() || id->is_structured()) {
    return absl::InvalidArgumentError("no field id");
  }
  const auto text = Field(*row, "text");
  if (!text.ok()) return text.status();
  Tokenise(*text, read);
  const Verdict verdict = classifier.Classify(read);
  const v1::ModelHeader& header = classifier.model().header();
  const auto name = [&](size_t place) {
    return header.labels(static_cast<int>(verdict.top.at(place).label)).name();
  };
  const bool rejects = !reject_label.empty();
  Json out{{"id", *id},
           {"label", rejects && verdict.rejected ? reject_label : name(0)},
           {"score", rejects ? verdict.in_scope : verdict.confidence}};
  for (size_t i = 0; i < verdict.count; ++i) {
    out["top"].push_back(
        {{"label", name(i)}, {"score", ConfidenceOf(header, verdict, i)}});
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::Status RunClassify(const LearnOptions& options,
                         const std::string& config) {
  if (options.model.empty())
    return UnderstandRows(config, options.taxonomy, options.why);
  auto opened = Model::Open(options.model);
  if (!opened.ok()) return opened.status();
  const std::shared_ptr<const Model> model = *std::move(opened);
  if (!options.reject_label.empty() && !model->header().has_rejection()) {
    return absl::InvalidArgumentError(
        fmt::format("{} rejects nothing: it was trained without --reject-label",
                    options.model));
  }
  std::ios::sync_with_stdio(false);
  std::vector<char> buffer(kReadBytes);
  std::cin.rdbuf()->pubsetbuf(buffer.data(), kReadBytes);
  const auto worker = [&]() -> RowWork {
    return [classifier = std::make_shared<Classifier>(model),
            read = std::make_shared<TokenisedText>(),
            &options](const std::string& line) {
      return ClassifyRow(line, options.reject_label, *classifier, *read);
    };
  };
  size_t bad = 0;
  const size_t threads =
      std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
  RowsInParallel(std::cin, threads, worker,
                 [&](size_t number, const absl::StatusOr<std::string>& out) {
                   if (out.ok()) {
                     std::cout << *out << '\n';
                     return;
                   }
                   ++bad;
                   fmt::print(stderr, "line {}: {}\n", number,
                              os::StatusText(out.status()));
                 });
  std::cout.flush();
  if (!std::cout) return absl::InternalError("cannot write the rows out");
  if (bad == 0) return absl::OkStatus();
  return absl::AbortedError(
      fmt::format("{} bad row(s) were left out; the others are done", bad));
}

void DefineTrain(CLI::App& app, LearnOptions& options) {
  const std::string task_help =
      "what is learned: topic (default), sentiment, understanding";
  app.add_option("--task", options.task, task_help)
      ->check(CLI::IsMember({"topic", "sentiment", "understanding"}));
  app.add_option("--train", options.train, "labelled rows, JSON lines")
      ->required();
  app.add_option("--dev", options.dev,
                 "more of them, to measure and to set thresholds on");
  app.add_option("--unlabelled", options.unlabelled,
                 "rows whose labels are not known");
  app.add_option("--taxonomy", options.taxonomy,
                 "titles of the labels; of task understanding the rules that "
                 "vote");
  app.add_option("--text-field", options.text_field);
  app.add_option("--label-field", options.label_field);
  app.add_option("--reject-label", options.reject_label,
                 "label of the rows that are out of scope");
  app.add_option("--reject-cost", options.reject_cost,
                 "share of accuracy in scope that rejecting may cost")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--out", options.model, "the model's file")->required();
  app.add_flag("--no-refit", options.no_refit,
               "do not learn the dev rows too at the end");
  app.add_flag("--json", options.json);
}

}  // namespace

void DefineLearning(CLI::App& app, const std::string& config,
                    std::function<absl::Status()>& action) {
  const auto options = std::make_shared<LearnOptions>();
  CLI::App* command = app.add_subcommand(
      "train", "Learn a model from labelled rows and report how good it is.");
  command->footer(
      "Examples:\n"
      "  earshot-router train --train train.jsonl --out topics.model\n"
      "  earshot-router train --train train.jsonl --dev dev.jsonl \\\n"
      "      --reject-label other --out topics.model --json\n"
      "  earshot-router train --task sentiment --train rated.jsonl \\\n"
      "      --out sentiment.model\n"
      "  earshot-router train --task understanding --train reports.jsonl \\\n"
      "      --dev more.jsonl --out understanding.model");
  DefineTrain(*command, *options);
  command->callback([&action, options] {
    action = [options] { return RunTrain(*options); };
  });

  command = app.add_subcommand(
      "classify", "Label the rows of standard input, one out for each in.");
  command->footer(
      "Examples:\n"
      "  earshot-router classify < in.jsonl > out.jsonl\n"
      "  earshot-router classify --config router.conf < in.jsonl\n"
      "  earshot-router classify --model topics.model < in.jsonl > out.jsonl\n"
      "  earshot-router classify --model topics.model --reject-label other \\\n"
      "      < in.jsonl");
  command->add_option("--model", options->model,
                      "the model's file; without, what the router itself "
                      "makes of each row, with the model and the taxonomy of "
                      "the configuration: topic, kind, sentiment and so on");
  command->add_option("--taxonomy", options->taxonomy,
                      "without --model: the topics and their rules, in place "
                      "of the configuration's");
  command->add_flag("--why", options->why,
                    "without --model: the words that say so");
  command->add_option("--reject-label", options->reject_label,
                      "what to call a text that is out of scope");
  command->callback([&action, options, &config] {
    action = [options, &config] { return RunClassify(*options, config); };
  });
}

}  // namespace earshot::router
