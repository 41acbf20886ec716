#include <cstdint>
#include <string>
#include <string_view>

#include "base/wire/header.h"
#include "base/wire/limits.h"
#include "tests/fuzz/input.h"

// The header of a frame and its body, as bytes of a stranger and as bytes of
// ours with one bit turned over.
namespace earshot::fuzz {
namespace {

using wire::DecodeHeader;
using wire::EncodeHeader;
using wire::FrameFault;
using wire::Header;

constexpr size_t kFlagsAt = 4;
constexpr size_t kFlagsBytes = 2;

bool Same(const Header& a, const Header& b) {
  return a.wire == b.wire && a.kind == b.kind && a.session == b.session &&
         a.number == b.number;
}

// A receiver ignores flags and a sender gives none.
std::string WithoutFlags(std::string frame) {
  frame.replace(kFlagsAt, kFlagsBytes, kFlagsBytes, '\0');
  return frame;
}

// Fields that mean whatever they hold: kind, flags, session, number.
bool IsFree(size_t at) {
  return at == 3 || (at >= kFlagsAt && at < kFlagsAt + kFlagsBytes) ||
         (at >= 8 && at < 24);
}

FrameFault Check(std::string_view frame, std::string_view body) {
  Header header;
  const FrameFault fault = DecodeHeader(frame, body, header);
  Require(!FrameFaultName(fault).empty(), "each fault has a name");
  // Whatever stood there before, the frame alone decides.
  Header other{255, 255, ~uint64_t{0}, ~uint64_t{0}};
  Require(DecodeHeader(frame, body, other) == fault, "a fault is repeatable");
  if (fault != FrameFault::kNone) return fault;
  Require(Same(header, other), "what decodes sets every field");
  Require(header.wire == wire::kWireVersion, "no other wire version passes");
  Require(body.size() <= wire::kMaxBodyBytes, "no body above the limit passes");
  Require(EncodeHeader(header, body) == WithoutFlags(std::string(frame)),
          "what decodes encodes to the same bytes");
  return fault;
}

void TurnOneBit(std::string frame, std::string body, Input& input) {
  const size_t at = input.Number(2) % (frame.size() + body.size());
  const auto bit = static_cast<char>(1U << input.Below(8));
  std::string& side = at < frame.size() ? frame : body;
  const size_t inside = at < frame.size() ? at : at - frame.size();
  side[inside] = static_cast<char>(side[inside] ^ bit);
  const FrameFault fault = Check(frame, body);
  Require((fault == FrameFault::kNone) == IsFree(at),
          "a bit of the frame's form or of its body turned over is a fault");
}

void OursWithOneBitTurned(Input& input) {
  Header header;
  header.kind = input.Byte();
  header.session = input.Number(8);
  header.number = input.Number(8);
  std::string body;
  // Now and then around the largest body that is taken.
  const bool large = input.Below(64) == 63;
  if (large) body.assign(wire::kMaxBodyBytes - 2 + input.Below(5), 'b');
  Input turned = input;
  input.Number(3);
  if (!large) body = std::string(input.Rest());
  const std::string frame = EncodeHeader(header, body);
  Require(frame.size() == wire::kHeaderBytes, "a header has its length");
  const FrameFault fault = Check(frame, body);
  Require(
      fault == (body.size() > wire::kMaxBodyBytes ? FrameFault::kBodyTooLarge
                                                  : FrameFault::kNone),
      "what is ours decodes, but for a body that is too large");
  if (fault == FrameFault::kNone) TurnOneBit(frame, std::move(body), turned);
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using earshot::fuzz::Input;
  Input input(data, size);
  if (input.Bool()) {
    earshot::fuzz::OursWithOneBitTurned(input);
    return 0;
  }
  const std::string_view frame = input.Bytes(earshot::wire::kHeaderBytes);
  earshot::fuzz::Check(frame, input.Rest());
  return 0;
}
