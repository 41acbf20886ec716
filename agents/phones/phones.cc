#include "agents/phones/phones.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "base/os/bytes.h"
#include "base/os/files.h"
#include "base/os/sha256.h"
#include "earshot/v1/phones.pb.h"

namespace earshot::agents {
namespace {

constexpr size_t kSecretBytes = 16;
constexpr size_t kCodeBytes = 10;
constexpr size_t kLargestFile = size_t{64} << 10U;

absl::Time TimeOf(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Phones>> Phones::Open(std::string file,
                                                     const os::Clock& clock,
                                                     os::Random& random) {
  std::unique_ptr<Phones> phones(new Phones(std::move(file), clock, random));
  if (!os::FileExists(phones->file_)) return phones;
  const auto bytes = os::ReadFile(phones->file_, kLargestFile);
  if (!bytes.ok()) return bytes.status();
  v1::PairedPhones kept;
  if (!kept.ParseFromString(*bytes)) {
    return absl::DataLossError(fmt::format(
        "{} is damaged; remove it, and pair the phones again", phones->file_));
  }
  for (const v1::PairedPhone& phone : kept.phones()) {
    if (phones->phones_.size() == kMostPhones) break;
    Phone read{TimeOf(phone.paired_at())};
    if (!phones->Over(read)) {
      phones->phones_.emplace(phone.secret_sha256(), read);
    }
  }
  return phones;
}

const Phones::Code& Phones::ShowCode() {
  code_ =
      Code{os::ToBase32(random_.Bytes(kCodeBytes)), clock_.Wall() + kCodeLives};
  code_ends_ = clock_.Monotonic() + kCodeLives;
  paired_with_code_ = 0;
  return *code_;
}

std::optional<Phones::Code> Phones::code() const {
  if (!code_ || clock_.Monotonic() >= code_ends_ ||
      paired_with_code_ >= kPhonesACode) {
    return std::nullopt;
  }
  return code_;
}

bool Phones::IsCode(std::string_view text) const {
  const auto shown = code();
  return shown && os::SameSecret(shown->text, absl::AsciiStrToUpper(
                                                  {text.data(), text.size()}));
}

absl::StatusOr<std::string> Phones::Pair(std::string_view code) {
  if (!IsCode(code)) return absl::NotFoundError("no code that is shown now");
  ByHash next;
  for (const auto& [hash, phone] : phones_) {
    if (!Over(phone)) next.emplace(hash, phone);
  }
  if (next.size() >= kMostPhones) {
    return absl::ResourceExhaustedError(
        fmt::format("{} phones are paired, and no more can be; unpair them at "
                    "the machine and begin anew",
                    next.size()));
  }
  std::string secret = os::ToHex(random_.Bytes(kSecretBytes));
  // The day alone: who was seen at the machine at that minute is nobody's
  // affair.
  const absl::Time day =
      absl::UnixEpoch() +
      absl::Floor(clock_.Wall() - absl::UnixEpoch(), absl::Hours(24));
  next.emplace(os::Sha256(secret), Phone{day});
  absl::Status status = Save(next);
  if (!status.ok()) return status;
  phones_ = std::move(next);
  ++paired_with_code_;
  return secret;
}

std::optional<absl::Time> Phones::Paired(std::string_view secret) const {
  const auto found = phones_.find(os::Sha256(secret));
  if (found == phones_.end() || Over(found->second)) return std::nullopt;
  return found->second.paired_at;
}

bool Phones::AllowWrite(std::string_view secret) {
  const auto found = phones_.find(os::Sha256(secret));
  return found != phones_.end() &&
         found->second.writes.Allow(clock_.Monotonic());
}

absl::Status Phones::Forget(std::string_view secret) {
  ByHash next = phones_;
  if (next.erase(os::Sha256(secret)) == 0) return absl::OkStatus();
  absl::Status status = Save(next);
  if (status.ok()) phones_ = std::move(next);
  return status;
}

absl::Status Phones::ForgetAll() {
  EndCode();
  absl::Status status = Save({});
  if (status.ok()) phones_.clear();
  return status;
}

size_t Phones::size() const {
  size_t paired = 0;
  for (const auto& [hash, phone] : phones_) paired += Over(phone) ? 0 : 1;
  return paired;
}

absl::Status Phones::Save(const ByHash& phones) const {
  v1::PairedPhones kept;
  for (const auto& [hash, phone] : phones) {
    v1::PairedPhone& one = *kept.add_phones();
    one.set_secret_sha256(hash);
    one.mutable_paired_at()->set_seconds(absl::ToUnixSeconds(phone.paired_at));
  }
  return os::WriteFileAtomically(file_, kept.SerializeAsString(), 0600);
}

}  // namespace earshot::agents
