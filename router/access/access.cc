#include "router/access/access.h"

#include <fmt/format.h>

#include <utility>

#include "base/wire/keys.h"
#include "proto/contract/validate.h"

namespace earshot::router {
namespace {

const std::vector<std::string>& Migrations() {
  static const auto* const migrations = new std::vector<std::string>{
      "CREATE TABLE enrolled(name TEXT PRIMARY KEY, key TEXT UNIQUE,"
      " role TEXT, sites TEXT, revoked INTEGER, enrolled_at INTEGER,"
      " last_contact INTEGER, build TEXT) WITHOUT ROWID;"};
  return *migrations;
}

std::string JoinLines(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, "\n"));
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> parts;
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find('\n', start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

}  // namespace

std::string_view RoleName(Role role) {
  return role == Role::kFeed ? "feed" : "agent";
}

absl::StatusOr<Role> ParseRole(std::string_view name) {
  if (name == "agent") return Role::kAgent;
  if (name == "feed") return Role::kFeed;
  return absl::InvalidArgumentError(
      fmt::format("role '{}' is neither agent nor feed", name));
}

Access::Access(std::unique_ptr<store::Database> database)
    : database_(std::move(database)) {}

absl::StatusOr<std::unique_ptr<Access>> Access::Open(const std::string& path) {
  auto database = store::Database::Open(path, Migrations());
  if (!database.ok()) return database.status();
  std::unique_ptr<Access> access(new Access(*std::move(database)));
  absl::Status status = access->Load();
  if (!status.ok()) return status;
  return access;
}

absl::Status Access::Load() {
  version_ = database_->DataVersion();
  ++edition_;
  std::map<std::string, Enrolled, std::less<>> by_name;
  store::Statement read = database_->Prepare("SELECT * FROM enrolled");
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    Enrolled peer;
    peer.name = read.Text(0);
    peer.public_key = read.Text(1);
    peer.role = ParseRole(read.Text(2)).value_or(Role::kAgent);
    peer.sites = SplitLines(read.Text(3));
    peer.revoked = read.Int(4) != 0;
    peer.enrolled_at = absl::FromUnixSeconds(read.Int(5));
    peer.last_contact = read.IsNull(6) ? absl::InfinitePast()
                                       : absl::FromUnixSeconds(read.Int(6));
    peer.build = read.Text(7);
    // What is newer in memory than in the file stays.
    const auto known = by_name_.find(peer.name);
    if (known != by_name_.end() &&
        known->second.last_contact > peer.last_contact) {
      peer.last_contact = known->second.last_contact;
      peer.build = known->second.build;
    }
    by_name.emplace(peer.name, std::move(peer));
  }
  for (const auto& [name, old] : by_name_) {
    const auto now = by_name.find(name);
    const bool gone = now == by_name.end() || now->second.revoked ||
                      now->second.role != old.role ||
                      now->second.public_key != old.public_key;
    if (gone && !old.revoked) ended_.push_back(name);
  }
  by_name_ = std::move(by_name);
  name_of_key_.clear();
  for (const auto& [name, peer] : by_name_) {
    if (!peer.revoked) name_of_key_[peer.public_key] = name;
  }
  return absl::OkStatus();
}

absl::Status Access::Enrol(const Enrolled& peer) {
  if (!contract::IsName(peer.name) ||
      peer.name.find('\n') != std::string::npos) {
    return absl::InvalidArgumentError(
        fmt::format("the name '{}' must be 1 to {} printable characters",
                    peer.name, contract::kMaxNameBytes));
  }
  absl::Status status = wire::CheckPublicKey(peer.public_key);
  if (!status.ok()) return status;
  for (const std::string& site : peer.sites) {
    if (!contract::IsName(site)) {
      return absl::InvalidArgumentError(
          fmt::format("'{}' is not a site's name", site));
    }
  }
  const std::lock_guard lock(mutex_);
  store::Statement insert = database_->Prepare(
      "INSERT INTO enrolled VALUES(?1,?2,?3,?4,0,?5,NULL,'') ON CONFLICT(name) "
      "DO UPDATE SET key=?2, role=?3, sites=?4, revoked=0, enrolled_at=?5");
  status = insert.BindText(1, peer.name)
               .BindText(2, peer.public_key)
               .BindText(3, RoleName(peer.role))
               .BindText(4, JoinLines(peer.sites))
               .Bind(5, absl::ToUnixSeconds(peer.enrolled_at))
               .Run();
  if (absl::IsAlreadyExists(status)) {
    return absl::AlreadyExistsError(
        "this key is enrolled under another name; see 'earshot-router agents "
        "list', and make a key of its own for each machine");
  }
  if (!status.ok()) return status;
  return Load();
}

absl::Status Access::Revoke(const std::string& name) {
  const std::lock_guard lock(mutex_);
  store::Statement update =
      database_->Prepare("UPDATE enrolled SET revoked=1 WHERE name=?1");
  absl::Status status = update.BindText(1, name).Run();
  if (!status.ok()) return status;
  if (database_->Changes() == 0) {
    return absl::NotFoundError(fmt::format(
        "nobody is enrolled as '{}'; see 'earshot-router agents list'", name));
  }
  return Load();
}

std::vector<Enrolled> Access::List() {
  const std::lock_guard lock(mutex_);
  std::vector<Enrolled> all;
  for (const auto& [name, peer] : by_name_) all.push_back(peer);
  return all;
}

std::optional<Enrolled> Access::Find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Access::Refresh() {
  const std::lock_guard lock(mutex_);
  // A file that cannot be read now leaves the table as it was; the next call
  // tries again, because the version is noted first in Load.
  if (database_->DataVersion() != version_ && !Load().ok()) version_ = -1;
  return std::exchange(ended_, {});
}

void Access::NoteContact(std::string_view name, std::string_view build,
                         absl::Time at) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  found->second.last_contact = at;
  if (!build.empty()) found->second.build = std::string(build);
  dirty_[found->first] = true;
}

absl::Status Access::Flush() {
  const std::lock_guard lock(mutex_);
  if (dirty_.empty()) return absl::OkStatus();
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement update = database_->Prepare(
      "UPDATE enrolled SET last_contact=?2, build=?3 WHERE name=?1");
  for (const auto& [name, flag] : dirty_) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) continue;
    absl::Status status =
        update.BindText(1, name)
            .Bind(2, absl::ToUnixSeconds(found->second.last_contact))
            .BindText(3, found->second.build)
            .Run();
    if (!status.ok()) return status;
  }
  absl::Status status = transaction->Commit();
  if (status.ok()) dirty_.clear();
  return status;
}

std::optional<std::string> Access::Admit(std::string_view public_key) {
  const std::lock_guard lock(mutex_);
  if (database_->DataVersion() != version_ && !Load().ok()) version_ = -1;
  const auto found = name_of_key_.find(public_key);
  if (found == name_of_key_.end()) return std::nullopt;
  return found->second;
}

void Access::Refused(std::string_view address, std::string_view public_key) {
  constexpr size_t kMostKept = 100;
  const std::lock_guard lock(mutex_);
  if (refusals_.size() < kMostKept) {
    refusals_.push_back({std::string(address), std::string(public_key)});
  }
}

std::vector<Access::Refusal> Access::TakeRefusals() {
  const std::lock_guard lock(mutex_);
  return std::exchange(refusals_, {});
}

}  // namespace earshot::router
