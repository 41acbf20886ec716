#ifndef EARSHOT_BASE_TEMPLATES_ESCAPING_H_
#define EARSHOT_BASE_TEMPLATES_ESCAPING_H_

#include <string>
#include <string_view>

// What makes a value harmless where a template puts it. Pure.
namespace earshot::templates {

enum class Escaping {
  kText,   // a mail's plain text: nothing that moves a cursor
  kLine,   // one line, such as a subject
  kHtml,   // between tags and in quoted attributes
  kJson,   // within a JSON string
  kSlack,  // Slack's markup within a JSON string: no mentions, no links
};

std::string Escape(Escaping escaping, std::string_view value);

}  // namespace earshot::templates

#endif  // EARSHOT_BASE_TEMPLATES_ESCAPING_H_
