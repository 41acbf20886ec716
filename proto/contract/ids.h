#ifndef EARSHOT_PROTO_CONTRACT_IDS_H_
#define EARSHOT_PROTO_CONTRACT_IDS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/os/sha256.h"

// Ids as distinct types, so that one cannot be passed for another.
namespace earshot::contract {

inline constexpr size_t kIdBytes = 16;

// An agent that has not met its router yet may not know its site. The router
// puts in the one that its key may report for, if there is just one.
inline constexpr std::string_view kUnassignedSite = "unassigned";

// What an agent calls its record on the wire. Known to that agent and the
// router's token table, to nobody else.
struct RecordId {
  std::string bytes;  // 16
  auto operator<=>(const RecordId&) const = default;
};

// What everybody else calls the observation: HMAC(router key, record id).
struct ObservationId {
  std::string bytes;  // 16
  auto operator<=>(const ObservationId&) const = default;
  std::string Hex() const;
};

ObservationId MakeObservationId(const os::HmacKey& router_key,
                                const RecordId& record);
ObservationId MakeObservationId(std::string_view router_key,
                                const RecordId& record);
// The same into `out`, whose memory is used again.
void PutObservationId(const os::HmacKey& router_key, std::string_view record,
                      std::string& out);

// An insight's number, as people write it: 412 or #412.
absl::StatusOr<uint64_t> ParseInsightNumber(std::string_view text);

// The id of an imported row: the same row of the same source is the same
// record for ever. `key` is the row's own id, or its bytes and the number of
// equal rows before it.
RecordId ImportedRecordId(std::string_view source, std::string_view key);

// A receipt code is 12 characters of Crockford's base 32, shown in groups of
// four; case, spaces, dashes and the look-alikes O I L do not matter when
// typed. Its hash finds the record on the agent; the code itself is not kept.
std::string FormatReceipt(std::string_view random_bytes);  // 8 bytes
// InvalidArgument when it cannot be a receipt.
absl::StatusOr<std::string> NormaliseReceipt(std::string_view typed);
std::string ReceiptHash(std::string_view normalised);  // 16 bytes

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_IDS_H_
