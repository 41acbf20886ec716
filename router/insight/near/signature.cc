#include "router/insight/near/signature.h"

#include <algorithm>

namespace earshot::router {
namespace {

constexpr char kVersion = 1;
constexpr size_t kKeyBytes = 16;
constexpr uint32_t kNone = ~0U;

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

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
    if (after_digit && IsAsciiDigit(word.front())) put(' ');
    for (const char c : word) put(c);
    after_digit = IsAsciiDigit(word.back());
  }
  if (length == 0) return {};
  first = MixBits(first ^ block) ^ length;
  second = MixBits(second + block * 0x9E3779B97F4A7C15ULL) + length;
  return {MixBits(first) | 1U, MixBits(second)};
}

// Minima of one permutation: each hash falls into one bin and the least of a
// bin stays. An empty bin takes that of another, which the bin's number alone
// chooses, so that like texts fill theirs alike.
template <size_t kBins>
class Minima {
 public:
  Minima() { bins_.fill(kNone); }

  void Add(uint64_t hash) {
    uint32_t& bin = bins_[((hash >> 32) * kBins) >> 32];
    bin = std::min(bin, static_cast<uint32_t>(hash) & ~1U);
    any_ = true;
  }
  bool any() const { return any_; }

  // At least one was added.
  uint32_t At(size_t bin) const {
    uint64_t tries = bin;
    size_t from = bin;
    for (int i = 0; i < 256 && bins_[from] == kNone; ++i) {
      tries = MixBits(tries + 1);
      from = ((tries >> 32) * kBins) >> 32;
    }
    while (bins_[from] == kNone) from = (from + 1) % kBins;
    return bins_[from];
  }

 private:
  std::array<uint32_t, kBins> bins_{};
  bool any_ = false;
};

}  // namespace

void MakeBands(const NearWords& words, std::array<uint32_t, kBands>& out) {
  out.fill(0);
  if (words.words.empty()) return;
  Minima<kSingles + 2 * kPairs> of_content;
  Minima<2 * kPairsOfAll> of_all;
  for (const NearWord& word : words.words) {
    const bool content = word.weight == NearWord::Weight::kContent;
    ForEachGram(words, word, [&](uint64_t gram) {
      if (content) of_content.Add(gram);
      of_all.Add(gram);
    });
  }
  if (!of_content.any()) {
    for (size_t i = 0; i < 2 * kPairsOfAll; ++i)
      of_content.Add(MixBits(of_all.At(i)));
  }
  const auto put = [&](size_t band, uint64_t first, uint64_t second) {
    out.at(band) =
        static_cast<uint32_t>(MixBits(MixBits(band ^ first) ^ second) >> 32);
  };
  for (size_t i = 0; i < kSingles; ++i) put(i, of_content.At(i), 0);
  for (size_t i = 0; i < kPairs; ++i) {
    const size_t at = kSingles + 2 * i;
    put(kSingles + i, of_content.At(at), of_content.At(at + 1));
  }
  for (size_t i = 0; i < kPairsOfAll; ++i) {
    put(kSingles + kPairs + i, of_all.At(2 * i), of_all.At(2 * i + 1));
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
