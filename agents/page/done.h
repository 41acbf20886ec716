#ifndef EARSHOT_AGENTS_PAGE_DONE_H_
#define EARSHOT_AGENTS_PAGE_DONE_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace earshot::agents {

// What a form has done, as the page tells it afterwards.
struct Done {
  bool recorded = false;  // a report; else something about one
  std::string receipt;    // of that report; empty: about none, or it was lost
  bool named = false;     // it may be kept in the browser
  bool urgent = false;
  uint64_t removed = 0;  // stretches, before it was kept
  std::string message;   // a key of the words; empty: recorded says it all
};

// What was done in the last two minutes, each for the browser that did it and
// by the token of the form that it used: an address to go to after a form was
// sent, which tells the next person at this machine nothing. The last kMost, of
// one browser kMostOfOne; a receipt stands nowhere else. One thread.
class DoneLately {
 public:
  static constexpr size_t kMost = 1024;
  static constexpr size_t kMostOfOne = 64;  // browser
  static constexpr absl::Duration kFor = absl::Minutes(2);

  void Add(std::string token, std::string session, Done done,
           absl::Duration now);
  // Null: never, of another browser, or too long ago.
  const Done* Find(std::string_view token, std::string_view session,
                   absl::Duration now);
  void Forget(std::string_view token, std::string_view session);

 private:
  struct Entry {
    std::string token;
    std::string session;
    absl::Duration until;
    Done done;
  };
  std::deque<Entry> entries_;  // the oldest first
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PAGE_DONE_H_
