#ifndef EARSHOT_AGENTS_STATION_H_
#define EARSHOT_AGENTS_STATION_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/capture/capture.h"
#include "agents/importing/importer.h"
#include "agents/inbox/inbox.h"
#include "agents/settings.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/spool/spool.h"
#include "earshot/v1/control.pb.h"

namespace earshot::agents {

// How the connection to the router stands, as the daemon sees it.
struct LinkView {
  bool running = false;  // there is a daemon
  bool open = false;
  std::vector<uint64_t> sent;  // by lane
  std::string problem;         // what to do about it; empty: nothing
};

// Who asks, as the kernel names them; none: whoever stands at the page, whom
// nobody names.
using Person = std::optional<uid_t>;

// One agent's state folder and everything that can be asked of it. The daemon
// has one, and so has a command while no daemon runs: both may write at once.
// One thread. Texts are redacted and validated here whoever gave them.
class Station {
 public:
  static absl::StatusOr<std::unique_ptr<Station>> Open(Settings settings,
                                                       const os::Clock& clock,
                                                       os::Random& random);

  // observe, preview, withdraw, correct, verdict, reply, import_batch, status,
  // issues, inbox, wake; see agents/README.md.
  v1::ControlResponse Handle(const v1::ControlRequest& request, Person person);

  // One transaction for all rows that can be taken.
  absl::StatusOr<ImportOutcome> Import(const std::vector<ImportRow>& rows,
                                       uid_t person);

  // Empties what erase orders name, and tells the router by a record.
  absl::Status ApplyErasures();

  // Shifts, patterns, caps, site and channel; paths stay.
  void Reload(Settings settings);
  void SetLink(LinkView link) { link_ = std::move(link); }
  // Called when an urgent observation is durable, while the rest of the answer
  // is still being made: it need not wait for that.
  void OnUrgent(std::function<void()> call) { on_urgent_ = std::move(call); }
  void SetContact(const Contact& contact) { contact_ = contact; }
  // As SetContact, and for good.
  absl::Status NoteContact(const Contact& contact);

  spool::Spool& spool() { return *spool_; }
  Inbox& inbox() { return *inbox_; }
  const Settings& settings() const { return settings_; }
  // As configured, or the first that the router names.
  std::string Site() const;
  // Records that the router has not acknowledged yet; of a spool that cannot be
  // read 0.
  uint64_t Waiting();

 private:
  Station(Settings settings, const os::Clock& clock, os::Random& random)
      : settings_(std::move(settings)), clock_(clock), random_(random) {}
  absl::Status OpenFiles();
  absl::StatusOr<Captured> CaptureNow(v1::Observation draft);
  absl::Status SetReporter(const v1::ControlRequest& request, Person person,
                           v1::Observation& draft) const;
  absl::Status Append(uint32_t lane, v1::RecordKind kind, const std::string& id,
                      const std::string& body);
  absl::StatusOr<v1::Observation> Held(const Receipt& receipt, Person person);
  std::string WhatHappensNext() const;

  absl::StatusOr<v1::ControlResponse> Answer(const v1::ControlRequest& request,
                                             Person person);
  absl::StatusOr<v1::ControlResponse> Observe(const v1::ControlRequest& request,
                                              Person person);
  absl::StatusOr<InboxAnswer> AskedNow(const Receipt& receipt);
  absl::StatusOr<v1::ControlResponse> GiveVerdict(
      const v1::ControlRequest& request);
  // station_messages.cc.
  absl::StatusOr<v1::ControlResponse> Reply(const v1::ControlRequest& request,
                                            Person person);
  absl::StatusOr<AskedQuestion> FindAsked(const v1::ControlRequest& request,
                                          Person person);
  // For how many of their reports somebody has seen each answer, and guidance.
  absl::Status TellRead(const std::vector<InboxAnswer>& shown);
  absl::Status TellRead(const std::vector<GuidanceItem>& shown);
  absl::Status AppendRead(const std::string& id, uint64_t count, bool guidance);
  absl::StatusOr<v1::ControlResponse> Withdraw(
      const v1::ControlRequest& request);
  absl::StatusOr<v1::ControlResponse> Correct(const v1::ControlRequest& request,
                                              Person person);
  absl::StatusOr<v1::ControlResponse> ImportBatch(
      const v1::ControlRequest& request, Person person);
  absl::StatusOr<v1::ControlResponse> Status();
  absl::StatusOr<v1::ControlResponse> KnownIssues();
  absl::StatusOr<v1::ControlResponse> Preview(
      const v1::ControlRequest& request) const;
  absl::StatusOr<v1::ControlResponse> ShowInbox(
      const v1::ControlRequest& request, Person person);

  Settings settings_;
  const os::Clock& clock_;
  os::Random& random_;
  std::string pseudonym_key_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<Inbox> inbox_;
  Contact contact_;
  LinkView link_;
  std::set<uid_t> importers_;
  std::function<void()> on_urgent_;  // may be empty
  bool begun_ = false;               // erasures were looked at since the start
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_STATION_H_
