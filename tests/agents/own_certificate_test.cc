#include "agents/phones/own_certificate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "base/http/tls.h"
#include "base/os/files.h"
#include "tests/testing/temp_folder.h"

namespace earshot::agents {
namespace {

class OwnCertificateTest : public ::testing::Test {
 protected:
  OwnCertificate Wanted(const std::string& host) {
    return {host, now_, folder_.File("page.crt"), folder_.File("page.key")};
  }
  bool Made(const std::string& host) {
    const auto made = KeepOwnCertificate(Wanted(host));
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(false);
  }

  testing::TempFolder folder_;
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
};

TEST_F(OwnCertificateTest, IsMadeOnceAndServes) {
  EXPECT_TRUE(Made("192.0.2.7"));
  const OwnCertificate wanted = Wanted("192.0.2.7");
  const auto first = FingerprintOf(wanted.certificate_file);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), 32 * 3 - 1U);
  EXPECT_FALSE(Made("192.0.2.7"));
  EXPECT_EQ(*FingerprintOf(wanted.certificate_file), *first);
  EXPECT_TRUE(
      http::MakeTlsContext(wanted.certificate_file, wanted.private_key_file)
          .ok());
  struct stat key {};
  ASSERT_EQ(::stat(wanted.private_key_file.c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777U, 0600U);
}

TEST_F(OwnCertificateTest, IsMadeAnewForAnotherHostNearItsEndAndWhenDamaged) {
  EXPECT_TRUE(Made("192.0.2.7"));
  EXPECT_TRUE(Made("192.0.2.8"));
  EXPECT_TRUE(Made("shop.example"));
  EXPECT_FALSE(Made("shop.example"));
  EXPECT_TRUE(Made("2001:db8::1"));
  EXPECT_FALSE(Made("2001:db8::1"));
  now_ += absl::Hours(24 * (kOwnCertificateDays - 32));
  EXPECT_FALSE(Made("2001:db8::1"));
  now_ += absl::Hours(48);
  EXPECT_TRUE(Made("2001:db8::1"));
  const OwnCertificate wanted = Wanted("2001:db8::1");
  ASSERT_TRUE(
      os::WriteFileAtomically(wanted.certificate_file, "none", 0644).ok());
  EXPECT_FALSE(FingerprintOf(wanted.certificate_file).ok());
  EXPECT_TRUE(Made("2001:db8::1"));
}

TEST_F(OwnCertificateTest, IsMadeAnewWithoutItsKeyAndWhenItIsOfATimeToCome) {
  EXPECT_TRUE(Made("shop.example"));
  const OwnCertificate wanted = Wanted("shop.example");
  const std::string key = testing::Slurp(wanted.private_key_file);
  EXPECT_TRUE(Made("192.0.2.7"));
  folder_.Write("page.key", key);
  EXPECT_TRUE(Made("192.0.2.7")) << "the key is another's";
  folder_.Write("page.key", key.substr(0, 20));
  EXPECT_TRUE(Made("192.0.2.7"));
  now_ += absl::Hours(24 * 365);
  EXPECT_FALSE(Made("192.0.2.7"));
  EXPECT_TRUE(Made("192.0.2.8"));
  now_ -= absl::Hours(24 * 365);
  EXPECT_TRUE(Made("192.0.2.8")) << "the clock was ahead";
}

TEST_F(OwnCertificateTest, AFolderThatIsNotThereIsAnError) {
  OwnCertificate wanted = Wanted("shop.example");
  wanted.private_key_file = folder_.File("none/page.key");
  EXPECT_FALSE(KeepOwnCertificate(wanted).ok());
  EXPECT_FALSE(os::FileExists(wanted.certificate_file));
}

}  // namespace
}  // namespace earshot::agents
