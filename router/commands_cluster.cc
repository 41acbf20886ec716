#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/os/status_text.h"
#include "proto/contract/rows.h"
#include "router/command_output.h"
#include "router/insight/near/near_index.h"
#include "router/insight/near/signature.h"
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

std::string LineOf(const std::string& id, const std::string& cluster,
                   std::string_view reason, double score) {
  Json line;
  line["id"] = id;
  line["cluster"] = cluster;
  line["reason"] = reason;
  line["score"] = std::round(score * 1000) / 1000;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

absl::Status Cluster(std::istream& in, std::ostream& out, std::ostream& bad,
                     size_t window) {
  NearIndex index({.most_texts = window});
  Signer signer;
  TokenisedText tokens;
  Signature signature;
  std::vector<std::string> ids;  // by the number that the index knows
  contract::RowReader reader(in, contract::RowFormat::kJsonLines);
  uint64_t bad_rows = 0;
  int64_t at = 0;
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
    at = SecondsOf(*row, at);
    Tokenise(row->observation.text(), tokens);
    signer.Sign(tokens, signature);
    const auto match = index.Find(signature);
    const uint64_t number = ids.size();
    ids.push_back(*row->id);
    if (index.WorthAdding(match)) {
      index.Add(number, match ? match->cluster : number, signature, at);
    }
    if (!match) {
      out << LineOf(*row->id, *row->id, "new", 0) << '\n';
    } else {
      out << LineOf(*row->id, ids[match->cluster],
                    match->reason == NearReason::kExact ? "exact" : "near",
                    match->score)
          << '\n';
    }
  }
  out.flush();
  if (!out) return absl::InternalError("the output cannot be written");
  if (bad_rows == 0) return absl::OkStatus();
  return absl::DataLossError(fmt::format(
      "{} rows were left out; mend the lines named above", bad_rows));
}

}  // namespace earshot::router
