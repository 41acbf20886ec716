#include "base/templates/escaping.h"

#include <nlohmann/json.hpp>

namespace earshot::templates {
namespace {

// Without the quotes around it.
std::string AsJson(const std::string& value) {
  const std::string quoted = nlohmann::json(value).dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

std::string AsMarkup(std::string_view value, bool quotes) {
  std::string out;
  for (const char c : value) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += quotes ? "&quot;" : "\"";
        break;
      case '\'':
        out += quotes ? "&#39;" : "'";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// C0, DEL, and C1, which is C2 80 to C2 9F in UTF-8.
std::string Plain(std::string_view value, bool keep_lines) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    const bool line = value[i] == '\n' && keep_lines;
    const bool c1 = byte == 0xC2 && i + 1 < value.size() &&
                    static_cast<unsigned char>(value[i + 1]) < 0xA0;
    if (c1) ++i;
    out += (byte < 0x20 && !line) || byte == 0x7F || c1 ? ' ' : value[i];
  }
  return out;
}

}  // namespace

std::string Escape(Escaping escaping, std::string_view value) {
  switch (escaping) {
    case Escaping::kText:
      return Plain(value, true);
    case Escaping::kLine:
      return Plain(value, false);
    case Escaping::kHtml:
      return AsMarkup(Plain(value, true), true);
    case Escaping::kJson:
      return AsJson(std::string(value));
    case Escaping::kSlack:
      return AsJson(AsMarkup(Plain(value, true), false));
  }
  return {};
}

}  // namespace earshot::templates
