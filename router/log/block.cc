#include "router/log/block.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"

namespace earshot::router {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr char kHasPersonal = 1;
constexpr char kHasToken = 2;

// Little endian, `bytes` of them.
void AppendNumber(std::string& out, uint64_t value, size_t bytes) {
  char encoded[sizeof(value)];
  for (size_t i = 0; i < bytes; ++i) {
    encoded[i] = static_cast<char>((value >> (8 * i)) & 255U);
  }
  out.append(encoded, bytes);
}

std::optional<uint64_t> TakeNumber(std::string_view& from, size_t bytes) {
  if (from.size() < bytes) return std::nullopt;
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(from[i]))
             << (8 * i);
  }
  from.remove_prefix(bytes);
  return value;
}

std::optional<std::string_view> TakeBytes(std::string_view& from,
                                          uint64_t size) {
  if (from.size() < size) return std::nullopt;
  const std::string_view taken = from.substr(0, size);
  from.remove_prefix(size);
  return taken;
}

std::optional<std::string_view> TakeText(std::string_view& from) {
  const auto size = TakeNumber(from, sizeof(uint32_t));
  return size ? TakeBytes(from, *size) : std::nullopt;
}

void AppendText(std::string& out, std::string_view text) {
  AppendNumber(out, text.size(), sizeof(uint32_t));
  out += text;
}

bool HasToken(const EntryParts& parts) {
  return !parts.agent.empty() || !parts.record.empty();
}

void AppendParts(std::string& out, const EntryParts& parts) {
  const bool token = HasToken(parts);
  out.push_back(static_cast<char>((parts.personal ? kHasPersonal : 0) |
                                  (token ? kHasToken : 0)));
  if (parts.personal) {
    out += parts.salt;
    out.append(kSaltBytes - std::min(kSaltBytes, parts.salt.size()), '\0');
    AppendText(out, *parts.personal);
  }
  if (token) {
    AppendText(out, parts.agent);
    AppendText(out, parts.record);
  }
}

// Nothing: they are damaged.
std::optional<EntryParts> TakeParts(std::string_view& from) {
  const auto flags = TakeNumber(from, 1);
  if (!flags) return std::nullopt;
  EntryParts parts;
  if ((*flags & kHasPersonal) != 0) {
    const auto salt = TakeBytes(from, kSaltBytes);
    parts.personal = TakeText(from);
    if (!salt || !parts.personal) return std::nullopt;
    parts.salt = *salt;
  }
  if ((*flags & kHasToken) != 0) {
    const auto agent = TakeText(from);
    const auto record = TakeText(from);
    if (!agent || !record) return std::nullopt;
    parts.agent = *agent;
    parts.record = *record;
  }
  return parts;
}

absl::Status Unreadable() {
  return absl::DataLossError(
      "the personal parts of a block of the log cannot be read; see "
      "'earshot-router audit verify'");
}

}  // namespace

void EntryList::Reserve(size_t entries, size_t bytes) {
  heads_.reserve(entries);
  bodies_.reserve(bytes);
  parts_.reserve(bytes);
}

void EntryList::Add(v1::LogKind kind, uint32_t lane, std::string_view body,
                    const EntryParts& parts) {
  bodies_.push_back(static_cast<char>(kind));
  AppendNumber(bodies_, body.size(), sizeof(uint64_t));
  bodies_ += body;
  AppendParts(parts_, parts);
  has_urgent_ = has_urgent_ || (kind == v1::LOG_OBSERVATION && lane == 0);
  heads_.push_back({kind, lane, bodies_.size(), parts_.size(),
                    parts.personal.has_value() || HasToken(parts)});
}

void EntryList::push_back(const LogEntry& entry) {
  EntryParts parts;
  if (!entry.personal.empty()) {
    parts.personal = entry.personal;
    parts.salt = entry.salt;
  }
  if (entry.token) {
    parts.agent = entry.token->agent;
    parts.record = entry.token->record;
  }
  Add(entry.kind, entry.lane, entry.body, parts);
}

