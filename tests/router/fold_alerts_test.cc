#include "tests/router/fold_fixture.h"

// What leaders may have to hear of at once.
namespace earshot::router {
namespace {

class FoldAlertsTest : public FoldTest {
 protected:
  v1::Alert AlertIn(int slot) {
    v1::Alert alert;
    alert.ParseFromString(
        *views_->FindMirrored("alert/" + std::to_string(slot)));
    return alert;
  }
};

TEST_F(FoldAlertsTest, TheyAreNumberedAndNameTheirObservation) {
  v1::Observation severe = Said("The till burns");
  severe.set_severity(5);
  Report(severe);
  Report(Said("The till froze", "r2"));  // severity 3
  v1::Observation tagged = Said("The till sparks", "r3");
  tagged.add_tags("safety");
  Report(tagged);
  FoldAll();
  EXPECT_EQ(AlertIn(0).number(), 0U);
  EXPECT_EQ(AlertIn(0).severity(), 5U);
  EXPECT_FALSE(AlertIn(0).safety());
  EXPECT_EQ(AlertIn(0).observation().size(), 16U);
  EXPECT_EQ(AlertIn(1).number(), 1U);
  EXPECT_TRUE(AlertIn(1).safety());
  EXPECT_EQ(AlertIn(2).severity(), 0U) << "there is no third";
}

TEST_F(FoldAlertsTest, NumbersGoOnAfterARestart) {
  v1::Observation severe = Said("The till burns");
  severe.set_severity(5);
  Report(severe);
  FoldAll();
  OpenFold(kTaxonomy);
  v1::Observation another = Said("The parcel burns", "r2");
  another.set_severity(5);
  Report(another);
  FoldAll();
  EXPECT_EQ(AlertIn(0).number(), 0U);
  EXPECT_EQ(AlertIn(1).number(), 1U);
}

}  // namespace
}  // namespace earshot::router
