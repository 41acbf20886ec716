#ifndef EARSHOT_DASHBOARD_FEED_FEED_H_
#define EARSHOT_DASHBOARD_FEED_FEED_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/http/http_server.h"
#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/os/local_socket.h"
#include "base/os/random.h"
#include "base/os/sha256.h"
#include "base/os/signals.h"
#include "base/spool/spool.h"
#include "base/spool/uplink.h"
#include "base/telemetry/log.h"
#include "base/telemetry/log_limiter.h"
#include "base/wire/delivery.h"
#include "base/wire/hub_server.h"
#include "base/wire/peer_link.h"
#include "dashboard_feed/action_links/actions.h"
#include "dashboard_feed/channels/carriers.h"
#include "dashboard_feed/channels/configured.h"
#include "dashboard_feed/channels/dispatcher.h"
#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/leaders/doors.h"
#include "dashboard_feed/listing/listing.h"
#include "dashboard_feed/live/live.h"
#include "dashboard_feed/mirror/mirror.h"
#include "dashboard_feed/outbox/outbox.h"
#include "dashboard_feed/page/page.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/page_door.h"
#include "dashboard_feed/settings.h"
#include "dashboard_feed/templates/catalogue.h"
#include "earshot/v1/control.pb.h"
#include "proto/contract/redact.h"

namespace earshot::feed {

// What a test may own instead of the sockets: the leaders' door and the way
// to the router. With a hub there is no local socket.
struct FeedEdges {
  wire::HubMaker hub;
  wire::Dialer* dialer = nullptr;
};

// The daemon: the one place that knows the order of the rooms. One thread,
// beside those of ZeroMQ, its authentication, HTTP, and one for each channel.
//
//   router -> link -> mirror -> digest -> outbox -> hub, socket -> leader
//                                 outbox -> channels -> receiver
//   leader -> hub, socket, http -> decision -> spool -> link -> router
class Feed {
 public:
  // Opens everything, tests its own door, and serves once Run is called.
  static absl::StatusOr<std::unique_ptr<Feed>> Start(Settings settings,
                                                     const os::Clock& clock,
                                                     os::Random& random,
                                                     telemetry::Log& log,
                                                     FeedEdges edges = {});
  ~Feed();

  absl::Status Run(os::Signals& signals);  // until SIGTERM or SIGINT
  // One turn of the loop, for Run and for tests; waits at most `limit`.
  void Turn(const std::vector<int>& also, absl::Duration limit);
  void Stop();

  std::string endpoint() const { return hub_->endpoint(); }
  uint16_t http_port() const { return http_ == nullptr ? 0 : http_->port(); }
  const Mirror& mirror() const { return *mirror_; }
  spool::Spool& spool() { return *spool_; }
  // In this session the router has said that it has all decisions.
  bool Drained();

 private:
  struct LeaderSession {
    std::string leader;
    bool pending = true;
    wire::DeliverySender sender;
    std::deque<v1::Response> answered;  // at most kAnsweredKept
  };

  Feed(Settings settings, const os::Clock& clock, os::Random& random,
       telemetry::Log& log, FeedEdges edges);
  absl::Status OpenStores();
  absl::Status OpenDoors();
  absl::Duration Wait(absl::Duration limit) const;
  void EachSecond();
  void TidyWhenQuiet();
  bool Limited(const std::string& key, uint64_t& left_out);

  // feed_uplink.cc: towards the router.
  void TurnUplink();
  void MakeLink();
  void Dial();
  void OnLinkEvent(const wire::PeerEvent& event);
  void OnUpdate(const std::string& body);
  void OnOutcome(const absl::StatusOr<spool::Uplink::Outcome>& outcome);
  void SendRecords();
  absl::Status EraseFromDigests(const v1::Delivery& delivery);
  void UseOrganisation();

  // feed_digests.cc: what leaders get.
  void RunSchedule();
  void RunSubscription(const v1::Subscription& subscription, absl::Time now);
  absl::StatusOr<Before> BeforeOf(const std::string& subscription);
  absl::StatusOr<v1::Digest> DigestNow(const v1::Leader& leader,
                                       const std::string& ask);
  void SendDigests();
  void TellFollowers(const std::string& leader, const std::string& body);
  bool MirrorSettled() const;

