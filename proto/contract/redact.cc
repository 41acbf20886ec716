#include "proto/contract/redact.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "proto/contract/redact_quick.h"
#include "proto/contract/redact_scan.h"
#include "re2/re2.h"

namespace earshot::contract {
namespace {

using redact::Finding;
using redact::Glyph;
using redact::Scan;

// Redacting may bring together what was apart; almost every text is at rest
// after the first round.
constexpr int kMostRounds = 6;

// What stands in the output where: a copied piece of the input, or a
// placeholder for it.
struct Piece {
  size_t out_begin;
  size_t in_begin;
  size_t in_end;
  bool placeholder;
  PersonalKind kind;
};

// Drops what overlaps something better; the rest is put in order.
void KeepBest(size_t glyphs, std::vector<Finding>& found) {
  if (found.empty()) return;
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) {
                     if (a.rank != b.rank) return a.rank > b.rank;
                     return a.end - a.begin > b.end - b.begin;
                   });
  std::vector<bool> taken(glyphs);
  std::vector<Finding> kept;
  for (const Finding& finding : found) {
    const auto from = taken.begin() + finding.begin;
    const auto to = taken.begin() + finding.end;
    if (std::find(from, to, true) != to) continue;
    std::fill(from, to, true);
    kept.push_back(finding);
  }
  std::sort(kept.begin(), kept.end(), [](const Finding& a, const Finding& b) {
    return a.begin < b.begin;
  });
  found = std::move(kept);
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    at += redact::DecodeCodePoint(text, at).length;
  }
  return count;
}

}  // namespace

std::string_view PersonalKindName(PersonalKind kind) {
  switch (kind) {
    case PersonalKind::kCard:
      return "card";
    case PersonalKind::kEmail:
      return "email";
    case PersonalKind::kPhone:
      return "phone";
    case PersonalKind::kSsn:
      return "ssn";
    case PersonalKind::kIban:
      return "iban";
    case PersonalKind::kPolicyNumber:
      return "policy_number";
    case PersonalKind::kAccountNumber:
      return "account_number";
  }
  return "";
}

struct Redactor::Rules {
  struct Custom {
    PersonalKind kind;
    std::unique_ptr<const RE2> regex;
  };

  std::vector<Custom> customs;

  void FindCustoms(const Scan& scan, std::vector<Finding>& found) const;
  std::vector<Finding> Find(const Scan& scan) const;
};

// Patterns see the text between placeholders, never across one.
void Redactor::Rules::FindCustoms(const Scan& scan,
                                  std::vector<Finding>& found) const {
  std::string text;
  text.reserve(scan.size());
  for (const Glyph& glyph : scan.glyphs()) text.push_back(glyph.symbol);
  for (const Custom& custom : customs) {
    size_t at = 0;
    while (at < text.size()) {
      const size_t wall =
          std::min(text.find(redact::kBarrier, at), text.size());
      re2::StringPiece submatch;
      if (at == wall ||
          !custom.regex->Match(text, at, wall, RE2::UNANCHORED, &submatch, 1)) {
        at = wall + 1;
        continue;
      }
      const size_t begin = static_cast<size_t>(submatch.data() - text.data());
      const size_t end = begin + submatch.size();
      if (end > begin) {
        found.push_back({static_cast<uint32_t>(begin),
                         static_cast<uint32_t>(end), custom.kind,
                         redact::kCustomRank});
      }
      at = std::max(end, begin + 1);
    }
  }
}

std::vector<Finding> Redactor::Rules::Find(const Scan& scan) const {
  std::vector<Finding> found;
  if (!scan.groups().empty()) {
    redact::FindIbans(scan, found);
    redact::FindCards(scan, found);
    redact::FindSsns(scan, found);
    redact::FindPhones(scan, found);
    redact::FindPoliciesAndAccounts(scan, found);
  }
  if (scan.may_hold_address()) redact::FindEmails(scan, found);
  if (!customs.empty()) FindCustoms(scan, found);
  KeepBest(scan.size(), found);
  return found;
}

namespace {

// The text as it is between rounds, and where its parts come from.
class Draft {
 public:
  explicit Draft(std::string_view input) : input_(input), text_(input) {
    pieces_.push_back({0, 0, input.size(), false, PersonalKind::kCard});
  }

  const std::string& text() const { return text_; }

