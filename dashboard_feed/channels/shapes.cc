#include "dashboard_feed/channels/shapes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Shorten(Json& text, size_t most) {
  if (!text.is_string()) return;
  std::string value = text.get<std::string>();
  if (value.size() <= most) return;
  size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) {
    --end;
  }
  // An entity cut in half would show as it stands.
  const size_t entity = value.find_last_of('&', end == 0 ? 0 : end - 1);
  if (entity != std::string::npos && end - entity < 6 &&
      value.substr(entity, end - entity).find(';') == std::string::npos) {
    end = entity;
  }
  text = value.substr(0, end) + "...";
}

std::string FitSlack(Json message, const std::string& more) {
  const auto blocks = message.find("blocks");
  if (message.contains("text")) Shorten(message["text"], kSlackTextBytes);
  if (blocks == message.end() || !blocks->is_array()) return Dump(message);
  for (Json& block : *blocks) {
    if (!block.is_object() || !block.contains("text")) continue;
    Json& text = block["text"];
    if (!text.is_object() || !text.contains("text")) continue;
    const bool header = block.value("type", "") == "header";
    Shorten(text["text"], header ? kSlackHeaderBytes : kSlackTextBytes);
  }
  if (blocks->size() > kSlackBlocks) {
    while (blocks->size() >= kSlackBlocks) blocks->erase(blocks->size() - 1);
    blocks->push_back({{"type", "section"},
                       {"text", {{"type", "plain_text"}, {"text", more}}}});
  }
  return Dump(message);
}

std::string FitTeams(Json message, const std::string& more) {
  std::string text = Dump(message);
  if (text.size() <= kTeamsBytes) return text;
  const Json::json_pointer place("/attachments/0/content/body");
  if (!message.contains(place) || !message[place].is_array()) return text;
  Json& body = message[place];
  const Json line = {
      {"type", "RichTextBlock"},
      {"inlines", Json::array({{{"type", "TextRun"}, {"text", more}}})}};
  size_t bytes = text.size() + Dump(line).size() + 1;
  while (bytes > kTeamsBytes && !body.empty()) {
    bytes -= std::min(bytes, Dump(body.back()).size() + 1);
    body.erase(body.size() - 1);
  }
  body.push_back(line);
  return Dump(message);
}

}  // namespace

std::string FitShape(v1::WebhookChannel::Shape shape, const std::string& body,
                     const std::string& more) {
  if (shape != v1::WebhookChannel::SLACK &&
      shape != v1::WebhookChannel::TEAMS) {
    return body;
  }
  Json message = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!message.is_object()) return body;
  return shape == v1::WebhookChannel::SLACK
             ? FitSlack(std::move(message), more)
             : FitTeams(std::move(message), more);
}

}  // namespace earshot::feed
