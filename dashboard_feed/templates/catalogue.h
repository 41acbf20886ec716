#ifndef EARSHOT_DASHBOARD_FEED_TEMPLATES_CATALOGUE_H_
#define EARSHOT_DASHBOARD_FEED_TEMPLATES_CATALOGUE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/templates/template.h"
#include "dashboard_feed/templates/view.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

inline constexpr char kBriefTemplate[] = "brief.html";

// The templates by name:
//
//   mail_subject.txt  mail.txt  mail.html  page.html
//   brief.html        of the digest's meeting brief (brief/brief.h)
//   webhook.json  slack.json  teams.json
//
// The program carries one of each; a file of the organisation's folder with
// the same name takes its place. mail.es.html is for digests whose language is
// es or, where there is none of it, es-MX. Other *.json files of the folder are
// for webhooks that name them. Immutable; any thread. At most kMostFiles files.
class Catalogue {
 public:
  static constexpr size_t kMostFiles = 64;

  // `folder` empty: those that the program carries. InvalidArgument with every
  // mistake of every file.
  static absl::StatusOr<Catalogue> Load(const std::string& folder);

  // What stands for it in a language; itself, if nothing else does.
  std::string InLanguage(const std::string& name,
                         const std::string& language) const;
  bool Has(const std::string& name) const { return templates_.contains(name); }
  std::vector<std::string> names() const;
  bool Replaced(const std::string& name) const {
    return replaced_.contains(name);
  }

  // In the digest's language. NotFound; ResourceExhausted past
  // kMostRenderedBytes; InvalidArgument when a *.json comes out as no JSON.
  // That is on one line when it comes back.
  absl::StatusOr<std::string> Render(const std::string& name,
                                     const v1::Digest& digest,
                                     const Sending& sending) const;

 private:
  Catalogue() = default;
  absl::Status Add(const std::string& name, std::string text);

  std::map<std::string, templates::Template> templates_;
  std::set<std::string> replaced_;
};

// The text of a template that the program carries; nothing: it has none.
std::optional<std::string_view> BuiltInTemplate(std::string_view name);
std::vector<std::string> BuiltInNames();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_TEMPLATES_CATALOGUE_H_