  // feed_alerts.cc: what leaders are told at once.
  void RunAlerts();
  absl::Status TellAlerts();
  absl::Status BeginAlerts();
  absl::Status AddTold(const v1::Alert& alert, Outbox::Telling& telling);
  // Of every subscription for which some is held.
  absl::Status LetHeldGo(HeldBack& held,
                         absl::Status (Feed::*let_go)(const std::string&));
  absl::Status LetAlertsGo(const std::string& subscription);
  // Nothing: the subscription is gone or paused, or its leader gone.
  struct Recipient {
    const v1::Subscription& subscription;
    const v1::Leader& leader;
  };
  std::optional<Recipient> RecipientOf(const std::string& subscription) const;
  void Announce(const std::vector<Outbox::Entry>& entries, const char* event);
  void NoteAlertTrouble(const absl::Status& status);

  // feed_escalations.cc: that something waits too long.
  struct Steps {
    std::vector<uint64_t> all;     // insights
    std::vector<uint64_t> urgent;  // of these, told in quiet hours too
  };
  void RunEscalations();
  absl::Status TellEscalations();
  void AddEscalated(const v1::Leader& leader, const Steps& steps,
                    absl::Time now, Outbox::Telling& telling) const;
  absl::Status LetEscalationsGo(const std::string& subscription);

  // feed_deliveries.cc: what goes out over channels.
  absl::Status OpenChannels();
  // Channels, their secrets and the templates anew; on failure all stays. What
  // is on its way is waited for, and nothing else begins meanwhile.
  void Reload();
  void FinishReload();
  std::vector<Outbox::Entry::Over> ChannelsOf(
      const v1::Subscription& subscription, absl::Duration period,
      absl::Time now) const;
  void FinishDeliveries();
  absl::StatusOr<std::string> ControlDeliveries(
      uid_t user, const v1::ControlRequest& control);
  absl::StatusOr<std::string> HowDelivered(const v1::Digest& digest);
  absl::StatusOr<std::string> WhereToldOf(const v1::Leader& leader,
                                          uint64_t insight);
  absl::StatusOr<std::string> Why(const v1::Leader& leader,
                                  const std::string& number);

  // feed_subscriptions.cc: what leaders want sent.
  // feed_messages.cc.
  // A question, guidance, or what was seen on a visit.
  absl::StatusOr<std::string> TakeMessage(const v1::Leader& leader,
                                          uint32_t kind,
                                          const std::string& body);
  absl::StatusOr<std::string> AskFrontLine(const v1::Leader& leader,
                                           const std::string& body);
  absl::StatusOr<std::string> GuideFrontLine(const v1::Leader& leader,
                                             const std::string& body);
  absl::StatusOr<std::string> FileVisit(const v1::Leader& leader,
                                        const std::string& body);
  v1::ResultList ResultsFor(const v1::Leader& leader) const;
  absl::Status SpoolMessage(v1::RecordKind kind, std::string body,
                            absl::Time now);
  std::string OnItsWay() const;
  absl::StatusOr<std::string> ChangeOwn(const v1::Leader& leader,
                                        const std::string& body);
  absl::Status CheckSet(const v1::Leader& leader,
                        const v1::Subscription& wanted) const;
  v1::SubscriptionList SubscriptionsOf(const v1::Leader& leader) const;

  // feed_doors.cc: what leaders ask and decide.
  void OnHubEvent(const wire::HubEvent& event);
  void OnLeaderFrame(const wire::HubEvent& event);
  void OnRequest(uint64_t id, LeaderSession& session, const std::string& body);
  v1::Response Answer(const std::string& leader, const v1::Request& request);
  void OnLocal(const os::LocalRequest& request);
  v1::ControlResponse Control(const os::LocalRequest& request,
                              const v1::ControlRequest& control);
  absl::StatusOr<const v1::Leader*> LocalLeader(const std::string& id,
                                                uid_t user, bool reads);
  absl::StatusOr<std::string> StatusJson();
  void NoteRefused(const std::string& who, const absl::Status& why);

  // feed_links.cc: what leaders decide by links in mails.
  absl::Status OpenLinks();
  std::string LinkFor(const std::string& verb, const v1::Digest& digest,
                      const v1::DigestItem& item) const;
  http::Response ServeLink(const http::Request& request);
  http::Response RefuseLink(unsigned status, const std::string& leader,
                            const std::string& why);
  http::Response ActByLink(const http::Request& request,
                           const std::string& token, const v1::ActionLink& link,
                           const v1::Leader& leader, ActionPage page);
  http::Response Broken(const absl::Status& status);

