#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "tests/base/http_client.h"
#include "tests/base/http_server_fixture.h"
#include "tests/testing/temp_folder.h"

namespace earshot::http {
namespace {

template <typename Write>
void WritePem(const std::string& path, const Write& write) {
  std::unique_ptr<BIO, decltype(&::BIO_free)> file(
      ::BIO_new_file(path.c_str(), "w"), &::BIO_free);
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(write(file.get()), 1);
}

// A key and a certificate of its own making for `name`.
void MakeCertificate(const std::string& certificate, const std::string& key,
                     const std::string& name) {
  std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> pair(
      ::EVP_EC_gen("P-256"), &::EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&::X509_free)> made(::X509_new(),
                                                     &::X509_free);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(made.get()), 1);
  ::X509_gmtime_adj(::X509_getm_notBefore(made.get()), 0);
  ::X509_gmtime_adj(::X509_getm_notAfter(made.get()), 3600);
  ::X509_set_pubkey(made.get(), pair.get());
  ::X509_NAME_add_entry_by_txt(
      ::X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  ::X509_set_issuer_name(made.get(), ::X509_get_subject_name(made.get()));
  ASSERT_GT(::X509_sign(made.get(), pair.get(), ::EVP_sha256()), 0);
  WritePem(certificate,
           [&](BIO* file) { return ::PEM_write_bio_X509(file, made.get()); });
  WritePem(key, [&](BIO* file) {
    return ::PEM_write_bio_PrivateKey(file, pair.get(), nullptr, nullptr, 0,
                                      nullptr, nullptr);
  });
}

// One TLS connection, which believes any certificate.
class TlsClient {
 public:
  explicit TlsClient(uint16_t port, int most = TLS1_3_VERSION)
      : tcp_(port),
        context_(::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free),
        ssl_(nullptr, &::SSL_free) {
    ::SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    ::SSL_CTX_set_max_proto_version(context_.get(), most);
    ::SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    ssl_.reset(::SSL_new(context_.get()));
    ::SSL_set_fd(ssl_.get(), tcp_.fd());
    connected_ = ::SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const { return connected_; }
  std::string Name() const {
    std::unique_ptr<X509, decltype(&::X509_free)> theirs(
        ::SSL_get1_peer_certificate(ssl_.get()), &::X509_free);
    char name[100] = "";
    ::X509_NAME_get_text_by_NID(::X509_get_subject_name(theirs.get()),
                                NID_commonName, name, sizeof(name));
    return name;
  }
  void Send(const std::string& text) {
    ::SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
  }
  std::string ReadTo(const std::string& end) {
    std::string all;
    char byte = 0;
    while (all.find(end) == std::string::npos &&
           ::SSL_read(ssl_.get(), &byte, 1) == 1) {
      all += byte;
    }
    return all;
  }

 private:
  TestClient tcp_;
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
  bool connected_ = false;
};

class HttpTlsTest : public ServedTest {
 protected:
  HttpTlsTest() {
    options_.listen = "127.0.0.1:0";
    options_.certificate_file = folder_.path() + "/page.pem";
    options_.private_key_file = folder_.path() + "/page.key";
    MakeCertificate(options_.certificate_file, options_.private_key_file,
                    "first");
  }
  std::string WhyNot() {
    const auto server = Server::Start(options_);
    return server.ok() ? "" : std::string(server.status().message());
  }

  testing::TempFolder folder_;
  ServerOptions options_;
};

TEST_F(HttpTlsTest, RequestsAnswersAndStreamsAreAsByPlainHttp) {
  Open(options_);
  TlsClient client(server_->port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.Name(), "first");
  for (const char* path : {"/1", "/2"}) {
    client.Send(std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(Serve("the body"), path);
    EXPECT_TRUE(Ends(client.ReadTo("the body"), "the body"));
  }
  client.Send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  const uint64_t id = Next().id;
  server_->Answer(id, {.body = "a\n\n", .headers = {}, .stream = true});
  for (int i = 0; i < 20; ++i) server_->Push(id, std::string(100, 'x'));
  server_->Push(id, "end\n\n");
  EXPECT_TRUE(Ends(client.ReadTo("end\n\n"), "xend\n\n"));
  server_->Close(id);
  EXPECT_EQ(client.ReadTo("more"), "");
}

// By TLS both sides say good-bye; one that does not must not be waited for.
TEST_F(HttpTlsTest, AStreamThatIsClosedEndsAlsoIfItsReaderSaysNothing) {
  Open(options_);
  TlsClient client(server_->port());
  client.Send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  const uint64_t id = Next().id;
  server_->Answer(id, {.body = "a\n\n", .headers = {}, .stream = true});
  EXPECT_TRUE(Ends(client.ReadTo("a\n\n"), "a\n\n"));
  server_->Close(id);
  server_->Close(id);
  std::optional<uint64_t> left;
  while (!(left = server_->TakeLeft())) {
    ASSERT_TRUE(os::WaitReadable({server_->fd()}, absl::Seconds(30)));
  }
  EXPECT_EQ(left, id);
  EXPECT_EQ(server_->counts().cut, 0U);
}

TEST_F(HttpTlsTest, OldVersionsAndPlainHttpAreRefusedAndCounted) {
  Open(options_);
  EXPECT_TRUE(TlsClient(server_->port(), TLS1_2_VERSION).connected());
  EXPECT_FALSE(TlsClient(server_->port(), TLS1_1_VERSION).connected());
  TestClient plain(server_->port());
  plain.Get("/");
  plain.ReadAll();
  EXPECT_EQ(server_->counts().refused, 2U);
  EXPECT_EQ(server_->counts().requests, 0U);
}

TEST_F(HttpTlsTest, ANewCertificateIsUsedFromThenOnAndABrokenOneIsNot) {
  Open(options_);
  TlsClient before(server_->port());
  EXPECT_FALSE(*server_->RenewCertificate()) << "nothing has changed";
  MakeCertificate(options_.certificate_file, options_.private_key_file,
                  "second");
  std::filesystem::last_write_time(
      options_.certificate_file,
      std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_TRUE(*server_->RenewCertificate());
  EXPECT_EQ(TlsClient(server_->port()).Name(), "second");
  before.Send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  Serve("on it goes");
  EXPECT_TRUE(Ends(before.ReadTo("goes"), "on it goes"));
  std::ofstream(options_.private_key_file) << "no key";
  EXPECT_FALSE(server_->RenewCertificate().ok());
  EXPECT_EQ(TlsClient(server_->port()).Name(), "second");
}

TEST_F(HttpTlsTest, WhatIsWrongWithTheFilesIsSaid) {
  EXPECT_EQ(WhyNot(), "");
  const std::string right = options_.private_key_file;
  options_.private_key_file = folder_.path() + "/other.key";
  EXPECT_NE(WhyNot().find("other.key"), std::string::npos) << WhyNot();
  MakeCertificate(folder_.path() + "/other.pem", options_.private_key_file,
                  "other");
  EXPECT_NE(WhyNot().find("does not belong"), std::string::npos) << WhyNot();
  options_.private_key_file = options_.certificate_file;
  EXPECT_NE(WhyNot().find("is no key"), std::string::npos) << WhyNot();
  options_.private_key_file = right;
  options_.certificate_file = right;
  EXPECT_NE(WhyNot().find("is no certificate"), std::string::npos) << WhyNot();
  options_.certificate_file.clear();
  EXPECT_NE(WhyNot().find("go together"), std::string::npos) << WhyNot();
}

}  // namespace
}  // namespace earshot::http
