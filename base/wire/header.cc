#include "base/wire/header.h"

#include "base/wire/limits.h"

namespace earshot::wire {
namespace {

template <typename T>
void Put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out.push_back(
        static_cast<char>((static_cast<uint64_t>(value) >> (8 * i)) & 255U));
  }
}

uint64_t Get(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) {
    value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

}  // namespace

std::string_view FrameFaultName(FrameFault fault) {
  switch (fault) {
    case FrameFault::kNone:
      return "none";
    case FrameFault::kFrameCount:
      return "frame_count";
    case FrameFault::kHeaderLength:
      return "header_length";
    case FrameFault::kMagic:
      return "magic";
    case FrameFault::kOtherWire:
      return "wire_version";
    case FrameFault::kBodyLength:
      return "body_length";
    case FrameFault::kBodyTooLarge:
      return "body_too_large";
    case FrameFault::kChecksum:
      return "checksum";
  }
  return "unknown";
}

std::string EncodeHeader(const Header& header, std::string_view body) {
  std::string out;
  out.reserve(kHeaderBytes);
  Put<uint16_t>(out, kHeaderMagic);
  Put<uint8_t>(out, header.wire);
  Put<uint8_t>(out, header.kind);
  Put<uint16_t>(out, 0);
  Put<uint16_t>(out, kHeaderBytes);
  Put<uint64_t>(out, header.session);
  Put<uint64_t>(out, header.number);
  Put<uint32_t>(out, static_cast<uint32_t>(body.size()));
  Put<uint32_t>(out, Crc32c(body));
  return out;
}

FrameFault DecodeHeader(std::string_view frame, std::string_view body,
                        Header& header) {
  if (frame.size() != kHeaderBytes) return FrameFault::kHeaderLength;
  if (Get(frame, 0, 2) != kHeaderMagic) return FrameFault::kMagic;
  header.wire = static_cast<uint8_t>(Get(frame, 2, 1));
  header.kind = static_cast<uint8_t>(Get(frame, 3, 1));
  header.session = Get(frame, 8, 8);
  header.number = Get(frame, 16, 8);
  if (Get(frame, 6, 2) != kHeaderBytes) return FrameFault::kHeaderLength;
  if (header.wire != kWireVersion) return FrameFault::kOtherWire;
  if (body.size() > kMaxBodyBytes) return FrameFault::kBodyTooLarge;
  if (Get(frame, 24, 4) != body.size()) return FrameFault::kBodyLength;
  if (Get(frame, 28, 4) != Crc32c(body)) return FrameFault::kChecksum;
  return FrameFault::kNone;
}

}  // namespace earshot::wire
