#ifndef EARSHOT_DASHBOARD_FEED_PAGE_DOOR_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_DOOR_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/http/form_tokens.h"
#include "base/os/random.h"
#include "base/os/sha256.h"
#include "dashboard_feed/page/kept_digests.h"
#include "dashboard_feed/sign_in/attempts.h"
#include "dashboard_feed/sign_in/password_work.h"
#include "dashboard_feed/sign_in/sign_ins.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::feed {

// Who came to the page.
struct Visitor {
  const v1::Leader* leader = nullptr;  // null: nobody who was let in
  // Its secret, or what stands for it where a proxy has let them in; empty: let
  // in by a token, or not at all.
  std::string session;
};

// What the feed keeps for its page. One thread, beside the one that compares
// passwords.
struct PageDoor {
  static constexpr size_t kMostTold = 256;

  PageDoor(std::unique_ptr<SignIns> opened, const std::string& public_url,
           os::Random& random);

  // What came of a form that was sent, for the page that it leads to. The last
  // kMostTold are kept.
  std::string Tell(const std::string& leader, const std::string& text,
                   os::Random& random);
  // Empty: it was not told, not to this leader, or is forgotten.
  std::string Told(const std::string& leader, const std::string& id) const;

  const std::unique_ptr<SignIns> sign_ins;
  PasswordWork passwords;
  Attempts attempts;
  http::FormTokens forms;
  KeptDigests digests;

  const std::string origin;  // that leaders reach it by
  const std::string base;    // what stands before every path there
  const bool secure;         // by https
  const std::string session_cookie;
  const std::string form_cookie;  // before somebody has signed in
  const os::HmacKey sign_on_key;  // for sessions that a proxy stands for

  struct Counts {
    uint64_t signed_in = 0;
    uint64_t refused = 0;        // wrong passwords and unknown tokens
    uint64_t limited = 0;        // too many of them, or at once
    uint64_t forms_refused = 0;  // forged, or sent twice
    uint64_t decided = 0;
    uint64_t sign_ons_refused = 0;  // by no proxy that is trusted, or of nobody
    uint64_t events_sent = 0;       // of streams; one for each that got it
    uint64_t streams_refused = 0;   // too many
  } counts;

 private:
  struct Words {
    std::string id;
    std::string leader;
    std::string text;
  };
  std::deque<Words> told_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_DOOR_H_
