#include "agents/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/testing/temp_folder.h"

namespace earshot::agents {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Settings> Load(const std::string& text) {
    const std::string path = folder_.File("agent.conf");
    std::ofstream(path) << text;
    return LoadSettings({path, folder_.File("state")});
  }
  testing::TempFolder folder_;
};

TEST_F(SettingsTest, ThereIsNoPageUnlessItIsAskedFor) {
  const auto settings = Load("");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->page_listen, "");
}

TEST_F(SettingsTest, ThePageIsServedOnThisMachineAlone) {
  for (const char* here : {"127.0.0.1:7415", "localhost:7415", "127.0.0.2:0"}) {
    const auto settings = Load("page_listen: \"" + std::string(here) + "\"\n");
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->page_listen, here);
  }
  for (const char* elsewhere :
       {"0.0.0.0:7415", "10.0.0.1:7415", "shop.example:7415", "[::]:7415",
        "7415", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", ":7415",
        "127.0.0.1.example:7415", "127.1:7415"}) {
    const auto settings =
        Load("page_listen: \"" + std::string(elsewhere) + "\"\n");
    EXPECT_TRUE(absl::IsInvalidArgument(settings.status())) << elsewhere;
  }
}

}  // namespace
}  // namespace earshot::agents
