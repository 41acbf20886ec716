#include "router/insight/near/signature.h"

#include <algorithm>

namespace earshot::router {
namespace {

constexpr char kVersion = 1;
constexpr size_t kKeyBytes = 16;
constexpr size_t kMinima = kBands * kRows;
constexpr uint32_t kNone = ~0U;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::array<uint64_t, 2> KeyOf(const TokenisedText& text) {
  uint64_t first = 0x243F6A8885A308D3ULL;
  uint64_t second = 0x13198A2E03707344ULL;
  uint64_t block = 0;
  uint64_t length = 0;
  const auto put = [&](char c) {
    block = (block << 8) | static_cast<unsigned char>(c);
    if (++length % 8 != 0) return;
    first = MixBits(first ^ block);
    second = MixBits(second + block * 0x9E3779B97F4A7C15ULL);
    block = 0;
  };
  bool after_digit = false;
  for (const Token& token : text.tokens) {
    if (token.mark) continue;
    const std::string_view word = text.View(token);
    // 1.5 is not 15.
    if (after_digit && IsDigit(word.front())) put(' ');
    for (const char c : word) put(c);
    after_digit = IsDigit(word.back());
  }
  if (length == 0) return {};
  first = MixBits(first ^ block) ^ length;
  second = MixBits(second + block * 0x9E3779B97F4A7C15ULL) + length;
  return {MixBits(first) | 1U, MixBits(second)};
}

// Minima of one permutation: each hash falls into one bin and the least of a
// bin stays. An empty bin takes that of another, which the bin's number alone
// chooses, so that like texts fill theirs alike.
class Minima {
 public:
  Minima() { bins_.fill(kNone); }

  void Add(uint64_t hash) {
    uint32_t& bin = bins_.at(((hash >> 32) * kMinima) >> 32);
    bin = std::min(bin, static_cast<uint32_t>(hash) & ~1U);
  }

  // At least one was added.
  std::array<uint32_t, kMinima> Filled() const {
    std::array<uint32_t, kMinima> out = bins_;
    for (size_t bin = 0; bin < kMinima; ++bin) {
      if (bins_.at(bin) != kNone) continue;
      uint64_t tries = bin;
      size_t from = bin;
      for (int i = 0; i < 256 && bins_.at(from) == kNone; ++i) {
        tries = MixBits(tries + 1);
        from = ((tries >> 32) * kMinima) >> 32;
      }
      while (bins_.at(from) == kNone) from = (from + 1) % kMinima;
      out.at(bin) = bins_.at(from);
    }
    return out;
  }

 private:
  std::array<uint32_t, kMinima> bins_{};
};

}  // namespace

void MakeBands(const NearWords& words, std::array<uint32_t, kBands>& out) {
  out.fill(0);
  if (words.words.empty()) return;
  const auto is_content = [](const NearWord& word) {
    return word.weight == NearWord::Weight::kContent;
  };
  // Words such as "the" would make most texts look alike; where there is
  // nothing else to go by, they count.
  const bool all =
      std::count_if(words.words.begin(), words.words.end(), is_content) < 2;
  Minima minima;
  for (const NearWord& word : words.words) {
    if (!all && !is_content(word)) continue;
    ForEachGram(words, word, [&](uint64_t gram) { minima.Add(gram); });
  }
  const auto filled = minima.Filled();
  for (size_t band = 0; band < kBands; ++band) {
    uint64_t hash = band;
    for (size_t row = 0; row < kRows; ++row) {
      hash = MixBits(hash ^ filled.at(band * kRows + row));
    }
    out.at(band) = static_cast<uint32_t>(hash >> 32);
  }
}

void Signer::Sign(const TokenisedText& text, Signature& out) {
  out.key = KeyOf(text);
  ReadWords(text, words_);
  Pack(words_, out.packed);
  MakeBands(words_, out.bands);
}

std::string Signer::Serialise(const Signature& signature) {
  std::string out(1, kVersion);
  for (const uint64_t half : signature.key) {
    for (int shift = 0; shift < 64; shift += 8) {
      out.push_back(static_cast<char>(half >> shift));
    }
  }
  out.append(signature.packed);
  return out;
}

absl::StatusOr<Signature> Signer::Parse(std::string_view bytes) {
  if (bytes.size() < 1 + kKeyBytes || bytes[0] != kVersion) {
    return absl::InvalidArgumentError(
        "these bytes are no signature of version 1; make it anew from its "
        "text");
  }
  Signature out;
  for (size_t i = 0; i < kKeyBytes; ++i) {
    out.key.at(i / 8) |= uint64_t{static_cast<unsigned char>(bytes[1 + i])}
                         << (i % 8 * 8);
  }
  out.packed = bytes.substr(1 + kKeyBytes);
  const bool read = Unpack(out.packed, words_);
  if (read) Pack(words_, repacked_);
  // One text, one form: what would be written otherwise is refused.
  if (!read || repacked_ != out.packed ||
      (out.empty() && !words_.words.empty())) {
    return absl::InvalidArgumentError(
        "the words of a signature cannot be read; make it anew from its text");
  }
  MakeBands(words_, out.bands);
  return out;
}

}  // namespace earshot::router
