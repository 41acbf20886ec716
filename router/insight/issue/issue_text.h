#ifndef EARSHOT_ROUTER_INSIGHT_ISSUE_ISSUE_TEXT_H_
#define EARSHOT_ROUTER_INSIGHT_ISSUE_ISSUE_TEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/insight/issue/concepts.h"
#include "router/insight/near/words.h"
#include "router/text/tokens.h"

namespace earshot::router {

// One thing by which two texts can be seen to be about the same issue.
struct IssueMark {
  enum class Kind : uint8_t { kThing, kHappening, kCode, kWord };
  uint64_t hash = 0;
  Kind kind = Kind::kWord;
  uint16_t concept_number = 0;  // of a thing or happening

  friend bool operator<(const IssueMark& a, const IssueMark& b) {
    return a.hash < b.hash;
  }
};

// A label of the topic model and its probability in 1/255.
using LabelShare = std::pair<uint16_t, uint8_t>;

inline constexpr size_t kMostMarks = 48;
inline constexpr size_t kMostShares = 6;

// What one text says, as far as others may say it in other words. Personal as
// the text itself: words stand in it as hashes that can be guessed. At most
// about 1 KiB.
struct IssueText {
  std::string topic;               // path, or untriaged
  uint64_t site = 0;               // hash
  std::vector<IssueMark> marks;    // by hash, each once
  std::vector<LabelShare> shares;  // by label
  std::vector<uint64_t> numbers;   // sorted; said of things ("lane 3")
  uint32_t negations = 0;          // words such as not, nobody, sin
  int64_t at = 0;                  // seconds; when it came
};

// Makes them; keeps its buffers. One thread at a time.
class IssueReader {
 public:
  explicit IssueReader(std::shared_ptr<const IssueConcepts> concepts)
      : concepts_(std::move(concepts)) {}

  // `text` and then `tags` (a blank between two); leaves topic and shares
  // alone.
  void Read(std::string_view text, const std::vector<std::string>& tags,
            std::string_view site, IssueText& out);

  const IssueConcepts& concepts() const { return *concepts_; }

 private:
  void ReadPart(std::string_view text, IssueText& out);

  std::shared_ptr<const IssueConcepts> concepts_;
  TokenisedText tokens_;
  TokenisedText word_;
  NearWords near_;
  IssueConcepts::Found found_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_ISSUE_ISSUE_TEXT_H_
