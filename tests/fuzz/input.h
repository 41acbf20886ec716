#ifndef EARSHOT_TESTS_FUZZ_INPUT_H_
#define EARSHOT_TESTS_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// What libFuzzer, or the replay main, calls for each input.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace earshot::fuzz {

// Ends the program when a property does not hold; the input is then a finding.
inline void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "the property does not hold: %s\n", property);
  std::abort();
}

// Reads an input from its front. Past the end it gives zeros and nothing, so
// that every input means something. Borrows the bytes.
class Input {
 public:
  Input(const uint8_t* data, size_t size)
      : bytes_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return bytes_.empty(); }

  // Little endian.
  uint64_t Number(size_t size) {
    uint64_t value = 0;
    const std::string_view bytes = Bytes(size);
    for (size_t i = bytes.size(); i-- > 0;) {
      value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    }
    return value;
  }
  uint8_t Byte() { return static_cast<uint8_t>(Number(1)); }
  bool Bool() { return (Byte() & 1U) != 0; }
  // In [0, bound).
  uint32_t Below(uint32_t bound) { return Byte() % bound; }

  // At most `most`; fewer when the input ends.
  std::string_view Bytes(size_t most) {
    const std::string_view taken = bytes_.substr(0, most);
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  // As many as a length of two bytes says.
  std::string Chunk() { return std::string(Bytes(Number(2))); }
  std::string_view Rest() { return Bytes(bytes_.size()); }

 private:
  std::string_view bytes_;
};

}  // namespace earshot::fuzz

#endif  // EARSHOT_TESTS_FUZZ_INPUT_H_
