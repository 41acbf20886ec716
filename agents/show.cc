#include "agents/show.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace earshot::agents {
namespace {

using nlohmann::json;

std::string Bold(const std::string& text, const ShowStyle& style) {
  return style.colour ? "\x1b[1m" + text + "\x1b[0m" : text;
}

std::string LocalTime(const json& stamp, const ShowStyle& style) {
  if (!stamp.is_string()) return "never";
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, stamp.get<std::string>(), &time,
                       &error)) {
    return stamp.get<std::string>();
  }
  return absl::FormatTime("%Y-%m-%d %H:%M", time, style.zone);
}

// Control characters of a text that came from far away must not reach the
// terminal.
std::string Printable(const json& value) {
  std::string text = value.get<std::string>();
  for (char& c : text) {
    if ((c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == 127) c = '?';
  }
  return text;
}

std::string ShowAnswer(const json& item, const ShowStyle& style) {
  std::string head =
      fmt::format("#{}  {}  {}  {}", item["insight"].get<uint64_t>(),
                  Printable(item["state"]), LocalTime(item["at"], style),
                  Printable(item["leader"]));
  if (item["new"].get<bool>()) head += "  (new)";
  std::string out = Bold(head, style) + "\n";
  if (item["reports"].get<uint64_t>() > 1) {
    out += fmt::format("    to {} reports\n", item["reports"].get<uint64_t>());
  }
  if (!item["receipt"].get<std::string>().empty()) {
    out +=
        fmt::format("    to your report {}-...\n", Printable(item["receipt"]));
  }
  out += "    " + Printable(item["text"]) + "\n";
  if (!item["asks_verdict"].get<bool>()) return out;
  const std::string said = Printable(item["fixed"]);
  if (!said.empty()) return out + "    fixed? you said: " + said + "\n";
  return out +
         "    Is it fixed?  earshot-agent verdict yes|no|cannot-tell "
         "RECEIPT\n";
}

std::string ShowQuestions(const json& questions, const ShowStyle& style) {
  if (!questions.is_array() || questions.empty()) return "";
  std::string out = Bold("questions to you", style) + "\n\n";
  for (const json& item : questions) {
    out += Bold(fmt::format("{} asks, until {}", Printable(item["leader"]),
                            LocalTime(item["closes_at"], style)),
                style) +
           "\n    " + Printable(item["text"]) + "\n";
    std::string value = "'...'";
    if (item.contains("options")) {
      int number = 0;
      for (const json& option : item["options"]) {
        out += fmt::format("      {} {}\n", ++number, Printable(option));
      }
      value = fmt::format("1 to {}", number);
    } else if (item.contains("low")) {
      value = fmt::format("{} to {}", item["low"].get<uint32_t>(),
                          item["high"].get<uint32_t>());
    }
    out += fmt::format("    earshot-agent reply {} {}\n\n",
                       Printable(item["code"]), value);
  }
  return out;
}

std::string ShowGuidance(const json& guidance, const ShowStyle& style) {
  if (!guidance.is_array() || guidance.empty()) return "";
  std::string out = Bold("guidance", style) + "\n\n";
  for (const json& item : guidance) {
    std::string roles;
    for (const json& role : item["roles"]) {
      roles += (roles.empty() ? "  for " : ", ") + Printable(role);
    }
    out += fmt::format("{}  {}{}{}\n    {}\n\n", LocalTime(item["at"], style),
                       Printable(item["leader"]), roles,
                       item["new"].get<bool>() ? "  (new)" : "",
                       Printable(item["text"]));
  }
  return out;
}

std::string ShowSection(const json& items, const std::string& title,
                        const ShowStyle& style) {
  if (!items.is_array() || items.empty()) return "";
  std::string out = Bold(title, style) + "\n\n";
  for (const json& item : items) out += ShowAnswer(item, style) + "\n";
  return out;
}

std::string ShowRefused(const json& refused, const ShowStyle& style) {
  if (refused.empty()) return "";
  std::string out = "\n" + Bold("refused by the router", style) + "\n";
  for (const json& record : refused) {
    out += fmt::format("  lane {} number {}  {}: {}\n",
                       record["lane"].get<uint64_t>(),
                       record["seq"].get<uint64_t>(), Printable(record["code"]),
                       Printable(record["text"]));
  }
  return out;
}

std::string Sites(const json& sites) {
  std::string list;
  for (const json& site : sites) {
    list += (list.empty() ? "" : ", ") + Printable(site);
  }
  return list.empty() ? "any" : list;
}

}  // namespace

