#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/os/status_text.h"
#include "proto/contract/rows.h"
#include "router/command_output.h"
#include "router/insight/issue/issue_index.h"
#include "router/insight/issue/topic_shares.h"
#include "router/insight/near/near_index.h"
#include "router/insight/near/signature.h"
#include "router/settings.h"
#include "router/text/classifier.h"
#include "router/text/reader.h"
#include "router/text/tokens.h"

namespace earshot::router {
namespace {

using Json = nlohmann::ordered_json;

// Seconds since 1970; where the row has none, it is as old as the one before.
int64_t SecondsOf(const contract::Row& row, int64_t otherwise) {
  return row.observation.has_observed_at()
             ? row.observation.observed_at().seconds()
             : otherwise;
}

double Rounded(double score) { return std::round(score * 1000) / 1000; }

// What a text's topic is said to be: the model's best label, or the rules'.
class TopicReader {
 public:
  static absl::StatusOr<TopicReader> Open(const ClusterOptions& options) {
    TopicReader reader;
    if (!options.issues) return reader;
    if (!options.model.empty()) {
      auto opened = Model::Open(options.model);
      if (!opened.ok()) return opened.status();
      reader.classifier_ = std::make_unique<Classifier>(*std::move(opened));
      return reader;
    }
    auto taxonomy = LoadTaxonomy("");
    if (!taxonomy.ok()) return taxonomy.status();
    reader.taxonomy_ = *std::move(taxonomy);
    return reader;
  }

  absl::Status Read(const contract::Row& row, const TokenisedText& tokens,
                    IssueText& out) {
    if (classifier_ != nullptr) {
      const Verdict verdict = classifier_->Classify(tokens);
      const auto& header = classifier_->model().header();
      const auto best = static_cast<int>(verdict.top[0].label);
      out.topic = verdict.count > 0 && !verdict.rejected
                      ? header.labels(best).name()
                      : std::string(kUntriaged);
      out.shares = SharesOf(classifier_->scores().of_label);
      return absl::OkStatus();
    }
    v1::ObservationRecord record;
    record.set_severity(row.observation.severity());
    v1::PersonalObservation personal;
    personal.set_text(row.observation.text());
    *personal.mutable_tags() = row.observation.tags();
    const auto read = rules_.Read(*taxonomy_, record, personal, tokens);
    if (!read.ok()) return read.status();
    out.topic = read->topic;
    out.shares.clear();
    return absl::OkStatus();
  }

 private:
  std::shared_ptr<const Taxonomy> taxonomy_;
  TextReader rules_;
  std::unique_ptr<Classifier> classifier_;
};

// The clusters of one run of the command.
class Clusters {
 public:
  Clusters(const ClusterOptions& options, TopicReader topics)
      : near_({.most_texts = options.window}),
        issues_({.most_issues = options.window}, IssueConcepts::Shipped()),
        issue_reader_(IssueConcepts::Shipped()),
        topics_(std::move(topics)),
        level_issue_(options.issues) {}

  // The row's line of the answer.
  absl::StatusOr<std::string> Take(const contract::Row& row) {
    at_ = SecondsOf(row, at_);
    Tokenise(row.observation.text(), tokens_);
    signer_.Sign(tokens_, signature_);
    const uint64_t number = ids_.size();
    ids_.push_back(*row.id);
    clusters_.push_back(number);
    const auto match = near_.Find(signature_);
    if (match) clusters_[number] = clusters_[match->cluster];
    if (near_.WorthAdding(match)) {
      near_.Add(number, match ? match->cluster : number, signature_, at_);
    }
    const bool numbers = !match && level_issue_ && near_.but_for_numbers();
    double score = match ? match->score : 0;
    if (numbers) {
      clusters_[number] = clusters_[near_.but_for_numbers()->id];
      score = near_.but_for_numbers()->score;
    }
    Json line;
    line["id"] = *row.id;
    line["cluster"] = ids_[clusters_[number]];
    line["reason"] = numbers                               ? "numbers"
                     : !match                              ? "new"
                     : match->reason == NearReason::kExact ? "exact"
                                                           : "near";
    line["score"] = Rounded(score);
    if (level_issue_) {
      absl::Status status = AddSuggestions(row, number, match || numbers, line);
      if (!status.ok()) return status;
    }
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

 private:
  absl::Status AddSuggestions(const contract::Row& row, uint64_t number,
                              bool joined, Json& line) {
    line["suggest"] = Json::array();
    const std::vector<std::string> tags(row.observation.tags().begin(),
                                        row.observation.tags().end());
    IssueText text;
    issue_reader_.Read(row.observation.text(), tags, row.observation.site(),
                       text);
    absl::Status status = topics_.Read(row, tokens_, text);
    if (!status.ok()) return status;
    const std::vector<IssueMatch> matches = issues_.Find(text);
    if (!joined && !matches.empty() && matches.front().joins) {
      clusters_[number] = clusters_[matches.front().id];
      line["cluster"] = ids_[clusters_[number]];
      line["reason"] = "issue";
      line["score"] = Rounded(matches.front().score);
    }
    for (const IssueMatch& match : matches) {
      if (clusters_[match.id] == clusters_[number]) continue;
      line["suggest"].push_back({{"id", ids_[match.id]},
                                 {"cluster", ids_[clusters_[match.id]]},
                                 {"score", Rounded(match.score)},
                                 {"why", match.why}});
    }
    if (clusters_[number] == number) {
      issues_.Add(number, std::move(text), matches);
    }
    return absl::OkStatus();
  }

  NearIndex near_;
  IssueIndex issues_;
  IssueReader issue_reader_;
  TopicReader topics_;
  const bool level_issue_;
  Signer signer_;
  TokenisedText tokens_;
  Signature signature_;
  std::vector<std::string> ids_;    // by the number that the indexes know
  std::vector<uint64_t> clusters_;  // the number of its cluster's first
  int64_t at_ = 0;
};

}  // namespace

absl::Status Cluster(std::istream& in, std::ostream& out, std::ostream& bad,
                     const ClusterOptions& options) {
  auto topics = TopicReader::Open(options);
  if (!topics.ok()) return topics.status();
  Clusters clusters(options, *std::move(topics));
  contract::RowReader reader(in, contract::RowFormat::kJsonLines);
  uint64_t bad_rows = 0;
  while (true) {
    auto row = reader.Next();
    if (absl::IsOutOfRange(row.status())) break;
    absl::Status status = row.status();
    if (status.ok() && !row->id) {
      status = absl::InvalidArgumentError("the row has no id");
    }
    if (!status.ok()) {
      bad << fmt::format("line {}: {}\n", reader.line(),
                         os::StatusText(status));
      ++bad_rows;
      continue;
    }
    const auto line = clusters.Take(*row);
    if (!line.ok()) return line.status();
    out << *line << '\n';
  }
  out.flush();
  if (!out) return absl::InternalError("the output cannot be written");
  if (bad_rows == 0) return absl::OkStatus();
  return absl::DataLossError(fmt::format(
      "{} rows were left out; mend the lines named above", bad_rows));
}

}  // namespace earshot::router