  // Replaces `found`, which is in order and lies outside of placeholders.
  void Replace(const std::vector<Glyph>& glyphs,
               const std::vector<Finding>& found) {
    std::vector<Piece> pieces;
    size_t piece = 0;
    size_t done = 0;  // of text_
    for (const Finding& finding : found) {
      const size_t begin = glyphs[finding.begin].begin;
      const size_t end = glyphs[finding.end - 1].end;
      Copy(done, begin, &piece, &pieces);
      while (EndOf(piece) <= begin) ++piece;
      const size_t shift = pieces_[piece].in_begin - pieces_[piece].out_begin;
      pieces.push_back({0, begin + shift, end + shift, true, finding.kind});
      done = end;
    }
    Copy(done, text_.size(), &piece, &pieces);
    pieces_ = std::move(pieces);
    Write();
  }

  std::vector<RedactedSpan> Spans() const {
    std::vector<RedactedSpan> spans;
    size_t byte = 0;
    size_t code_point = 0;
    const auto advance = [&](size_t to) {
      code_point += CountCodePoints(input_.substr(byte, to - byte));
      byte = to;
      return code_point;
    };
    for (const Piece& piece : pieces_) {
      if (!piece.placeholder) continue;
      const size_t start = advance(piece.in_begin);
      const size_t end = advance(piece.in_end);
      spans.push_back({start, end, piece.in_begin, piece.in_end, piece.kind});
    }
    return spans;
  }

 private:
  size_t EndOf(size_t piece) const {
    return piece + 1 < pieces_.size() ? pieces_[piece + 1].out_begin
                                      : text_.size();
  }

  // Appends what of [begin, end) of the text is not yet taken.
  void Copy(size_t begin, size_t end, size_t* piece,
            std::vector<Piece>* out) const {
    while (begin < end) {
      while (EndOf(*piece) <= begin) ++*piece;
      const Piece& from = pieces_[*piece];
      const size_t stop = std::min(end, EndOf(*piece));
      if (from.placeholder) {
        out->push_back(from);
      } else {
        const size_t shift = from.in_begin - from.out_begin;
        out->push_back({0, begin + shift, stop + shift, false, from.kind});
      }
      begin = stop;
    }
  }

  void Write() {
    text_.clear();
    for (Piece& piece : pieces_) {
      piece.out_begin = text_.size();
      if (piece.placeholder) {
        text_ += fmt::format("[{}]", PersonalKindName(piece.kind));
      } else {
        text_ += input_.substr(piece.in_begin, piece.in_end - piece.in_begin);
      }
    }
  }

  std::string_view input_;
  std::string text_;
  std::vector<Piece> pieces_;
};

// Everything between placeholders.
std::vector<Finding> FindRests(const Scan& scan) {
  std::vector<Finding> found;
  const uint32_t size = scan.size();
  for (uint32_t at = 0; at < size;) {
    uint32_t end = at;
    while (end < size && scan.At(end) != redact::kBarrier) ++end;
    if (end > at) {
      found.push_back({at, end, PersonalKind::kAccountNumber, 0});
    }
    at = end + 1;
  }
  return found;
}

}  // namespace

Redactor::Redactor() : rules_(std::make_unique<const Rules>()) {}
Redactor::~Redactor() = default;
Redactor::Redactor(Redactor&&) noexcept = default;
Redactor& Redactor::operator=(Redactor&&) noexcept = default;

absl::StatusOr<Redactor> Redactor::WithPatterns(
    const std::vector<CustomPattern>& patterns) {
  constexpr int64_t kPatternMemory = int64_t{1} << 20;
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemory);
  auto rules = std::make_unique<Rules>();
  for (const CustomPattern& pattern : patterns) {
    auto regex = std::make_unique<const RE2>(pattern.regex, options);
    if (!regex->ok()) {
      return absl::InvalidArgumentError(fmt::format(
          "pattern '{}' does not compile: {}", pattern.regex, regex->error()));
    }
    rules->customs.push_back({pattern.kind, std::move(regex)});
  }
  Redactor redactor;
  redactor.rules_ = std::move(rules);
  return redactor;
}

Redaction Redactor::Redact(std::string_view utf8) const {
  if (rules_->customs.empty() && redact::NothingToFind(utf8)) {
    return {std::string(utf8), {}};
  }
  Draft draft(utf8);
  bool changed = false;
  for (int round = 0; round <= kMostRounds; ++round) {
    const Scan scan(draft.text(), /*thorough=*/!rules_->customs.empty());
    const std::vector<Finding> found = rules_->Find(scan);
    if (found.empty()) break;
    changed = true;
    // A text still not at rest was made for that: nothing of it stays.
    draft.Replace(scan.glyphs(), round < kMostRounds ? found : FindRests(scan));
  }
  if (!changed) return {std::string(utf8), {}};
  return {draft.text(), draft.Spans()};
}

}  // namespace earshot::contract
