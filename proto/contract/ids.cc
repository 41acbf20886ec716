#include "proto/contract/ids.h"

#include <charconv>

#include "base/os/bytes.h"
#include "base/os/sha256.h"

namespace earshot::contract {
namespace {

constexpr size_t kReceiptCharacters = 12;

}  // namespace

std::string ObservationId::Hex() const { return os::ToHex(bytes); }

ObservationId MakeObservationId(const os::HmacKey& router_key,
                                const RecordId& record) {
  ObservationId id;
  PutObservationId(router_key, record.bytes, id.bytes);
  return id;
}

void PutObservationId(const os::HmacKey& router_key, std::string_view record,
                      std::string& out) {
  const os::RawHash hash = router_key.RawSign("observation", record);
  out.assign(hash.data(), kIdBytes);
}

ObservationId MakeObservationId(std::string_view router_key,
                                const RecordId& record) {
  return MakeObservationId(os::HmacKey(router_key), record);
}

absl::StatusOr<uint64_t> ParseInsightNumber(std::string_view text) {
  if (!text.empty() && text.front() == '#') text.remove_prefix(1);
  uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) {
    return absl::InvalidArgumentError("'" + std::string(text) +
                                      "' is not an insight's number, such as "
                                      "412 or #412; the digest shows it");
  }
  return number;
}

RecordId ImportedRecordId(std::string_view source, std::string_view key) {
  std::string input = "import";
  os::AppendU64(input, source.size());
  input.append(source);
  input.append(key);
  return {os::Sha256(input).substr(0, kIdBytes)};
}

std::string FormatReceipt(std::string_view random_bytes) {
  const std::string code =
      os::ToBase32(random_bytes).substr(0, kReceiptCharacters);
  return code.substr(0, 4) + "-" + code.substr(4, 4) + "-" + code.substr(8);
}

absl::StatusOr<std::string> NormaliseReceipt(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (upper == 'O') upper = '0';
    if (upper == 'I' || upper == 'L') upper = '1';
    const bool known = (upper >= '0' && upper <= '9') ||
                       (upper >= 'A' && upper <= 'Z' && upper != 'U');
    if (!known) {
      return absl::InvalidArgumentError(
          "a receipt has letters and digits only, such as 7K2M-QX4D-9RT3");
    }
    code.push_back(upper);
  }
  if (code.size() != kReceiptCharacters) {
    return absl::InvalidArgumentError(
        "a receipt has 12 characters, such as 7K2M-QX4D-9RT3");
  }
  return code;
}

std::string ReceiptHash(std::string_view normalised) {
  return os::Sha256("receipt" + std::string(normalised)).substr(0, kIdBytes);
}

}  // namespace earshot::contract
