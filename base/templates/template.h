#ifndef EARSHOT_BASE_TEMPLATES_TEMPLATE_H_
#define EARSHOT_BASE_TEMPLATES_TEMPLATE_H_

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/templates/escaping.h"

namespace earshot::templates {

inline constexpr size_t kMostTemplateBytes = 256 << 10;
inline constexpr size_t kMostRenderedBytes = 2 << 20;

// Which names a template may use.
struct TemplateNames {
  std::set<std::string> known;
  std::set<std::string> raw;  // of these, the ones {{{name}}} may show
};

// A text, and under has_`name` whether there is any.
void PutText(nlohmann::json& view, const char* name, const std::string& value);

// Every name in a view.
void CollectNames(const nlohmann::json& view, std::set<std::string>& names);

// A Mustache text whose every value is escaped for where it goes: variables,
// sections, inverted sections and comments. Partials and other delimiters are
// refused, and so is {{{name}}} but for whole documents that need no escaping.
// Immutable; any thread.
class Template {
 public:
  // InvalidArgument with every mistake, each with its line.
  static absl::StatusOr<Template> Parse(const std::string& name,
                                        std::string text, Escaping escaping,
                                        const TemplateNames& names);

  // ResourceExhausted past kMostRenderedBytes.
  absl::StatusOr<std::string> Render(const nlohmann::json& view) const;

  const std::string& name() const { return name_; }

 private:
  Template(std::string name, std::string text, Escaping escaping)
      : name_(std::move(name)), text_(std::move(text)), escaping_(escaping) {}

  std::string name_;
  std::string text_;
  Escaping escaping_;
};

}  // namespace earshot::templates

#endif  // EARSHOT_BASE_TEMPLATES_TEMPLATE_H_
