#include "dashboard_feed/templates/catalogue.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

#include "base/os/files.h"
#include "base/os/status_text.h"
#include "dashboard_feed/brief/brief.h"
#include "dashboard_feed/templates/built_in.h"
#include "dashboard_feed/templates/sample.h"

namespace earshot::feed {
namespace {

struct BuiltIn {
  std::string_view name;
  std::string_view (*text)();
  templates::Escaping escaping;
};

constexpr std::array<BuiltIn, 8> kBuiltIn{
    {{"mail_subject.txt", MailSubjectTemplate, templates::Escaping::kLine},
     {"mail.txt", MailTextTemplate, templates::Escaping::kText},
     {"mail.html", MailHtmlTemplate, templates::Escaping::kHtml},
     {"page.html", PageHtmlTemplate, templates::Escaping::kHtml},
     {kBriefTemplate, BriefHtmlTemplate, templates::Escaping::kHtml},
     {"webhook.json", WebhookJsonTemplate, templates::Escaping::kJson},
     {"slack.json", SlackJsonTemplate, templates::Escaping::kSlack},
     {"teams.json", TeamsJsonTemplate, templates::Escaping::kJson}}};

bool EndsWith(std::string_view name, std::string_view end) {
  return name.size() > end.size() &&
         name.substr(name.size() - end.size()) == end;
}

// mail.es.html is mail.html in Spanish: the part before the last dot but one
// and the last. Of a name without a language: itself.
std::string WithoutLanguage(const std::string& name) {
  const size_t end = name.rfind('.');
  const size_t begin =
      end == std::string::npos || end == 0 ? end : name.rfind('.', end - 1);
  if (begin == std::string::npos) return name;
  return name.substr(0, begin) + name.substr(end);
}

templates::Escaping EscapingOf(std::string_view name) {
  for (const BuiltIn& one : kBuiltIn) {
    if (one.name == name) return one.escaping;
  }
  // An organisation's own for a webhook: what is safe for Slack is safe for
  // any, and only its own shape wants Slack's marks escaped.
  return name.rfind("slack", 0) == 0 ? templates::Escaping::kSlack
                                     : templates::Escaping::kJson;
}

const std::set<std::string>& KnownNames() {
  static const std::set<std::string> kNames = [] {
    std::set<std::string> names;
    for (const SampleDigest& sample : SampleDigests()) {
      Sending sending;
      sending.links = [](const v1::DigestItem&) {
        return std::vector<Sending::Link>{{"Answer", "https://example.com"}};
      };
      templates::CollectNames(ViewOf(sample.digest, sending), names);
    }
    return names;
  }();
  return kNames;
}

templates::TemplateNames NamesFor(templates::Escaping escaping) {
  templates::TemplateNames names{KnownNames(), {}};
  if (escaping == templates::Escaping::kText) names.raw = {"digest_text"};
  if (escaping == templates::Escaping::kJson) names.raw = {"digest_json"};
  return names;
}

// On one line, or what is wrong with it.
absl::StatusOr<std::string> AsOneLine(const std::string& name,
                                      const std::string& text) {
  const auto json =
      nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InvalidArgumentError(fmt::format(
        "{} makes no JSON of this digest; look for a comma too many (lists "
        "have {{{{comma}}}}) or a missing quote",
        name));
  }
  return json.dump(-1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

std::optional<std::string_view> BuiltInTemplate(std::string_view name) {
  for (const BuiltIn& one : kBuiltIn) {
    if (one.name == name) return one.text();
  }
  return std::nullopt;
}

std::vector<std::string> BuiltInNames() {
  std::vector<std::string> names;
  names.reserve(std::size(kBuiltIn));
  for (const BuiltIn& one : kBuiltIn) names.emplace_back(one.name);
  return names;
}

absl::Status Catalogue::Add(const std::string& name, std::string text) {
  const templates::Escaping escaping = EscapingOf(WithoutLanguage(name));
  auto parsed = templates::Template::Parse(name, std::move(text), escaping,
                                           NamesFor(escaping));
  if (!parsed.ok()) return parsed.status();
  templates_.insert_or_assign(name, *std::move(parsed));
  return absl::OkStatus();
}

absl::StatusOr<Catalogue> Catalogue::Load(const std::string& folder) {
  Catalogue catalogue;
  for (const BuiltIn& one : kBuiltIn) {
    absl::Status status =
        catalogue.Add(std::string(one.name), std::string(one.text()));
    if (!status.ok()) return status;
  }
  if (folder.empty()) return catalogue;
  const auto files = os::ListFiles(folder);
  if (!files.ok()) {
    return absl::InvalidArgumentError(fmt::format(
        "templates_dir cannot be read: {}", os::StatusText(files.status())));
  }
  std::string mistakes;
  size_t taken = 0;
  for (const std::string& name : *files) {
    if (!BuiltInTemplate(WithoutLanguage(name)) && !EndsWith(name, ".json")) {
      continue;
    }
    absl::Status status = absl::OkStatus();
    if (++taken > kMostFiles) {
      status = absl::InvalidArgumentError(
          fmt::format("{}: more than {} templates", folder, kMostFiles));
    } else {
      auto text = os::ReadFile(fmt::format("{}/{}", folder, name),
                               templates::kMostTemplateBytes);
      status =
          text.ok() ? catalogue.Add(name, *std::move(text)) : text.status();
    }
    if (!status.ok()) {
      mistakes += (mistakes.empty() ? "" : "\n") + os::StatusText(status);
    }
    catalogue.replaced_.insert(name);
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  return catalogue;
}

std::vector<std::string> Catalogue::names() const {
  std::vector<std::string> names;
  for (const auto& [name, parsed] : templates_) names.push_back(name);
  return names;
}

std::string Catalogue::InLanguage(const std::string& name,
                                  const std::string& language) const {
  const size_t dot = name.rfind('.');
  for (const std::string& one :
       {language, language.substr(0, language.find('-'))}) {
    if (one.empty() || dot == std::string::npos) break;
    std::string own =
        fmt::format("{}.{}{}", name.substr(0, dot), one, name.substr(dot));
    if (Has(own)) return own;
  }
  return name;
}

absl::StatusOr<std::string> Catalogue::Render(const std::string& asked,
                                              const v1::Digest& digest,
                                              const Sending& sending) const {
  const std::string name = InLanguage(asked, digest.language());
  const auto found = templates_.find(name);
  if (found == templates_.end()) {
    return absl::NotFoundError(fmt::format("there is no template {}", name));
  }
  auto text = found->second.Render(
      ViewOf(asked == kBriefTemplate ? MakeBrief(digest) : digest, sending));
  if (!text.ok() || !EndsWith(name, ".json")) return text;
  return AsOneLine(name, *text);
}

}  // namespace earshot::feed