  // feed_page.cc: what is served over HTTP. Serve gives nothing where it is
  // answered later.
  using Fields = std::map<std::string, std::string>;
  void TurnHttp();
  std::optional<http::Response> Serve(const http::Request& request);
  http::Response ServePage(const http::Request& request, Served served,
                           uint64_t insight, const Visitor& visitor);
  http::Response AsPage(unsigned status, std::string page) const;
  http::Response GoTo(const std::string& path) const;
  Frame FrameFor(const Visitor& visitor, Here here = Here::kElsewhere);
  http::Response Refuse(const http::Request& request, unsigned status,
                        const std::string& why, const std::string& next);
  std::optional<http::Response> RefuseForm(const http::Request& request,
                                           const std::string& session,
                                           const Fields& fields,
                                           const Visitor& visitor);
  // Not older than KeptDigests says; good until the next call.
  absl::StatusOr<const v1::Digest*> DigestLately(const v1::Leader& leader);
  http::Response NoSuchPage(const Visitor& visitor);
  http::Response ShowInsight(const Visitor& visitor, uint64_t number,
                             unsigned status, InsightPage page);
  void AddPictures(const v1::Leader& leader, const v1::Insight& insight,
                   InsightPage& page) const;
  http::Response DecideByPage(const Visitor& visitor, uint64_t number,
                              const Fields& fields);
  absl::StatusOr<std::string> AskByFields(const v1::Leader& leader,
                                          uint64_t number,
                                          const Fields& fields);
  absl::StatusOr<std::string> DecideByFields(const v1::Leader& leader,
                                             uint64_t number,
                                             const Fields& fields);

  // feed_views.cc: the other pages.
  http::Response ShowDigest(const Visitor& visitor, const Fields& query);
  http::Response ShowMorning(const Visitor& visitor);
  http::Response ShowList(const Visitor& visitor, const Fields& query);
  http::Response ShowLoop(const Visitor& visitor);
  http::Response ShowSubscriptions(const Visitor& visitor, unsigned status,
                                   OwnPage page);
  http::Response ShowDeliveries(const Visitor& visitor, unsigned status,
                                OwnPage page);
  http::Response PostSubscription(const Visitor& visitor, const Fields& fields);
  http::Response PostRetry(const Visitor& visitor, uint64_t id,
                           const Fields& fields);
  absl::StatusOr<std::string> ChangeByFields(const v1::Leader& leader,
                                             uint64_t /*none*/,
                                             const Fields& fields);
  absl::StatusOr<std::string> NameByFields(const v1::Leader& leader, uint64_t,
                                           const Fields& fields);
  absl::StatusOr<std::string> RetryOwn(const v1::Leader& leader, uint64_t id,
                                       const Fields& fields);
  absl::StatusOr<std::vector<Delivery>> DeliveriesOf(const v1::Leader& leader);
  // Of the filter; the mirror knows where words are.
  absl::StatusOr<List> ListFor(const LeaderView& view, const Filter& filter,
                               uint64_t passed, size_t most);

  // feed_http.cc: how it is served, and which proxies are believed.
  absl::Status OpenHttp();
  void RenewCertificate();
  void BelieveProxy(http::Request& request);
  absl::StatusOr<Visitor> SignedOn(const http::Request& request);

  // feed_events.cc: what is told live.
  struct Listener {
    std::string leader;
    std::string
        session;  // of these one, or neither where a proxy stands for it
    std::string token;
    absl::Duration next_look;  // whether it is still let in
  };
  http::Response BeginEvents(const http::Request& request,
                             const Visitor& visitor);
  std::vector<Change> ChangesOf(const v1::Delivery& delivery) const;
  void TellLive(const std::vector<Live::Part>& parts);
  void EndLeftStreams();
  void EachSecondLive();
  // Of this leader now, of all others in turn; whoever is out is told nothing
  // more.
  void CheckListeners(const std::string& leader);
  absl::StatusOr<bool> IsLetIn(const Listener& listener);

