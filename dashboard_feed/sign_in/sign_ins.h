#ifndef EARSHOT_DASHBOARD_FEED_SIGN_IN_SIGN_INS_H_
#define EARSHOT_DASHBOARD_FEED_SIGN_IN_SIGN_INS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/store/database.h"

namespace earshot::feed {

// Passwords, tokens and sessions, in a database of its own. Of what lets
// anybody in only hashes are there. Who is a leader, and what they may see, is
// asked elsewhere each time. One thread.
class SignIns {
 public:
  static constexpr size_t kMostSessions = 8;  // a leader; the oldest goes
  static constexpr size_t kMostTokens = 16;   // a leader; more are refused
  static constexpr absl::Duration kIdle = absl::Hours(12);
  static constexpr absl::Duration kLongest = absl::Hours(7 * 24);

  static absl::StatusOr<std::unique_ptr<SignIns>> Open(const std::string& path);

  // Empty: the leader has none.
  absl::StatusOr<std::string> PasswordOf(std::string_view leader);
  // Ends all sessions of the leader. `hash`: see password.h.
  absl::Status SetPassword(std::string_view leader, std::string_view hash,
                           absl::Time now);

  // The token itself, for once. ResourceExhausted past kMostTokens.
  absl::StatusOr<std::string> MakeToken(std::string_view leader,
                                        os::Random& random, absl::Time now);
  // All of the leader; how many there were.
  absl::StatusOr<size_t> RevokeTokens(std::string_view leader);
  // Empty: it is nobody's.
  absl::StatusOr<std::string> LeaderOfToken(std::string_view token);

  // The secret of a new session, for the browser's cookie.
  absl::StatusOr<std::string> BeginSession(std::string_view leader,
                                           os::Random& random, absl::Time now);
  // Empty: there is no such session, or it is over. Notes that it was used, to
  // within kNoted.
  absl::StatusOr<std::string> LeaderOfSession(std::string_view secret,
                                              absl::Time now);
  // The same without noting it: whoever only listens does not use it.
  absl::StatusOr<std::string> LeaderListening(std::string_view secret,
                                              absl::Time now);
  absl::Status EndSession(std::string_view secret);
  // All of the leader; how many there were.
  absl::StatusOr<size_t> EndSessions(std::string_view leader);

 private:
  static constexpr absl::Duration kNoted = absl::Minutes(5);

  explicit SignIns(std::unique_ptr<store::Database> database)
      : database_(std::move(database)) {}
  absl::StatusOr<std::string> LeaderOf(std::string_view secret, absl::Time now,
                                       bool note);
  absl::StatusOr<size_t> CountTokens(std::string_view leader);
  absl::Status MakeRoom(std::string_view leader, absl::Time now);

  const std::unique_ptr<store::Database> database_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SIGN_IN_SIGN_INS_H_
