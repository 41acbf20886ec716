#include "agents/phones/own_certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <iterator>
#include <memory>
#include <utility>

#include "base/http/http_server.h"
#include "base/os/files.h"
#include "base/os/sha256.h"

namespace earshot::agents {
namespace {

constexpr size_t kLargestPem = size_t{256} << 10U;
constexpr int kRenewDays = 30;
constexpr int kSerialBits = 127;
constexpr time_t kDay = 24L * 60 * 60;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    Free(what);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

absl::Status Failed(const char* what) {
  char reason[256] = "no reason given";
  const unsigned long error = ::ERR_get_error();
  if (error != 0) ::ERR_error_string_n(error, reason, sizeof(reason));
  return absl::InternalError(fmt::format("{}: {}", what, reason));
}

bool IsAddress(const std::string& host) {
  return http::AddressIn(host).has_value();
}

absl::StatusOr<Certificate> Read(const std::string& file) {
  const auto pem = os::ReadFile(file, kLargestPem);
  if (!pem.ok()) return pem.status();
  const Bio in(::BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  Certificate read(::PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (read == nullptr) {
    ::ERR_clear_error();
    return absl::DataLossError(file + " is no certificate in PEM");
  }
  return read;
}

// Whether the key is the certificate's: a replacement may have been cut off.
bool Belongs(X509* certificate, const std::string& key_file) {
  const auto pem = os::ReadFile(key_file, kLargestPem);
  if (!pem.ok()) return false;
  const Bio in(::BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  const Key key(::PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  const bool belongs =
      key != nullptr && ::X509_check_private_key(certificate, key.get()) == 1;
  ::ERR_clear_error();
  return belongs;
}

bool Holds(X509* certificate, const OwnCertificate& wanted) {
  // Made while the clock was ahead, it may be one of a time to come.
  time_t now = absl::ToTimeT(wanted.now);
  if (::X509_cmp_time(::X509_get0_notBefore(certificate), &now) > 0) {
    return false;
  }
  time_t then = absl::ToTimeT(wanted.now) + kRenewDays * kDay;
  if (::X509_cmp_time(::X509_get0_notAfter(certificate), &then) <= 0) {
    return false;
  }
  return IsAddress(wanted.host)
             ? ::X509_check_ip_asc(certificate, wanted.host.c_str(), 0) == 1
             : ::X509_check_host(certificate, wanted.host.data(),
                                 wanted.host.size(), 0, nullptr) == 1;
}

bool Add(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension one(
      ::X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return one != nullptr && ::X509_add_ext(certificate, one.get(), -1) == 1;
}

bool Name(X509* certificate) {
  X509_NAME* name = ::X509_get_subject_name(certificate);
  return ::X509_NAME_add_entry_by_txt(
             name, "CN", MBSTRING_UTF8,
             reinterpret_cast<const unsigned char*>("Earshot"), -1, -1,
             0) == 1 &&
         ::X509_set_issuer_name(certificate, name) == 1;
}

absl::StatusOr<Certificate> Make(EVP_PKEY* key, const OwnCertificate& wanted) {
  Certificate made(::X509_new());
  const Number serial(::BN_new());
  X509* certificate = made.get();
  if (certificate == nullptr || serial == nullptr ||
      ::BN_rand(serial.get(), kSerialBits, 0, 0) != 1 ||
      ::BN_to_ASN1_INTEGER(serial.get(),
                           ::X509_get_serialNumber(certificate)) == nullptr) {
    return Failed("a certificate's number");
  }
  const time_t from = absl::ToTimeT(wanted.now) - kDay;
  const std::string names =
      (IsAddress(wanted.host) ? "IP:" : "DNS:") + wanted.host;
  if (::X509_set_version(certificate, X509_VERSION_3) != 1 ||
      ::ASN1_TIME_set(::X509_getm_notBefore(certificate), from) == nullptr ||
      ::ASN1_TIME_set(::X509_getm_notAfter(certificate),
                      from + kOwnCertificateDays * kDay) == nullptr ||
      !Name(certificate) || ::X509_set_pubkey(certificate, key) != 1 ||
      !Add(certificate, NID_basic_constraints, "critical,CA:FALSE") ||
      !Add(certificate, NID_key_usage, "critical,digitalSignature") ||
      !Add(certificate, NID_ext_key_usage, "serverAuth") ||
      !Add(certificate, NID_subject_alt_name, names) ||
      ::X509_sign(certificate, key, ::EVP_sha256()) == 0) {
    return Failed("a certificate of our own");
  }
  return made;
}

// What `write` writes.
template <typename Write>
absl::StatusOr<std::string> AsPem(Write write) {
  const Bio out(::BIO_new(::BIO_s_mem()));
  if (out == nullptr || write(out.get()) != 1) return Failed("writing PEM");
  char* bytes = nullptr;
  const long size = ::BIO_get_mem_data(out.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

}  // namespace

absl::StatusOr<bool> KeepOwnCertificate(const OwnCertificate& wanted) {
  if (os::FileExists(wanted.certificate_file) &&
      os::FileExists(wanted.private_key_file)) {
    const auto there = Read(wanted.certificate_file);
    if (there.ok() && Holds(there->get(), wanted) &&
        Belongs(there->get(), wanted.private_key_file)) {
      return false;
    }
  }
  const Key key(::EVP_EC_gen("P-256"));
  if (key == nullptr) return Failed("a key of our own");
  const auto made = Make(key.get(), wanted);
  if (!made.ok()) return made.status();
  const auto certificate =
      AsPem([&](BIO* out) { return ::PEM_write_bio_X509(out, made->get()); });
  if (!certificate.ok()) return certificate.status();
  const auto secret = AsPem([&](BIO* out) {
    return ::PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0,
                                      nullptr, nullptr);
  });
  if (!secret.ok()) return secret.status();
  absl::Status status =
      os::WriteFileAtomically(wanted.private_key_file, *secret, 0600);
  if (status.ok()) {
    status =
        os::WriteFileAtomically(wanted.certificate_file, *certificate, 0644);
  }
  if (!status.ok()) return status;
  return true;
}

absl::StatusOr<std::string> FingerprintOf(const std::string& certificate_file) {
  const auto certificate = Read(certificate_file);
  if (!certificate.ok()) return certificate.status();
  unsigned char* encoded = nullptr;
  const int size = ::i2d_X509(certificate->get(), &encoded);
  if (size <= 0) return Failed("a certificate's fingerprint");
  const std::string hash = os::Sha256(
      {reinterpret_cast<const char*>(encoded), static_cast<size_t>(size)});
  ::OPENSSL_free(encoded);
  std::string text;
  for (const char byte : hash) {
    fmt::format_to(std::back_inserter(text), "{}{:02X}",
                   text.empty() ? "" : ":", static_cast<unsigned char>(byte));
  }
  return text;
}

}  // namespace earshot::agents
