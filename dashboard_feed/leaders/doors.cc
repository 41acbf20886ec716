#include "dashboard_feed/leaders/doors.h"

#include <fmt/format.h>
#include <pwd.h>

#include <utility>

namespace earshot::feed {
namespace {

std::optional<uid_t> UserId(const std::string& name) {
  std::vector<char> buffer(16 << 10);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(),
                   &found) != 0 ||
      found == nullptr) {
    return std::nullopt;
  }
  return found->pw_uid;
}

}  // namespace

std::vector<std::string> LeaderKeys::Use(const v1::Organisation& organisation) {
  std::map<std::string, std::string, std::less<>> fresh;
  for (const v1::Leader& leader : organisation.leaders()) {
    if (!leader.public_key().empty()) {
      fresh.emplace(leader.public_key(), leader.id());
    }
  }
  std::vector<std::string> gone;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, leader] : leader_by_key_) {
    const auto now = fresh.find(key);
    if (now == fresh.end() || now->second != leader) gone.push_back(leader);
  }
  leader_by_key_ = std::move(fresh);
  return gone;
}

std::optional<std::string> LeaderKeys::Admit(std::string_view public_key) {
  const std::lock_guard lock(mutex_);
  const auto found = leader_by_key_.find(public_key);
  if (found == leader_by_key_.end()) return std::nullopt;
  return found->second;
}

void LeaderKeys::Refused(std::string_view address,
                         std::string_view public_key) {
  constexpr size_t kMostKept = 100;
  const std::lock_guard lock(mutex_);
  if (refusals_.size() < kMostKept) {
    refusals_.push_back({std::string(address), std::string(public_key)});
  }
}

std::vector<LeaderKeys::Refusal> LeaderKeys::TakeRefusals() {
  const std::lock_guard lock(mutex_);
  return std::exchange(refusals_, {});
}

absl::Status MaySpeakFor(const v1::Leader& leader, uid_t user, uid_t own) {
  if (leader.local_users().empty() && user == own) return absl::OkStatus();
  for (const std::string& name : leader.local_users()) {
    if (UserId(name) == user) return absl::OkStatus();
  }
  return absl::PermissionDeniedError(fmt::format(
      "this user may not speak for '{}'; ask the operator to add it to "
      "local_users of that leader in the organisation file, or use the "
      "leader's key with --key",
      leader.id()));
}

std::string LeaderIds(const v1::Organisation& organisation) {
  constexpr int kMost = 20;
  std::string text;
  int listed = 0;
  for (const v1::Leader& leader : organisation.leaders()) {
    if (listed == kMost) {
      return fmt::format("{} and {} more", text,
                         organisation.leaders_size() - listed);
    }
    text += (listed++ == 0 ? "" : ", ") + leader.id();
  }
  return text.empty() ? "none yet" : text;
}

}  // namespace earshot::feed
