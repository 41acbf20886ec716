#ifndef EARSHOT_AGENTS_PAGE_PAGE_H_
#define EARSHOT_AGENTS_PAGE_PAGE_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "agents/page/done.h"
#include "agents/page/forms.h"
#include "agents/page/words.h"

// The pages for the people of a site, whole and without script. Every value is
// escaped where it goes (base/templates). Bodies are those of the station's
// answers (agents/README.md). Pure; any thread.
namespace earshot::agents {

// What all of them have around it.
struct Frame {
  Language language = Language::kEnglish;
  std::string site;
  bool connected = false;
  uint64_t waiting = 0;    // records that the router does not have yet
  std::string form_token;  // that the page's forms bring back
  std::string here = "/";  // where a change of language leads back to
  absl::TimeZone zone = absl::UTCTimeZone();  // that times are shown in
  enum class Phones {
    kNone,       // may not open the page
    kAtMachine,  // may, and this is the machine
    kStranger,   // this is one that is not paired
    kPaired      // this is one that is
  };
  Phones phones = Phones::kNone;
};

// `preview`: of `preview`, to be looked at before it is sent; null: there is
// nothing to look at. `seen`: what the form brings back then.
struct ReportView {
  ReportForm form;
  nlohmann::json preview;
  std::string seen;
  std::string error;      // in words; empty: nothing is wrong
  nlohmann::json issues;  // of `inbox`
};
std::string ReportPage(const ReportView& view, const Frame& frame);

// `token`: of the form that did it.
std::string RecordedPage(const Done& done, const std::string& token,
                         const Frame& frame);

struct InboxView {
  nlohmann::json inbox;           // of `inbox` without a receipt
  std::vector<std::string> mine;  // receipts that this browser has
  std::string typed_receipt;
  std::string message;
  std::string error;
};
std::string InboxPage(const InboxView& view, const Frame& frame);

struct OpenedView {
  std::string receipt;
  nlohmann::json body;  // of `inbox` with it
  std::string done;     // the token of what was just done about it, or empty
  std::string typed_reason;
  std::string message;
  std::string error;
};
std::string OpenedPage(const OpenedView& view, const Frame& frame);

// At the machine: a code for phones, if one is shown. On a phone that is
// paired: that it is; on another one: whether it shall be.
struct PhoneView {
  std::string message;
  std::string error;
  size_t paired = 0;    // phones
  std::string address;  // that the code leads to; empty: none is shown
  std::string until;    // when the code ends, 14:32
  std::string qr_path;  // of the address; for an SVG
  int qr_side = 0;
  std::string fingerprint;   // of the agent's own certificate, or empty
  std::string pair_code;     // what this phone may pair with; empty: nothing
  std::string paired_until;  // 3 December; empty: it is not
};
std::string PhonePage(const PhoneView& view, const Frame& frame);

// What would be sent by a form of another page; its fields come along.
std::string ConfirmPage(const nlohmann::json& preview, const Fields& fields,
                        const std::string& action, const Frame& frame);

// Something that did not work, and what to do now.
std::string MessagePage(const std::string& heading, const std::string& error,
                        const std::string& next, const Frame& frame);

// For the page's script: whether there is a connection.
std::string StatusJson(const Frame& frame);

// Issues that are not over: who sees one as well may say so.
bool IsOpenIssue(const nlohmann::json& issue);

// Parts of pages, the stylesheet and the script, as the program carries them.
std::string_view ReportParts();
std::string_view RecordedParts();
std::string_view InboxParts();
std::string_view OpenedParts();
std::string_view ConfirmParts();
std::string_view MessageParts();
std::string_view PhoneParts();
std::string_view StyleSheet();
std::string_view Script();

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PAGE_PAGE_H_
