#ifndef EARSHOT_DASHBOARD_FEED_TEMPLATES_BUILT_IN_H_
#define EARSHOT_DASHBOARD_FEED_TEMPLATES_BUILT_IN_H_

#include <string_view>

// The files of default/, as the program carries them.
namespace earshot::feed {

std::string_view MailSubjectTemplate();
std::string_view MailTextTemplate();
std::string_view MailHtmlTemplate();
std::string_view PageHtmlTemplate();
std::string_view BriefHtmlTemplate();
std::string_view WebhookJsonTemplate();
std::string_view SlackJsonTemplate();
std::string_view TeamsJsonTemplate();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_TEMPLATES_BUILT_IN_H_
