#ifndef EARSHOT_AGENTS_PHONES_PHONES_H_
#define EARSHOT_AGENTS_PHONES_PHONES_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/phones/pace.h"
#include "base/os/clock.h"
#include "base/os/random.h"

namespace earshot::agents {

// The phones that may open the page of their site. Somebody at the machine has
// a code shown; each phone that opens it in time gets a secret of its own,
// which its browser brings along from then on. Of a phone nothing is kept but
// that secret's hash and the day: no name, no number, no address, so that a
// list of phones is a number. One thread.
//
// Bounds: kMostPhones, each for kPhoneLives; one code at a time, for kCodeLives
// and kPhonesACode. The file is read once and replaced as a whole.
class Phones {
 public:
  static constexpr size_t kMostPhones = 200;
  static constexpr int kPhonesACode = 20;
  static constexpr absl::Duration kCodeLives = absl::Minutes(10);
  static constexpr absl::Duration kPhoneLives = absl::Hours(24 * 90);
  static constexpr int kWritesAMinute = 20;  // of one phone

  // A file that is not there is one without phones. `clock` and `random` are
  // borrowed.
  static absl::StatusOr<std::unique_ptr<Phones>> Open(std::string file,
                                                      const os::Clock& clock,
                                                      os::Random& random);

  struct Code {
    std::string text;  // part of an address, short enough to be typed, too long
                       // to be guessed: 80 bits; in upper case
    absl::Time until;
  };
  // An earlier one is worth nothing from then on.
  const Code& ShowCode();
  void EndCode() { code_.reset(); }
  // That phones may pair with now.
  std::optional<Code> code() const;
  bool IsCode(std::string_view text) const;  // in either case

  // The secret of a phone that opened the code. NotFound: the code is another,
  // over, or has paired enough; ResourceExhausted: there are kMostPhones.
  absl::StatusOr<std::string> Pair(std::string_view code);

  // The day on which it was paired; nothing: it is not.
  std::optional<absl::Time> Paired(std::string_view secret) const;
  // Whether this phone may send one more form now, which then counts.
  bool AllowWrite(std::string_view secret);
  // No error when it is not there.
  absl::Status Forget(std::string_view secret);
  absl::Status ForgetAll();
  size_t size() const;

 private:
  struct Phone {
    absl::Time paired_at;
    Pace writes{kWritesAMinute};
  };
  using ByHash = absl::flat_hash_map<std::string, Phone>;

  Phones(std::string file, const os::Clock& clock, os::Random& random)
      : file_(std::move(file)), clock_(clock), random_(random) {}
  // Or of a day to come: the clock was wrong then.
  bool Over(const Phone& phone) const {
    const absl::Time now = clock_.Wall();
    return now >= phone.paired_at + kPhoneLives ||
           now + absl::Hours(24) < phone.paired_at;
  }
  absl::Status Save(const ByHash& phones) const;

  const std::string file_;
  const os::Clock& clock_;
  os::Random& random_;
  ByHash phones_;  // by the SHA-256 of the secret
  std::optional<Code> code_;
  absl::Duration code_ends_ = absl::ZeroDuration();  // by the steady clock
  int paired_with_code_ = 0;
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PHONES_PHONES_H_
