#include "agents/page/done.h"

#include <algorithm>
#include <utility>

namespace earshot::agents {

void DoneLately::Add(std::string token, std::string session, Done done,
                     absl::Duration now) {
  const auto own = [&](const Entry& entry) { return entry.session == session; };
  if (static_cast<size_t>(
          std::count_if(entries_.begin(), entries_.end(), own)) >= kMostOfOne) {
    entries_.erase(std::find_if(entries_.begin(), entries_.end(), own));
  }
  entries_.push_back(
      {std::move(token), std::move(session), now + kFor, std::move(done)});
  if (entries_.size() > kMost) entries_.pop_front();
}

const Done* DoneLately::Find(std::string_view token, std::string_view session,
                             absl::Duration now) {
  while (!entries_.empty() && entries_.front().until <= now) {
    entries_.pop_front();
  }
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.token == token && entry.session == session;
      });
  return found == entries_.end() ? nullptr : &found->done;
}

void DoneLately::Forget(std::string_view token, std::string_view session) {
  const auto gone =
      std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.token == token && entry.session == session;
      });
  entries_.erase(gone, entries_.end());
}

}  // namespace earshot::agents
