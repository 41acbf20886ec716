#include "router/insight/near/near_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/router/insight/near/signed_text.h"
#include "tests/testing/seeded_random.h"

namespace earshot::router {
namespace {

// Whether the second text joins the first.
bool Joins(std::string_view first, std::string_view second) {
  NearIndex index({});
  index.Add(1, 1, SignatureOf(first));
  return index.Find(SignatureOf(second)).has_value();
}

// Both ways.
void ExpectJoin(std::string_view left, std::string_view right) {
  EXPECT_TRUE(Joins(left, right)) << left << " | " << right;
  EXPECT_TRUE(Joins(right, left)) << right << " | " << left;
}
void ExpectApart(std::string_view left, std::string_view right) {
  EXPECT_FALSE(Joins(left, right)) << left << " | " << right;
  EXPECT_FALSE(Joins(right, left)) << right << " | " << left;
}

// Adds each text, and says the cluster of each.
std::vector<uint64_t> ClustersOf(const std::vector<std::string>& texts,
                                 NearIndex& index) {
  std::vector<uint64_t> clusters;
  for (size_t id = 0; id < texts.size(); ++id) {
    const Signature signature = SignatureOf(texts[id]);
    const auto match = index.Find(signature);
    clusters.push_back(match ? match->cluster : id);
    index.Add(id, clusters.back(), signature);
  }
  return clusters;
}

TEST(NearIndex, TheSameLettersAreAnExactRepeat) {
  NearIndex index({});
  index.Add(7, 7, SignatureOf("The receipt printer jams every morning."));
  const auto match =
      index.Find(SignatureOf("the receipt printer JAMS every morning"));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->reason, NearReason::kExact);
  EXPECT_EQ(match->score, 1);
  EXPECT_EQ(match->id, 7U);
  EXPECT_EQ(match->cluster, 7U);
}

TEST(NearIndex, AnEditedTextJoins) {
  const char* text = "The receipt printer at the front jams every morning";
  for (const char* edited :
       {"The reciept printer at the frnt jams every mornning",
        "The receipt printer the at front jams morning every",
        "The receipt printer at the front jams...",
        "Good morning all, the receipt printer at the front jams every morning",
        "Ticket 882134: the receipt printer at the front jams every morning",
        "[#55812] The receipt printer at the front jams every morning",
        "Fwd: The receipt printer at the front jams every morning\nRosa"}) {
    ExpectJoin(text, edited);
  }
  ExpectJoin("can you check my account balance because the payment is not in",
             "can u check my acct bal bc the pymt isn't in");
}

TEST(NearIndex, AnUnrelatedTextIsNew) {
  ExpectApart("the receipt printer jams every morning",
              "customers ask for oat milk at the bar");
  ExpectApart("please delete my shopping list", "please read my meeting notes");
}

TEST(NearIndex, AnotherNumberNeverJoins) {
  ExpectApart("lane 3 is closed again today", "lane 4 is closed again today");
  ExpectApart("lane two is closed again today",
              "lane three is closed again today");
  ExpectApart("la caja dos no abre desde ayer",
              "la caja tres no abre desde ayer");
  ExpectApart("la caisse deux est en panne ce matin",
              "la caisse trois est en panne ce matin");
  ExpectApart("3 pallets are missing from the delivery",
              "5 pallets are missing from the delivery");
  ExpectApart("the queue was 45 minutes long at noon",
              "the queue was longer, 30 minutes long at noon");
  ExpectApart("send an mp3 of the call", "send an mp4 of the call");
}

TEST(NearIndex, TheSameNumberInLettersIsTheSame) {
  ExpectJoin("lane 2 is closed again today", "lane two is closed again today");
  ExpectJoin("la caja 2 se bloquea al cobrar",
             "la caja dos se bloquea al cobrar");
}

TEST(NearIndex, TheReferenceInFrontCountsNothing) {
  ExpectJoin("INC334512 | lane 3 is closed again today",
             "Case no. 98114 - lane 3 is closed again today");
  ExpectApart("INC334512 | lane 3 is closed again today",
              "INC334512 | lane 4 is closed again today");
}

TEST(NearIndex, ANegationMoreOrLessNeverJoins) {
  ExpectApart("the new scanner works in the freezer",
              "the new scanner does not work in the freezer");
  ExpectApart("the door is closing properly now",
              "the door isn't closing properly now");
  ExpectApart("I can reach the help desk by phone",
              "I can't reach the help desk by phone");
  ExpectApart("la impresora funciona en la caja",
              "la impresora no funciona en la caja");
  ExpectApart("la porte de la reserve ferme bien",
              "la porte de la reserve ne ferme pas bien");
  ExpectApart("sell it with the old label", "sell it without the old label");
}

TEST(NearIndex, ANegationWithASlipIsStillOne) {
  ExpectJoin("the door doesn't close properly at night",
             "the door deosn't close properly at night");
  ExpectApart("the door does close properly at night",
              "the door deosn't close properly at night");
}

TEST(NearIndex, ClustersAreTheSameOnEveryRun) {
  std::vector<std::string> texts;
  texts.reserve(300);
  for (int i = 0; i < 300; ++i) {
    texts.push_back("shelf " + std::to_string(i % 40) +
                    " in the cold room leaks" + (i % 3 == 0 ? " again" : ""));
  }
  NearIndex first({.most_texts = 100});
  NearIndex second({.most_texts = 100});
  EXPECT_EQ(ClustersOf(texts, first), ClustersOf(texts, second));
}

TEST(NearIndex, TheOrderOfUnrelatedTextsChangesNoCluster) {
  const std::vector<std::string> texts{
      "the freezer door at the back does not close",
      "customers ask for smaller bags of ice",
      "fwd: the freezer door at the back does not close",
      "customers ask for smaler bags of ice",
      "the loading bay floods when it rains",
      "the freezer door at the back doesn't close...",
      "thanks to the night team for the clean floor"};
  NearIndex index({});
  const auto before = ClustersOf(texts, index);
  const std::vector<size_t> order{4, 1, 6, 0, 3, 2, 5};
  std::vector<std::string> other;
  other.reserve(order.size());
  for (const size_t i : order) other.push_back(texts[i]);
  NearIndex again({});
  const auto after = ClustersOf(other, again);
  for (size_t i = 0; i < order.size(); ++i) {
    for (size_t j = 0; j < order.size(); ++j) {
      EXPECT_EQ(after[i] == after[j], before[order[i]] == before[order[j]]);
    }
  }
}

TEST(NearIndex, TheOldestLeaveFirstAndMemoryIsBounded) {
  NearIndex index({.most_texts = 2000});
  size_t full = 0;
  for (uint64_t id = 0; id < 20000; ++id) {
    index.Add(id, id,
              SignatureOf("pallet " + std::to_string(id * 7919) +
                          " was refused at gate " + std::to_string(id % 97)));
    EXPECT_LE(index.size(), 2000U);
    if (id == 4000) full = index.memory_bytes();
  }
  EXPECT_LE(index.memory_bytes(), full + (128U << 10U));
  EXPECT_FALSE(index.Find(SignatureOf("pallet 0 was refused at gate 0")));
  EXPECT_TRUE(index.Find(SignatureOf("pallet " + std::to_string(19999 * 7919) +
                                     " was refused at gate 17")));
}

TEST(NearIndex, LongTextsLeaveByTheirBytes) {
  NearIndex index({.most_texts = 1000, .most_packed_bytes = 50000});
  for (uint64_t id = 0; id < 200; ++id) {
    std::string text;
    for (int i = 0; i < 300; ++i)
      text += "item" + std::to_string(id + 9) + " of ";
    index.Add(id, id, SignatureOf(text));
  }
  EXPECT_LT(index.size(), 50U);
  EXPECT_GT(index.size(), 5U);
}

TEST(NearIndex, OldOnesLeaveByAge) {
  NearIndex index({.most_age_seconds = 100});
  index.Add(1, 1, SignatureOf("the freezer door does not close"), 1000);
  index.Add(2, 2, SignatureOf("customers ask for smaller bags"), 1090);
  EXPECT_TRUE(index.Find(SignatureOf("the freezer door does not close")));
  index.Add(3, 3, SignatureOf("the loading bay floods"), 1101);
  EXPECT_FALSE(index.Find(SignatureOf("the freezer door does not close")));
  EXPECT_TRUE(index.Find(SignatureOf("customers ask for smaller bags")));
}

TEST(NearIndex, AClusterOutlivesItsFirstText) {
  NearIndex index({.most_texts = 3});
  index.Add(1, 1, SignatureOf("the freezer door does not close"));
  index.Add(2, 1, SignatureOf("fwd: the freezer door does not close"));
  index.Add(3, 3, SignatureOf("customers ask for smaller bags"));
  index.Add(4, 4, SignatureOf("the loading bay floods"));
  const auto match = index.Find(SignatureOf("the freezer dor does not close"));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->id, 2U);
  EXPECT_EQ(match->cluster, 1U);
}

