#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_MIRROR_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_MIRROR_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/store/checkpointer.h"
#include "base/store/database.h"
#include "base/wire/delivery.h"
#include "dashboard_feed/mirror/model.h"
#include "dashboard_feed/mirror/word_index.h"
#include "earshot/v1/session.pb.h"

namespace earshot::feed {

// The feed's copy of what the router knows: a snapshot, then numbered updates.
// On SQLite, so that a restarted feed goes on where it was, and where whole
// insights are read from; the model in memory has what ranking needs of them.
// Items and cursor of a delivery are one transaction. What a power cut takes is
// sent again, for the cursor goes with it; so nothing waits for the disk but
// what was to be erased. One thread. Bounded by the router's number of
// insights.
class Mirror : public WholeInsights {
 public:
  // Reads everything that was mirrored before.
  static absl::StatusOr<std::unique_ptr<Mirror>> Open(
      const std::string& path,
      store::Checkpoints checkpoints = store::Checkpoints::kInCommits);

  struct Taken {
    wire::DeliveryCheck check = wire::DeliveryCheck::kTake;
    bool organisation_changed = false;
  };
  // kTake: it is stored and in the model. kGap: nothing changed, ask again
  // from cursor().
  absl::StatusOr<Taken> Take(const v1::Delivery& delivery, absl::Time now);

  const v1::Cursor& cursor() const { return cursor_; }
  const Model& model() const { return model_; }

  std::optional<v1::Insight> Latest(uint64_t id) const override;
  std::optional<v1::Insight> AsOf(uint64_t id, absl::Time time) const override;
  // Why an insight could not be read since the last call; what was made of the
  // model meanwhile may lack it.
  absl::Status TakeReadError() const;

  // Insights that have these words, the newest first, and which of some texts
  // do: as WordIndex says.
  absl::StatusOr<std::vector<uint64_t>> FindWords(const std::string& words,
                                                  size_t most) {
    return words_.Find(words, most);
  }
  absl::StatusOr<std::vector<size_t>> HaveWords(
      const std::vector<std::string>& texts, const std::string& words) {
    return words_.Among(texts, words);
  }
  // Now and then: a part of what an erasure left in the index goes.
  absl::Status Tidy();

 private:
  explicit Mirror(std::unique_ptr<store::Database> database)
      : database_(std::move(database)), words_(*database_) {}
  absl::Status Load();
  void ApplyChanges();
  absl::Status Store(const v1::Delivery& delivery, absl::Time now);
  absl::Status StoreItem(const v1::Item& item, absl::Time now);
  absl::Status StoreInsight(const v1::Item& item, absl::Time now);
  absl::Status Prune(uint64_t insight, absl::Time now);
  void Empty();
  std::optional<v1::Insight> ReadOne(store::Statement& read) const;
  absl::Status Erase(const v1::Item& item);
  absl::Status Put(const std::string& key, const v1::Item& item);
  void Adopt(uint32_t kind, const std::string& body);

  void AfterCommit();

  std::unique_ptr<store::Database> database_;
  WordIndex words_;
  std::unique_ptr<store::Checkpointer> checkpointer_;  // none: in commits
  Model model_;
  v1::Cursor cursor_;
  // At first as well: the program may have ended between an erasure and that.
  bool truncate_due_ = true;
  mutable absl::Status read_error_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_MIRROR_H_
