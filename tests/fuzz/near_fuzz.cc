#include <string>

#include "router/insight/near/near_index.h"
#include "router/insight/near/signature.h"
#include "router/text/tokens.h"
#include "tests/fuzz/input.h"

// Texts, or serialised signatures, through a small window of near repeats.
// Input: steps of one byte (bit 0: a serialised signature, else a text; bit 1:
// remove the last one), each with a chunk of bytes.
namespace earshot::fuzz {
namespace {

using router::NearIndex;
using router::Signature;
using router::Signer;

constexpr size_t kWindow = 8;

bool Read(Input& input, bool serialised, Signer& signer, Signature& out) {
  const std::string bytes = input.Chunk();
  if (!serialised) {
    router::TokenisedText tokens;
    router::Tokenise(bytes, tokens);
    signer.Sign(tokens, out);
    const auto again = signer.Parse(Signer::Serialise(out));
    Require(
        again.ok() && again->packed == out.packed && again->bands == out.bands,
        "a signature is the same after it was serialised");
    return true;
  }
  auto parsed = signer.Parse(bytes);
  if (!parsed.ok()) return false;
  Require(Signer::Serialise(*parsed) == bytes,
          "what is parsed serialises to the same bytes");
  out = *std::move(parsed);
  return true;
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace earshot::fuzz;  // NOLINT(google-build-using-namespace)
  Input input(data, size);
  NearIndex index({.most_texts = kWindow});
  Signer signer;
  Signature signature;
  for (uint64_t id = 0; !input.empty(); ++id) {
    const uint8_t bits = input.Byte();
    if (!Read(input, (bits & 1U) != 0, signer, signature)) continue;
    const auto match = index.Find(signature);
    Require(!match || (match->score > 0 && match->score <= 1 &&
                       match->cluster <= match->id && match->id < id),
            "a match is of a text that was added");
    index.Add(id, match ? match->cluster : id, signature);
    const auto same = index.Find(signature);
    Require(signature.empty() ||
                (same && same->reason == earshot::router::NearReason::kExact),
            "what was added is found");
    if ((bits & 2U) != 0) index.Remove(id);
    Require(index.size() <= kWindow, "the window is bounded");
  }
  return 0;
}
