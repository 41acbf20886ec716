#ifndef EARSHOT_DASHBOARD_FEED_PRINTING_BROWSER_H_
#define EARSHOT_DASHBOARD_FEED_PRINTING_BROWSER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/clock.h"

// Paper by way of the browser that is installed.
namespace earshot::feed {

// The first Chromium or Chrome of PATH. NotFound says what to install.
absl::StatusOr<std::string> FindBrowser();

// Prints a self-contained page. The page and all that the browser writes are in
// a folder that only this user reads, gone afterwards. A PDF is at most 64 MiB.
// Blocking; one thread. Unavailable: the browser failed, with its last words,
// or took longer than `limit` and was ended.
absl::StatusOr<std::string> PrintToPdf(
    const std::string& browser, std::string_view html, const os::Clock& clock,
    absl::Duration limit = absl::Seconds(60));

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PRINTING_BROWSER_H_