  // feed_sign_in.cc: who is let in.
  absl::Status OpenPage();
  absl::StatusOr<Visitor> VisitorOf(const http::Request& request);
  void NoteNotLetIn(const std::string& leader, const std::string& address,
                    const char* why);
  http::Response AskToSignIn(const http::Request& request, unsigned status,
                             const std::string& typed,
                             const std::string& error);
  std::optional<http::Response> SignIn(const http::Request& request);
  http::Response LimitSignIn(const http::Request& request,
                             PasswordWork::Job& job, absl::Duration wait);
  void FinishSignIns();
  http::Response AfterPassword(const http::Request& request,
                               const PasswordWork::Done& done);
  http::Response SignOut(const Visitor& visitor);
  absl::StatusOr<std::string> ControlSignIn(const v1::Leader& leader,
                                            const v1::ControlRequest& control);

  // feed_api.cc: the same as JSON.
  static bool IsApi(const std::string& path);
  http::Response ServeApi(const http::Request& request, Served served,
                          uint64_t insight, const Visitor& visitor);
  std::string AboutMe(const Visitor& visitor);
  absl::StatusOr<std::string> InsightsFor(const v1::Leader& leader,
                                          const std::string& query);
  absl::StatusOr<std::string> OneInsight(const v1::Leader& leader,
                                         uint64_t number);
  http::Response ReadByApi(const http::Request& request, Served served,
                           uint64_t number, const Visitor& visitor);
  // What is to be done with the fields that came; the text says what was.
  using Deed = absl::StatusOr<std::string> (Feed::*)(const v1::Leader& leader,
                                                     uint64_t number,
                                                     const Fields& fields);
  http::Response WriteByApi(const http::Request& request, uint64_t number,
                            const Visitor& visitor, Deed deed);

  // feed_decisions.cc. CheckDecision fills in what the leader does not say, and
  // gives the insight as they see it.
  std::optional<Seen> FindFor(const v1::Leader& leader, uint64_t insight,
                              absl::Time now) const;
  absl::StatusOr<Seen> CheckDecision(const v1::Leader& leader, absl::Time now,
                                     v1::Decision& decision, size_t& removed);
  absl::StatusOr<std::string> Decide(const v1::Leader& leader,
                                     v1::Decision decision);
  absl::StatusOr<std::string> Preview(const v1::Leader& leader,
                                      v1::Decision decision);

  Settings settings_;  // channels and templates change with Reload
  const FeedEdges edges_;
  const os::Clock& clock_;
  os::Random& random_;
  telemetry::Log& log_;
  telemetry::LogLimiter limiter_;
  const contract::Redactor redactor_;
  const uint64_t boot_id_;
  const absl::Duration started_;
  std::unique_ptr<os::FileLock> lock_;

  std::unique_ptr<Mirror> mirror_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Channels> channels_;
  std::unique_ptr<Catalogue> templates_;
  std::unique_ptr<Carriers> carriers_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<spool::Uplink> uplink_;
  wire::KeyPair keys_;
  LeaderKeys leader_keys_;

  wire::Context context_;
  std::unique_ptr<wire::HubServer> hub_;
  std::unique_ptr<os::LocalServer> local_;
  std::unique_ptr<wire::PeerLink> link_;
  std::unique_ptr<http::Server> http_;  // none: not configured
  std::unique_ptr<PageDoor> page_;      // likewise
  std::map<uint64_t, http::Request>
      signing_in_;                          // by id, without a body; at
                                            // most PasswordWork::kMostWaiting
  std::unique_ptr<Live> live_;              // with http_
  std::map<uint64_t, Listener> listeners_;  // by stream; bounded by live_
  absl::Duration next_certificate_look_;
  std::optional<os::HmacKey> link_key_;
  uint64_t links_shown_ = 0;
  uint64_t links_acted_ = 0;
  uint64_t links_refused_ = 0;
  std::map<uint64_t, LeaderSession> sessions_;
  std::map<uint64_t, std::string> followers_;  // connection -> leader
  absl::Duration next_second_;
  uint64_t requests_before_ = 0;  // that the page had a second ago
  int tidying_put_off_ = 0;       // seconds
  absl::Duration next_key_look_;
  absl::Duration next_follower_beat_;
  absl::Duration connected_at_ = absl::InfiniteDuration();
  absl::Duration last_update_;
  std::optional<absl::Duration> alert_seen_;       // the first not yet told
  bool alert_came_ = false;                        // in this turn
  absl::Time alerts_from_ = absl::InfinitePast();  // earlier ones are not told
  uint64_t steps_looked_at_ = 0;  // of Model::waiting_by_number
  bool key_missing_said_ = false;
  bool reload_wanted_ = false;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_FEED_H_
