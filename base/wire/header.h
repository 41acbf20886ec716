#ifndef EARSHOT_BASE_WIRE_HEADER_H_
#define EARSHOT_BASE_WIRE_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::wire {

inline constexpr uint16_t kHeaderMagic = 0x5345;  // "ES" in little endian
inline constexpr size_t kHeaderBytes = 32;

// The first frame of every message, 32 bytes, little endian:
//   0 magic u16 | 2 wire u8 | 3 kind u8 | 4 flags u16 (0) | 6 header length u16
//   8 session u64 | 16 frame number u64 | 24 body length u32 | 28 crc32c u32
// The checksum (CRC-32C, RFC 3720 appendix B.4) is that of the body.
struct Header {
  uint8_t wire = 1;
  uint8_t kind = 0;
  uint64_t session = 0;
  uint64_t number = 0;
};

enum class FrameFault {
  kNone,
  kFrameCount,  // not exactly a header and a body
  kHeaderLength,
  kMagic,
  kOtherWire,
  kBodyLength,  // differs from what the header says
  kBodyTooLarge,
  kChecksum,
};
// "body_too_large" and so on, for counters and logs.
std::string_view FrameFaultName(FrameFault fault);

uint32_t Crc32c(std::string_view bytes);

std::string EncodeHeader(const Header& header, std::string_view body);

// On a fault `header` keeps what could still be read.
FrameFault DecodeHeader(std::string_view frame, std::string_view body,
                        Header& header);

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_HEADER_H_