std::string ShowStatus(const std::string& text, const ShowStyle& style) {
  const json body = json::parse(text, nullptr, false);
  if (!body.is_object()) return text;
  const bool running = body["running"].get<bool>();
  const char* link = !running                           ? "no daemon runs here"
                     : body["session_open"].get<bool>() ? "connected"
                                                        : "not connected";
  std::string out;
  const auto line = [&](const char* name, const std::string& value) {
    out += fmt::format("{:<14} {}\n", name, value);
  };
  line("router",
       fmt::format("{}  {}", Printable(body["router"]), Bold(link, style)));
  if (!running) {
    line("next", "start it: earshot-agent run");
  } else if (!body["problem"].get<std::string>().empty()) {
    line("next", Printable(body["problem"]));
  }
  line("last contact", LocalTime(body["last_contact"], style));
  if (!body["peer"].get<std::string>().empty()) {
    line("enrolled as", fmt::format("{}  sites {}", Printable(body["peer"]),
                                    Sites(body["sites"])));
  }
  line("site", fmt::format("{}  channel {}", Printable(body["site"]),
                           Printable(body["channel"])));
  line("spool", fmt::format("{:.1f} of {:.0f} MiB  epoch {}",
                            body["spool_bytes"].get<double>() / (1 << 20),
                            body["spool_cap_bytes"].get<double>() / (1 << 20),
                            Printable(body["epoch"])));
  line("oldest waiting", body["oldest_unacked"].is_null()
                             ? "none waits"
                             : LocalTime(body["oldest_unacked"], style));
  if (const auto alarms = body["alarms"].get<uint64_t>(); alarms > 0) {
    line("alarms", fmt::format("{}: this spool was copied or restored; make "
                               "sure one machine alone uses it",
                               alarms));
  }
  out += fmt::format("\n{:<10}{:>12}{:>12}{:>12}\n", "lane", "spooled", "sent",
                     "acked");
  for (const json& lane : body["lanes"]) {
    out += fmt::format("{:<10}{:>12}{:>12}{:>12}\n", Printable(lane["lane"]),
                       lane["spooled"].get<uint64_t>(),
                       lane["sent"].get<uint64_t>(),
                       lane["acked"].get<uint64_t>());
  }
  return out + ShowRefused(body["refused"], style);
}

std::string ShowInbox(const std::string& text, const ShowStyle& style) {
  const json body = json::parse(text, nullptr, false);
  if (!body.is_object()) return text;
  std::string out =
      ShowQuestions(body.value("questions", json()), style) +
      ShowSection(body.value("answers", json()), "answers to you", style) +
      ShowSection(body.value("imported", json()), "answers to this site",
                  style);
  out += ShowGuidance(body.value("guidance", json()), style);
  const json issues = body.value("issues", json::array());
  if (!issues.empty()) out += Bold("known at this site", style) + "\n\n";
  for (const json& item : issues) {
    out += fmt::format("#{}  {}  {}{}\n", item["insight"].get<uint64_t>(),
                       Printable(item["state"]), Printable(item["title"]),
                       &item == &issues.back() ? "\n" : "");
  }
  const json news = body.value("news", json::array());
  if (!news.empty()) out += Bold("news of the site", style) + "\n\n";
  for (const json& item : news) {
    out +=
        fmt::format("#{}  {}  {}\n    {}\n\n", item["insight"].get<uint64_t>(),
                    LocalTime(item["at"], style), Printable(item["site"]),
                    Printable(item["text"]));
  }
  if (out.empty()) {
    out = body.contains("state")
              ? fmt::format("no answer yet; the report is {}\n",
                            Printable(body["state"]))
              : "no answers yet; an anonymous report's answer opens with "
                "--receipt CODE\n";
  }
  return out;
}

std::string ShowRecorded(const std::string& text) {
  const json body = json::parse(text, nullptr, false);
  if (!body.is_object()) return text;
  std::string out =
      body["receipt"].get<std::string>().empty()
          ? "recorded, but the receipt could not be stored: answers to it "
            "cannot be shown\n"
          : fmt::format("recorded  receipt {}\n", Printable(body["receipt"]));
  if (const auto count = body["redactions"].get<uint64_t>(); count > 0) {
    out += fmt::format(
        "{} personal {} removed before it was stored\n", count,
        count == 1 ? "number or address was" : "numbers or addresses were");
  }
  out += fmt::format("{}  site {}{}\n", Printable(body["next"]),
                     Printable(body["site"]),
                     body["urgent"].get<bool>() ? ", urgent" : "");
  return out;
}

}  // namespace earshot::agents