TEST(NearIndex, ARemovedTextIsForgottenAndItsRepeatIsNot) {
  NearIndex index({});
  index.Add(1, 1, SignatureOf("the freezer door does not close"));
  index.Add(2, 1, SignatureOf("The freezer door does not close!"));
  EXPECT_TRUE(index.Remove(2));
  EXPECT_FALSE(index.Remove(2));
  EXPECT_EQ(index.size(), 1U);
  auto match = index.Find(SignatureOf("the freezer door does not close"));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->id, 1U);
  match = index.Find(SignatureOf("the freezr door does not close"));
  ASSERT_TRUE(match);
  EXPECT_TRUE(index.Remove(1));
  EXPECT_FALSE(index.Find(SignatureOf("the freezer door does not close")));
}

TEST(NearIndex, AWindowThatWasPutBackJoinsAsBefore) {
  std::vector<std::string> texts;
  texts.reserve(500);
  for (int i = 0; i < 500; ++i) {
    texts.push_back("gate " + std::to_string(i % 90) + " of bay " +
                    std::to_string(i % 11) + " sticks when it is cold");
  }
  NearIndex index({});
  const auto clusters = ClustersOf(texts, index);
  NearIndex restored({});
  Signer signer;
  for (size_t id = 0; id < texts.size(); ++id) {
    const auto signature =
        signer.Parse(Signer::Serialise(SignatureOf(texts[id])));
    ASSERT_TRUE(signature.ok());
    restored.Add(id, clusters[id], *signature);
  }
  for (int i = 0; i < 90; ++i) {
    const Signature signature = SignatureOf("hello, gate " + std::to_string(i) +
                                            " of bay 3 sticks when cold");
    const auto before = index.Find(signature);
    const auto after = restored.Find(signature);
    ASSERT_EQ(before.has_value(), after.has_value());
    if (before) {
      EXPECT_EQ(before->id, after->id);
    }
  }
}

TEST(NearIndex, AnyBytesNeverBreakIt) {
  constexpr uint64_t kSeed = 9;
  testing::SeededRandom random(kSeed);
  NearIndex index({.most_texts = 50});
  for (uint64_t id = 0; id < 3000; ++id) {
    std::string text = random.Bytes(random.Below(60));
    if (random.Below(2) == 0) {
      for (char& c : text) {
        c = "ab 1n"[static_cast<unsigned char>(c) % 5];
      }
    }
    const Signature signature = SignatureOf(text);
    const auto match = index.Find(signature);
    if (match) {
      EXPECT_LE(match->score, 1.0) << "seed " << kSeed << ", run " << id;
      EXPECT_LE(match->cluster, match->id) << "seed " << kSeed << " " << id;
    }
    index.Add(id, match ? match->cluster : id, signature);
    if (random.Below(9) == 0) index.Remove(id);
  }
  EXPECT_LE(index.size(), 50U);
}

}  // namespace
}  // namespace earshot::router
