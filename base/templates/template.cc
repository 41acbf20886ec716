#include "base/templates/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <utility>
#include <vector>

namespace earshot::templates {
namespace {

namespace mustache = kainjow::mustache;

mustache::data DataOf(const nlohmann::json& value) {
  if (value.is_object()) {
    mustache::data object{mustache::data::type::object};
    for (const auto& [key, part] : value.items()) object.set(key, DataOf(part));
    return object;
  }
  if (value.is_array()) {
    mustache::data list{mustache::data::type::list};
    for (const auto& part : value) list.push_back(DataOf(part));
    return list;
  }
  if (value.is_boolean()) return mustache::data{value.get<bool>()};
  if (value.is_string()) return mustache::data{value.get<std::string>()};
  return mustache::data{value.dump()};
}

// Where one tag stands and what is in it.
struct Tag {
  size_t line = 1;
  std::string inside;
};

std::vector<Tag> TagsOf(const std::string& text) {
  std::vector<Tag> tags;
  size_t at = 0;
  size_t line = 1;
  size_t counted = 0;
  while ((at = text.find("{{", at)) != std::string::npos) {
    line += static_cast<size_t>(
        std::count(text.begin() + static_cast<ptrdiff_t>(counted),
                   text.begin() + static_cast<ptrdiff_t>(at), '\n'));
    counted = at;
    const size_t end = text.find("}}", at + 2);
    if (end == std::string::npos) break;  // the parser says so
    tags.push_back({line, text.substr(at + 2, end - at - 2)});
    at = end + 2;
  }
  return tags;
}

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(
      text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

// What is wrong with one tag; empty: nothing.
std::string MistakeIn(const std::string& inside, const TemplateNames& names) {
  const std::string tag = Trimmed(inside);
  if (tag.empty()) return "an empty tag; write a name between the braces";
  const char sign = tag[0];
  if (sign == '!') return {};
  if (sign == '>' || sign == '=') {
    return fmt::format(
        "'{}' is not supported here: no partials and no other "
        "delimiters; write the text in place",
        tag);
  }
  const bool section = sign == '#' || sign == '^' || sign == '/';
  const bool raw = sign == '{' || sign == '&';
  const std::string name = section || raw ? Trimmed(tag.substr(1)) : tag;
  if (!names.known.contains(name)) {
    return fmt::format(
        "there is no '{}'; docs/reference/templates.md lists "
        "the names",
        name);
  }
  if (raw && !names.raw.contains(name)) {
    return fmt::format("'{}' may not go in unescaped; write {{{{{}}}}}", name,
                       name);
  }
  return {};
}

}  // namespace

void PutText(nlohmann::json& view, const char* name, const std::string& value) {
  view[name] = value;
  view[std::string("has_") + name] = !value.empty();
}

void CollectNames(const nlohmann::json& view, std::set<std::string>& names) {
  if (view.is_array()) {
    for (const auto& part : view) CollectNames(part, names);
  }
  if (!view.is_object()) return;
  for (const auto& [key, part] : view.items()) {
    names.insert(key);
    CollectNames(part, names);
  }
}

absl::StatusOr<Template> Template::Parse(const std::string& name,
                                         std::string text, Escaping escaping,
                                         const TemplateNames& names) {
  std::string mistakes;
  const auto add = [&](const std::string& mistake) {
    mistakes += (mistakes.empty() ? "" : "\n") + mistake;
  };
  for (const Tag& tag : TagsOf(text)) {
    const std::string mistake = MistakeIn(tag.inside, names);
    if (!mistake.empty()) {
      add(fmt::format("{}:{}: {}", name, tag.line, mistake));
    }
  }
  if (mistakes.empty()) {
    const mustache::mustache parsed(text);
    if (!parsed.is_valid()) {
      add(fmt::format("{}: {}", name, parsed.error_message()));
    }
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  return Template(name, std::move(text), escaping);
}

absl::StatusOr<std::string> Template::Render(const nlohmann::json& view) const {
  mustache::mustache parsed(text_);
  const Escaping escaping = escaping_;
  parsed.set_custom_escape(
      [escaping](const std::string& value) { return Escape(escaping, value); });
  std::string out;
  const mustache::data data = DataOf(view);
  parsed.render(data, [&](const std::string& part) {
    if (out.size() <= kMostRenderedBytes) out += part;
  });
  if (!parsed.is_valid()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", name_, parsed.error_message()));
  }
  if (out.size() > kMostRenderedBytes) {
    return absl::ResourceExhaustedError(
        fmt::format("{} makes more than {} MiB; leave something out of it",
                    name_, kMostRenderedBytes >> 20));
  }
  return out;
}

}  // namespace earshot::templates
