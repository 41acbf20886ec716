#include "agents/agent.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/os/memory.h"
#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"
#include "earshot/v1/control.pb.h"

namespace earshot::agents {
namespace {

constexpr absl::Duration kRestsAfter = absl::Seconds(2);
constexpr absl::Duration kExpireEvery = absl::Hours(1);
constexpr absl::Duration kImportPause = absl::Minutes(1);
constexpr absl::Duration kPhonesPause = absl::Minutes(1);
constexpr mode_t kSocketMode = 0666;

}  // namespace

absl::StatusOr<std::unique_ptr<Agent>> Agent::Start(Settings settings,
                                                    const Parts& parts) {
  std::unique_ptr<Agent> agent(new Agent(parts));
  absl::Status status = os::MakeFolder(settings.data_dir, 0755);
  if (!status.ok()) return status;
  auto lock = os::FileLock::Take(settings.File("agent.lock"));
  if (!lock.ok()) {
    return absl::Status(
        lock.status().code(),
        fmt::format("{}; another earshot-agent runs in {}: stop it, or give "
                    "another --data-dir",
                    os::StatusText(lock.status()), settings.data_dir));
  }
  agent->lock_ = *std::move(lock);
  auto keys = wire::LoadOrMakeKeyPair(settings.File("agent.key"));
  if (!keys.ok()) return keys.status();
  auto station = Station::Open(std::move(settings), parts.clock, parts.random);
  if (!station.ok()) return station.status();
  agent->station_ = *std::move(station);
  const Settings& own = agent->station_->settings();
  auto server = os::LocalServer::Listen(own.socket, kSocketMode);
  if (!server.ok()) return server.status();
  agent->server_ = *std::move(server);
  if (!own.drop_folder.empty()) {
    auto folder = DropFolder::Watch(own.drop_folder, parts.clock.Wall());
    if (!folder.ok()) return folder.status();
    agent->drop_folder_ = *std::move(folder);
  }
  status = agent->StartPage();
  if (!status.ok()) return status;
  agent->StartPhones();
  agent->context_ = std::make_unique<wire::Context>(1);
  agent->connection_ = std::make_unique<Connection>(
      Connection::Parts{*agent->station_, *agent->context_, parts.clock,
                        parts.random, parts.log},
      *std::move(keys));
  agent->station_->OnUrgent(
      [connection = agent->connection_.get()] { connection->SendNow(); });
  status = agent->station_->ApplyErasures();
  if (!status.ok()) return status;
  parts.log.Info(
      "started",
      {{"data_dir", own.data_dir},
       {"router", own.router},
       {"drop_folder", own.drop_folder},
       {"page_port", agent->page_ == nullptr ? 0 : agent->page_->port()},
       {"phones_port",
        agent->phones_page_ == nullptr ? 0 : agent->phones_page_->port()}});
  return agent;
}

absl::Status Agent::StartPage() {
  const std::string& listen = station_->settings().page_listen;
  if (listen.empty()) return absl::OkStatus();
  auto page =
      AgentPage::Start(listen, {*station_, clock_, random_, log_, nullptr});
  if (!page.ok()) return page.status();
  page_ = *std::move(page);
  return absl::OkStatus();
}

// A machine without a network yet takes down reports all the same.
void Agent::StartPhones() {
  const Settings& own = station_->settings();
  if (own.phone_page.listen.empty() || phones_page_ != nullptr ||
      clock_.Monotonic() < phones_due_) {
    return;
  }
  phones_due_ = clock_.Monotonic() + kPhonesPause;
  const auto failed = [&](const absl::Status& why) {
    log_.Error("phones_page_failed", {{"why", os::StatusText(why)},
                                      {"next", "tried again every minute"}});
  };
  auto phones = SitePhones::Open(own, clock_, random_);
  if (!phones.ok()) return failed(phones.status());
  auto page =
      AgentPage::Start((*phones)->listen(),
                       {*station_, clock_, random_, log_, phones->get(), true});
  if (!page.ok()) return failed(page.status());
  phones_ = *std::move(phones);
  phones_page_ = *std::move(page);
  phones_->SetPort(static_cast<uint16_t>(phones_page_->port()));
  if (page_ != nullptr) page_->UsePhones(phones_.get());
  log_.Info("phones_page", {{"port", phones_page_->port()}});
}

bool Agent::ServePages() {
  const bool here = page_ != nullptr && page_->Serve(connected());
  return (phones_page_ != nullptr && phones_page_->Serve(connected())) || here;
}

v1::ControlResponse Agent::HandlePhones(const v1::ControlRequest& request) {
  if (phones_ != nullptr) return phones_->Handle(request);
  v1::ControlResponse response;
  if (!station_->settings().phone_page.listen.empty()) {
    response.set_code(static_cast<uint32_t>(absl::StatusCode::kUnavailable));
    response.set_text(
        "the phones' page could not be started; the daemon's log says why "
        "(phones_page_failed), and it is tried again every minute");
    return response;
  }
  response.set_code(
      static_cast<uint32_t>(absl::StatusCode::kFailedPrecondition));
  response.set_text(
      "no phones may open the page here; give phone_page { listen: "
      "\"0.0.0.0:7416\" } in the configuration and start the daemon again");
  return response;
}

void Agent::KeepCertificate() {
  if (phones_page_ == nullptr) return;
  absl::Status status = phones_->KeepCertificate();
  if (status.ok()) status = phones_page_->RenewCertificate();
  if (!status.ok()) {
    log_.Error("certificate_failed",
               {{"error", os::StatusText(status)},
                {"next", "phones get the old one as long as it holds"}});
  }
}

void Agent::ServeCommands() {
  server_->Pump();
  while (auto request = server_->Take()) {
    v1::ControlRequest parsed;
    v1::ControlResponse response;
    station_->SetLink(connection_->View());
    if (parsed.ParseFromString(request->body)) {
      response = parsed.command() == "phones"
                     ? HandlePhones(parsed)
                     : station_->Handle(parsed, request->user);
    } else {
      response.set_code(
          static_cast<uint32_t>(absl::StatusCode::kInvalidArgument));
      response.set_text("the request cannot be read");
    }
    server_->Respond(request->connection, response.SerializeAsString());
    RestSoon();
  }
}

void Agent::StartImport() {
  while (const auto name = drop_folder_->Take()) {
    auto next = std::make_unique<FileImport>();
    next->name = *name;
    next->in.open(drop_folder_->PathOf(*name), std::ios::binary);
    if (!next->in) {
      log_.Error("import_failed",
                 {{"file", *name}, {"next", "let the daemon's user read it"}});
      continue;
    }
    next->importer = std::make_unique<Importer>(
        next->in, contract::RowFormatOf(*name), *name);
    import_ = std::move(next);
    return;
  }
}

void Agent::FinishImport() {
  std::string rejected;
  for (const BadRow& bad : import_->importer->bad_rows()) {
    // A reason may quote the row.
    rejected +=
        fmt::format("line {}: {}\n", bad.line,
                    station_->settings().redactor.Redact(bad.reason).text);
  }
  const ImportTally& tally = import_->importer->tally();
  const absl::Status status = drop_folder_->Finish(import_->name, rejected);
  if (!status.ok()) {
    log_.Error("import_failed",
               {{"file", import_->name}, {"error", os::StatusText(status)}});
  }
  log_.Info("imported", {{"file", import_->name},
                         {"read", tally.read},
                         {"recorded", tally.recorded},
                         {"already_known", tally.already_known},
                         {"refused", tally.refused}});
  import_.reset();
  RestSoon();
}

bool Agent::ImportReady() const {
  return import_ != nullptr && clock_.Monotonic() >= import_paused_until_;
}

// One batch a turn, so that commands and the router are served in between.
void Agent::ContinueImport() {
  if (drop_folder_ == nullptr) return;
  drop_folder_->Pump(clock_.Wall());
  if (import_ == nullptr) StartImport();
  if (!ImportReady()) return;
  if (import_->rows.empty()) import_->rows = import_->importer->Next();
  if (!import_->rows.empty()) {
    const auto outcome = station_->Import(import_->rows, ::geteuid());
    if (!outcome.ok()) {
      import_paused_until_ = clock_.Monotonic() + kImportPause;
      log_.Error("import_paused", {{"file", import_->name},
                                   {"error", os::StatusText(outcome.status())},
                                   {"next", "goes on by itself"}});
      return;
    }
    import_->importer->Note(*outcome);
    import_->rows.clear();
  }
  if (import_->importer->ended()) FinishImport();
}

void Agent::RestSoon() {
  rests_at_ = std::min(rests_at_, clock_.Monotonic() + kRestsAfter);
}

void Agent::TidyUp() {
  StartPhones();
  if (clock_.Monotonic() >= rests_at_) {
    os::GiveBackMemory();
    rests_at_ = absl::InfiniteDuration();
  }
  if (clock_.Monotonic() - expired_at_ < kExpireEvery) return;
  expired_at_ = clock_.Monotonic();
  RestSoon();
  KeepCertificate();
  const absl::Status status = station_->spool().Expire(clock_.Wall());
  if (!status.ok()) {
    log_.Error("expire_failed", {{"error", os::StatusText(status)}});
  }
}

absl::Duration Agent::NextTimer() const {
  const absl::Duration now = clock_.Monotonic();
  const bool more =
      import_ == nullptr && drop_folder_ != nullptr && drop_folder_->ready();
  if (ImportReady() || more) return absl::ZeroDuration();
  absl::Duration timer =
      std::min({connection_->NextTimer(), expired_at_ + kExpireEvery - now,
                rests_at_ - now});
  if (phones_page_ == nullptr &&
      !station_->settings().phone_page.listen.empty()) {
    timer = std::min(timer, phones_due_ - now);
  }
  if (import_ != nullptr) timer = std::min(timer, import_paused_until_ - now);
  if (drop_folder_ != nullptr && drop_folder_->waiting()) {
    timer = std::min(timer, DropFolder::kSettled);
  }
  return std::max(timer, absl::ZeroDuration());
}

void Agent::Turn(absl::Duration limit, int extra_fd) {
  ServeCommands();
  if (ServePages()) RestSoon();
  ContinueImport();
  TidyUp();
  const bool was_connected = connected();
  connection_->Pump();
  if (connected() != was_connected) RestSoon();
  os::WaitReadable({connection_->fd(), server_->fd(), extra_fd,
                    page_ == nullptr ? -1 : page_->fd(),
                    phones_page_ == nullptr ? -1 : phones_page_->fd(),
                    drop_folder_ == nullptr ? -1 : drop_folder_->fd()},
                   std::min(limit, NextTimer()));
}

void Agent::Reload(const SettingsSource& source) {
  auto settings = LoadSettings(source);
  if (!settings.ok()) {
    log_.Error("reload_refused", {{"error", os::StatusText(settings.status())},
                                  {"next", "the old configuration stays"}});
    return;
  }
  station_->Reload(*std::move(settings));
  log_.Info("reloaded", {});
}

void Agent::Stop() {
  connection_->Leave("the agent stops");
  log_.Info("stopped", {});
}

void Agent::Run(os::Signals& signals, const SettingsSource& source) {
  while (true) {
    while (const auto signal = signals.Take()) {
      if (*signal == os::Signal::kStop) {
        Stop();
        return;
      }
      Reload(source);
    }
    Turn(absl::InfiniteDuration(), signals.fd());
  }
}

}  // namespace earshot::agents
