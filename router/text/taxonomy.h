#ifndef EARSHOT_ROUTER_TEXT_TAXONOMY_H_
#define EARSHOT_ROUTER_TEXT_TAXONOMY_H_

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::router {

inline constexpr std::string_view kUntriaged = "untriaged";

// Text format of the taxonomy that ships with the router.
std::string_view DefaultTaxonomyText();

// An organisation's topics and the rules that give them, compiled. Immutable,
// shared by the threads that read.
class Taxonomy {
 public:
  // All mistakes at once: a path twice, a pattern that does not compile, a
  // topic without a rule.
  static absl::StatusOr<std::unique_ptr<Taxonomy>> Compile(
      const v1::Taxonomy& taxonomy);
  ~Taxonomy();

  struct Match {
    std::string topic;  // or "untriaged"
    std::string rule;   // the weightiest one: "word fridge", "tag outage"
    uint32_t confidence_milli = 0;
  };
  // `words` are those of the normalised text. A tag rule weighs 3, a phrase 2,
  // a word or pattern 1; the most weight wins, the earlier topic on a tie.
  Match Classify(const std::vector<std::string>& words,
                 std::string_view normalised,
                 const std::vector<std::string>& tags) const;

  // First 8 bytes of the SHA-256 of its canonical form.
  const std::string& hash() const { return hash_; }
  size_t topic_count() const { return topics_.size(); }

 private:
  struct Rules;
  Taxonomy();

  std::vector<std::string> topics_;
  std::unique_ptr<Rules> rules_;
  std::string hash_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TAXONOMY_H_
