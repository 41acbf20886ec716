#ifndef EARSHOT_AGENTS_COMMAND_OPTIONS_H_
#define EARSHOT_AGENTS_COMMAND_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agents/settings.h"

// What the command line gave, and what is done with it. Each command returns
// the program's exit code and writes for people.
namespace earshot::agents {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

struct GlobalOptions {
  SettingsSource source;
  std::string log_level = "info";
  std::string log_format = "auto";
};

struct ReportOptions {
  std::string receipt;  // of withdraw and correct
  std::string text;     // "-": standard input
  std::vector<std::string> tags;
  uint32_t severity = 0;
  std::string kind;
  std::string subject;
  std::string site;
  std::string channel;
  std::string name;
  bool anonymous = false;
  bool resolved_on_the_spot = false;
  std::string spent;
  std::string thanks;
  std::string thanks_site;
  std::string promise;
  bool kept = false;
  bool broken = false;
  bool quote = false;
  bool no_quote = false;
};

struct VerdictOptions {
  std::string fixed;  // yes, no, cannot-tell
  std::string receipt;
  std::string reason;
};

struct ReplyOptions {
  std::string question;
  std::string said;  // "-": standard input
  std::string receipt;
};

struct ImportOptions {
  std::string file;
  std::string source;
  std::string format;
  double pace = 0;
};

struct ListOptions {
  std::string language;  // es, fr-CA; empty: that of the session
  bool json = false;
  std::string receipt;
};

struct PhonesOptions {
  bool pair = false;
  bool hide = false;
  bool unpair = false;
  bool json = false;
};

int ObserveCommand(const GlobalOptions& global, const ReportOptions& options);
int WithdrawCommand(const GlobalOptions& global, const ReportOptions& options);
int CorrectCommand(const GlobalOptions& global, const ReportOptions& options);
int VerdictCommand(const GlobalOptions& global, const VerdictOptions& options);
int ReplyCommand(const GlobalOptions& global, const ReplyOptions& options);
int ImportCommand(const GlobalOptions& global, const ImportOptions& options);
int StatusCommand(const GlobalOptions& global, const ListOptions& options);
int InboxCommand(const GlobalOptions& global, const ListOptions& options);
int PhonesCommand(const GlobalOptions& global, const PhonesOptions& options);
int RedactCommand(const GlobalOptions& global);

// Prints the error; the exit code that it stands for.
int Fail(const absl::Status& status, int code = kFailed);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_COMMAND_OPTIONS_H_
