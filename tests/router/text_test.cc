#include <gtest/gtest.h>

#include "router/text/normalise.h"

namespace earshot::router {
namespace {

TEST(Normalise, CasePunctuationAndAccentsMakeNoDifference) {
  EXPECT_EQ(Normalise("  ¡La SESIÓN, se cerró!  "), "la sesion se cerro");
  EXPECT_EQ(Normalise("don't"), Normalise("Dont"));
  EXPECT_EQ(Normalise("a — b"), "a b");
  EXPECT_EQ(Normalise(""), "");
}

TEST(Normalise, AnyBytesComeToAnEnd) {
  for (int lead = 0; lead < 256; ++lead) {
    const std::string bytes{static_cast<char>(lead)};
    Normalise(bytes);
    Normalise(bytes + bytes);
  }
}

}  // namespace
}  // namespace earshot::router
