#ifndef EARSHOT_AGENTS_PAGE_FORMS_H_
#define EARSHOT_AGENTS_PAGE_FORMS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "earshot/v1/control.pb.h"

// What the forms of the page say, as requests to the station. Pure.
namespace earshot::agents {

using Fields = std::map<std::string, std::string>;

inline constexpr size_t kMostTextOnPage = 4000;  // characters
inline constexpr size_t kMostRemembered = 8;     // receipts in a browser

// A report as it was typed, also when it is wrong.
struct ReportForm {
  std::string text;
  uint32_t severity = 3;
  bool named = false;
  std::string name;
  bool quote = false;  // of an anonymous one; named ones may be quoted
  std::string kind;    // as contract::KindName; empty: not said
  bool safety = false;
};

// Line ends become line feeds; blanks at the ends go.
ReportForm ReportFrom(const Fields& fields);

// The key of the words for what is wrong with it; empty: nothing.
std::string MistakeIn(const ReportForm& form);

// For `observe`, and for `preview`.
v1::ControlRequest RequestOf(const ReportForm& form, const char* command);

// Somebody sees an issue that is known here as well. `issue`: its id's bytes.
v1::ControlRequest MeTooRequest(const std::string& issue,
                                const std::string& title);

// verdict, reply, correct, withdraw.
v1::ControlRequest VerdictRequest(const Fields& fields);
v1::ControlRequest ReplyRequest(const Fields& fields);
v1::ControlRequest CorrectRequest(const Fields& fields);
v1::ControlRequest WithdrawRequest(const Fields& fields);

// Stands for what these fields say but for `form` and `seen`: who comes back
// with it has been shown what would be sent.
std::string SeenMark(const Fields& fields);

// Receipts that a cookie has, the latest first; what is none is left out.
std::vector<std::string> ReceiptsIn(const std::string& cookie);
std::string CookieOf(const std::vector<std::string>& receipts);

// How many code points.
size_t LengthOf(const std::string& utf8);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PAGE_FORMS_H_
