#ifndef EARSHOT_AGENTS_PAGE_VIEWS_H_
#define EARSHOT_AGENTS_PAGE_VIEWS_H_

#include <nlohmann/json.hpp>
#include <string>

#include "agents/page/page.h"
#include "base/templates/template.h"

// What is known, as the names that the pages' parts use. Pure.
namespace earshot::agents {

// Every name but those of the words.
inline constexpr const char* kViewNames[] = {"language",
                                             "page_title",
                                             "style",
                                             "script",
                                             "site",
                                             "on_report",
                                             "on_inbox",
                                             "connected",
                                             "link",
                                             "languages",
                                             "tag",
                                             "here",
                                             "current",
                                             "name",
                                             "has_error",
                                             "error",
                                             "has_preview",
                                             "parts",
                                             "removed",
                                             "what",
                                             "text",
                                             "some_removed",
                                             "open_always",
                                             "form_token",
                                             "seen",
                                             "most_text",
                                             "typed_text",
                                             "severities",
                                             "value",
                                             "selected",
                                             "label",
                                             "named",
                                             "quote",
                                             "typed_name",
                                             "more_open",
                                             "kinds",
                                             "safety",
                                             "has_issues",
                                             "issues",
                                             "title",
                                             "state",
                                             "id",
                                             "me_too_label",
                                             "has_receipt",
                                             "receipt",
                                             "has_removed",
                                             "next",
                                             "urgent",
                                             "done",
                                             "may_remember",
                                             "has_message",
                                             "message",
                                             "typed_receipt",
                                             "has_mine",
                                             "mine",
                                             "number",
                                             "hint",
                                             "has_questions",
                                             "questions",
                                             "code",
                                             "asked_by",
                                             "options",
                                             "open_text",
                                             "has_guidance",
                                             "guidance",
                                             "by",
                                             "has_news",
                                             "news",
                                             "at",
                                             "report_state",
                                             "has_answers",
                                             "answers",
                                             "asks",
                                             "typed_reason",
                                             "has_said",
                                             "said",
                                             "may_change",
                                             "action",
                                             "fields",
                                             "heading",
                                             "has_next",
                                             "for_phones",
                                             "on_phone",
                                             "is_stranger",
                                             "at_machine",
                                             "has_code",
                                             "scan",
                                             "qr_side",
                                             "qr_path",
                                             "address",
                                             "has_fingerprint",
                                             "fingerprint",
                                             "has_phones",
                                             "phones_paired",
                                             "may_pair",
                                             "is_paired",
                                             "paired_until"};

// What is shown while there is no connection.
std::string LinkWords(const Frame& frame);

// A text as it would be sent: stretches, the removed ones as what they were.
void PutParts(const nlohmann::json& preview, nlohmann::json& view);

void PutReport(const ReportView& report, const Frame& frame,
               nlohmann::json& view);
void PutRecorded(const Done& done, const Frame& frame, nlohmann::json& view);
void PutInbox(const InboxView& inbox, const Frame& frame, nlohmann::json& view);
void PutOpened(const OpenedView& opened, const Frame& frame,
               nlohmann::json& view);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PAGE_VIEWS_H_
