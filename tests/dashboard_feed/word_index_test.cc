#include "dashboard_feed/mirror/word_index.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "dashboard_feed/mirror/mirror.h"
#include "earshot/v1/erase.pb.h"
#include "tests/dashboard_feed/folder.h"

namespace earshot::feed {
namespace {

using Ids = std::vector<uint64_t>;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class Words : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    mirror_.reset();
    auto mirror = Mirror::Open(File());
    ASSERT_TRUE(mirror.ok()) << mirror.status();
    mirror_ = *std::move(mirror);
  }
  std::string File() const { return folder_.File("mirror.db"); }

  void Take(uint32_t kind, const std::string& body, bool reset = false) {
    v1::Delivery delivery;
    delivery.set_generation(7);
    delivery.set_prev_seq(seq_);
    delivery.set_reset(reset);
    v1::Item& item = *delivery.add_items();
    item.set_seq(++seq_);
    item.set_kind(kind);
    item.set_body(body);
    const auto taken = mirror_->Take(delivery, kNow);
    ASSERT_TRUE(taken.ok()) << taken.status();
    ASSERT_EQ(taken->check, wire::DeliveryCheck::kTake);
  }
  void Say(uint64_t id, const std::vector<std::string>& texts,
           const std::string& title = "") {
    v1::Insight insight;
    insight.set_id(id);
    insight.set_title(title);
    for (const std::string& text : texts) {
      v1::Verbatim& verbatim = *insight.add_verbatims();
      verbatim.set_observation(text.substr(0, 16));
      verbatim.set_text(text);
    }
    Take(v1::UPDATE_INSIGHT, insight.SerializeAsString(), seq_ == 0);
  }
  Ids Find(const std::string& words, size_t most = 100) {
    const auto found = mirror_->FindWords(words, most);
    EXPECT_TRUE(found.ok()) << words << ": " << found.status();
    return found.value_or(Ids());
  }
  void TidyAll() {
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(mirror_->Tidy().ok());
  }
  std::string Bytes() const {
    std::string all;
    for (const char* end : {"", "-wal"}) {
      std::ifstream in(File() + end, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }

  Folder folder_;
  std::unique_ptr<Mirror> mirror_;
  uint64_t seq_ = 0;
};

TEST_F(Words, AreFoundWhateverTheirCaseAndAccentsAndTheLastByItsBeginning) {
  Say(1, {"The card reader froze", "It took ten minutes"});
  Say(2, {"Le café est froid"}, "Coffee machine");
  EXPECT_EQ(Find("CARD froze"), Ids({1}));
  EXPECT_EQ(Find("froze minutes"), Ids({1}));
  EXPECT_EQ(Find("cafe fro"), Ids({2}));
  EXPECT_EQ(Find("coff"), Ids({2}));
  EXPECT_EQ(Find("fro"), Ids({2, 1}));
  EXPECT_EQ(Find("fro", 1), Ids({2}));
  EXPECT_EQ(Find("fro machine"), Ids()) << "only the last one is a beginning";
  EXPECT_EQ(Find("card café"), Ids()) << "of one insight";
}

TEST_F(Words, HaveNoOperators) {
  Say(1, {"The card-reader says \"error 42\" AND stops; a* b:c (d) ^e NEAR"});
  for (const char* words :
       {"card-reader", "\"error", "error\" OR", "a* b:c", "(d)", "^e", "NEAR(",
        "text:card", "-card", "AND", "NOT", "{card}", "card + reader", "'", "*",
        "\"\"\"", "\\", "%", "card\"reader"}) {
    Find(words);
  }
  EXPECT_EQ(Find("card-reader"), Ids({1}));
  EXPECT_EQ(Find("AND stops"), Ids({1}));
  EXPECT_EQ(Find("NOT card"), Ids());
  EXPECT_EQ(Find("\"error 42"), Ids({1}));
  EXPECT_EQ(Find(""), Ids());
  EXPECT_EQ(Find("  \t\n "), Ids());
  std::string many;
  for (int i = 0; i < 500; ++i) many += "card ";
  EXPECT_EQ(Find(many), Ids({1}));
}

TEST_F(Words, FollowWhatTheRouterSays) {
  Say(1, {"The dock gate"});
  Say(1, {"The new keypad"});
  EXPECT_EQ(Find("gate"), Ids());
  EXPECT_EQ(Find("keypad"), Ids({1}));
  Reopen();
  EXPECT_EQ(Find("keypad"), Ids({1}));
  v1::Insight other;
  other.set_id(2);
  other.set_title("Elsewhere");
  Take(v1::UPDATE_INSIGHT, other.SerializeAsString(), /*reset=*/true);
  EXPECT_EQ(Find("keypad"), Ids());
  EXPECT_EQ(Find("elsewhere"), Ids({2}));
}

TEST_F(Words, OfAFileOfAnEarlierReleaseAreFound) {
  Say(1, {"The dock gate"});
  Say(2, {"The till"});
  mirror_.reset();
  {
    auto database = store::Database::Open(File(), {"", ""});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)
                    ->Execute("DROP TABLE words;"
                              "PRAGMA user_version=1")
                    .ok());
  }
  Reopen();
  EXPECT_EQ(Find("gate"), Ids({1}));
  EXPECT_EQ(Find("till"), Ids({2}));
}

TEST_F(Words, AreLookedForInTextsOfTheMomentAsInTheIndex) {
  const auto have = mirror_->HaveWords(
      {"The card reader froze", "", "Frozen peas", "reader card: FROZE!"},
      "card froze");
  ASSERT_TRUE(have.ok()) << have.status();
  EXPECT_EQ(*have, std::vector<size_t>({0, 3}));
  EXPECT_EQ(mirror_->HaveWords({}, "card")->size(), 0U);
  EXPECT_EQ(mirror_->HaveWords({"card"}, " ")->size(), 0U);
  EXPECT_EQ(Find("card"), Ids()) << "they are not kept";
}

// The index too.
TEST_F(Words, ThatAreErasedAreInNoFileOnceItIsTidy) {
  for (uint64_t id = 1; id <= 300; ++id) {
    Say(id, {"Ordinary words number " + std::to_string(id)});
  }
  Say(301, {"Zanzibarquux phoned about her mortgage", "The queue was long"});
  ASSERT_NE(Bytes().find("zanzibarquux"), std::string::npos) << "as a token";
  TidyAll();
  v1::EraseOrder order;
  order.add_insights(301);
  order.add_observations(std::string("Zanzibarquux pho").substr(0, 16));
  Take(v1::UPDATE_ERASE, order.SerializeAsString());
  EXPECT_EQ(Find("zanzibarquux"), Ids());
  EXPECT_EQ(Find("queue"), Ids({301}));
  TidyAll();
  const std::string bytes = Bytes();
  EXPECT_EQ(bytes.find("zanzibarquux"), std::string::npos);
  EXPECT_EQ(bytes.find("Zanzibarquux"), std::string::npos);
  EXPECT_EQ(Find("ordinary", 1000).size(), 300U);
}

}  // namespace
}  // namespace earshot::feed
