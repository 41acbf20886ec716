#ifndef EARSHOT_BASE_OS_BYTES_H_
#define EARSHOT_BASE_OS_BYTES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Bytes as text. Pure functions; any thread.
namespace earshot::os {

// Lower-case hexadecimal, two characters a byte.
std::string ToHex(std::string_view bytes);

// InvalidArgument unless `hex` is an even number of hexadecimal digits.
absl::StatusOr<std::string> FromHex(std::string_view hex);

// Crockford's base 32 without padding, upper case: 5 bits a character, for
// codes that people read aloud.
std::string ToBase32(std::string_view bytes);

// In a time that says nothing of where they differ.
bool SameSecret(std::string_view a, std::string_view b);

void AppendU64(std::string& out, uint64_t value);  // little endian

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_BYTES_H_