void BlockBuilder::Begin(uint64_t first, std::string_view chained) {
  next_ = first;
  bodies_.assign(chained);
  parts_.clear();
  ranges_.clear();
}

// The block that takes one more of these.
BlockBuilder::Range& BlockBuilder::RangeFor(const EntryList::Head& head,
                                            size_t bytes) {
  if (!ranges_.empty()) {
    Range& open = ranges_.back();
    const size_t filled =
        bodies_.size() - open.bodies + parts_.size() - open.parts;
    if (open.kind == head.kind && open.lane == head.lane &&
        filled + bytes <= kBlockBytes) {
      return open;
    }
  }
  Range& fresh = ranges_.emplace_back();
  fresh.kind = head.kind;
  fresh.lane = head.lane;
  fresh.first = next_;
  fresh.bodies = bodies_.size();
  fresh.parts = parts_.size();
  return fresh;
}

void BlockBuilder::Add(const EntryList& entries) {
  size_t body = 0;
  size_t parts = 0;
  for (const EntryList::Head& head : entries.heads_) {
    const size_t body_bytes = head.bodies_end - body;
    const size_t parts_bytes = head.parts_end - parts;
    Range& range = RangeFor(head, body_bytes + parts_bytes);
    range.has_parts = range.has_parts || head.has_parts;
    bodies_.append(entries.bodies_, body, body_bytes);
    parts_.append(entries.parts_, parts, parts_bytes);
    body = head.bodies_end;
    parts = head.parts_end;
    ++next_;
  }
}

std::vector<BlockBuilder::Block> BlockBuilder::Blocks() const {
  std::vector<Block> blocks;
  blocks.reserve(ranges_.size());
  const std::string_view bodies = bodies_;
  const std::string_view parts = parts_;
  for (size_t i = 0; i < ranges_.size(); ++i) {
    const Range& range = ranges_[i];
    const bool end = i + 1 == ranges_.size();
    const size_t bodies_end = end ? bodies.size() : ranges_[i + 1].bodies;
    const size_t parts_end = end ? parts.size() : ranges_[i + 1].parts;
    Block block;
    block.kind = range.kind;
    block.lane = range.lane;
    block.first = range.first;
    block.last = (end ? next_ : ranges_[i + 1].first) - 1;
    block.bodies = bodies.substr(range.bodies, bodies_end - range.bodies);
    if (range.has_parts) {
      block.parts = parts.substr(range.parts, parts_end - range.parts);
    }
    blocks.push_back(block);
  }
  return blocks;
}

bool BlockReader::Damaged() {
  damaged_ = true;
  return false;
}

bool BlockReader::Next() {
  if (damaged_) return false;
  if (bodies_.empty()) return parts_.empty() ? false : Damaged();
  const auto kind = TakeNumber(bodies_, 1);
  const auto size = TakeNumber(bodies_, sizeof(uint64_t));
  const auto body = size ? TakeBytes(bodies_, *size) : std::nullopt;
  if (!body) return Damaged();
  of_entry_ = {};
  if (has_parts_) {
    auto parts = TakeParts(parts_);
    if (!parts) return Damaged();
    of_entry_ = *parts;
  }
  kind_ = static_cast<v1::LogKind>(*kind);
  body_ = *body;
  ++position_;
  return true;
}

absl::StatusOr<EntryParts> PartsAt(uint64_t first, std::string_view parts,
                                   uint64_t position) {
  for (uint64_t at = first; !parts.empty(); ++at) {
    const auto of_entry = TakeParts(parts);
    if (!of_entry) break;
    if (at == position) return *of_entry;
  }
  return Unreadable();
}

absl::StatusOr<std::string> ChangedParts(
    uint64_t first, std::string_view parts,
    const std::function<void(uint64_t, EntryParts&)>& change) {
  std::string changed;
  changed.reserve(parts.size());
  for (uint64_t position = first; !parts.empty(); ++position) {
    auto of_entry = TakeParts(parts);
    if (!of_entry) return Unreadable();
    change(position, *of_entry);
    AppendParts(changed, *of_entry);
  }
  return changed;
}

}  // namespace earshot::router
