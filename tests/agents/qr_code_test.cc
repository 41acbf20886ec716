#include "agents/phones/qr_code.h"

#include <gtest/gtest.h>

#include <string>

// That phones read it is tested in a browser (tests/browser/phone.mjs).
namespace earshot::agents {
namespace {

constexpr int kMargin = 4;
constexpr int kFinder = 7;

// The square in three corners that readers look for (ISO/IEC 18004, 6.3.3).
bool IsFinder(const QrCode& code, int row, int column) {
  for (int y = 0; y < kFinder; ++y) {
    for (int x = 0; x < kFinder; ++x) {
      const bool edge = y == 0 || y == 6 || x == 0 || x == 6;
      const bool core = y >= 2 && y <= 4 && x >= 2 && x <= 4;
      if (code.Dark(row + y, column + x) != (edge || core)) return false;
    }
  }
  return true;
}

TEST(QrCodeTest, HasItsThreeCornersAndItsMargin) {
  const auto code = QrCode::Of("https://192.0.2.7:7416/pair/7K2MQX4D9RT30000");
  ASSERT_TRUE(code.ok());
  const int far = code->side() - kMargin - kFinder;
  EXPECT_TRUE(IsFinder(*code, kMargin, kMargin));
  EXPECT_TRUE(IsFinder(*code, kMargin, far));
  EXPECT_TRUE(IsFinder(*code, far, kMargin));
  EXPECT_FALSE(IsFinder(*code, far, far));
  for (int i = 0; i < code->side(); ++i) {
    for (int m = 0; m < kMargin; ++m) {
      EXPECT_FALSE(code->Dark(m, i) || code->Dark(i, m) ||
                   code->Dark(code->side() - 1 - m, i) ||
                   code->Dark(i, code->side() - 1 - m));
    }
  }
  EXPECT_FALSE(code->Dark(-1, 0) || code->Dark(0, code->side()));
}

TEST(QrCodeTest, ThePathCoversEveryDarkModuleOnce) {
  const auto code = QrCode::Of("x");
  ASSERT_TRUE(code.ok());
  int dark = 0;
  for (int row = 0; row < code->side(); ++row) {
    for (int column = 0; column < code->side(); ++column) {
      if (code->Dark(row, column)) ++dark;
    }
  }
  int covered = 0;
  const std::string path = code->AsPath();
  for (size_t at = path.find('h'); at != std::string::npos;
       at = path.find('h', at + 1)) {
    covered += std::stoi(path.substr(at + 1));
  }
  EXPECT_EQ(covered, dark);
}

TEST(QrCodeTest, AsTextHasAsManyColumnsAsTheCode) {
  const auto code = QrCode::Of("x");
  ASSERT_TRUE(code.ok());
  const std::string text = code->AsText();
  int columns = 0;
  for (const char c : text.substr(0, text.find('\n'))) {
    columns += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0 : 1;
  }
  EXPECT_EQ(columns, code->side());
}

TEST(QrCodeTest, WhatIsTooLongIsRefused) {
  EXPECT_TRUE(QrCode::Of(std::string(1000, 'x')).ok());
  EXPECT_FALSE(QrCode::Of(std::string(1001, 'x')).ok());
}

}  // namespace
}  // namespace earshot::agents
