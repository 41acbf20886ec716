#include "base/http/tls.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <memory>

#include "base/os/files.h"
#include "base/os/status_text.h"

namespace earshot::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr size_t kLargestFile = size_t{256} << 10U;

absl::StatusOr<std::string> ReadPem(const std::string& file,
                                    const char* setting) {
  auto text = os::ReadFile(file, kLargestFile);
  if (text.ok()) return text;
  return absl::Status(
      text.status().code(),
      fmt::format("{}: {}; it must be there, and the user that this program "
                  "runs as must be able to read it",
                  setting, os::StatusText(text.status())));
}

}  // namespace

absl::StatusOr<TlsContext> MakeTlsContext(const std::string& certificate_file,
                                          const std::string& private_key_file) {
  const auto certificate = ReadPem(certificate_file, "the certificate");
  if (!certificate.ok()) return certificate.status();
  const auto key = ReadPem(private_key_file, "the private key");
  if (!key.ok()) return key.status();
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(
      ssl::context::default_workarounds | ssl::context::no_compression, error);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  ::SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  // Never asked at a terminal: a key with a passphrase does not load.
  context->set_password_callback(
      [](size_t, ssl::context::password_purpose) { return std::string(); },
      error);
  context->use_certificate_chain(boost::asio::buffer(*certificate), error);
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("the certificate {} is no certificate in PEM ({}); it "
                    "begins with -----BEGIN CERTIFICATE-----",
                    certificate_file, error.message()));
  }
  context->use_private_key(boost::asio::buffer(*key), ssl::context::pem, error);
  if (error == boost::system::error_code() &&
      ::SSL_CTX_check_private_key(context->native_handle()) == 1) {
    return context;
  }
  if (::SSL_CTX_get0_privatekey(context->native_handle()) == nullptr &&
      key->find("PRIVATE KEY-----") == std::string::npos) {
    return absl::InvalidArgumentError(
        fmt::format("the private key {} is no key in PEM ({}); it begins with "
                    "-----BEGIN PRIVATE KEY-----, and has no passphrase",
                    private_key_file, error.message()));
  }
  return absl::InvalidArgumentError(fmt::format(
      "the private key {} does not belong to the certificate {}, or has a "
      "passphrase; give the two that were made together",
      private_key_file, certificate_file));
}

}  // namespace earshot::http
