#include "base/telemetry/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

namespace earshot::telemetry {
namespace {

spdlog::level::level_enum Spd(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// A JSON string, quotes included; bytes that are not UTF-8 are replaced, so
// that a line is always valid.
std::string JsonString(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

bool PlainWord(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == 127) return false;
  }
  return true;
}

}  // namespace

struct Log::Sink {
  std::unique_ptr<spdlog::logger> logger;
  bool json = false;
  Reader reader;
};

Log::Log(Reader reader) : sink_(std::make_unique<Sink>()) {
  sink_->reader = std::move(reader);
}

Log::Log(std::string_view program, Level least, LogFormat format)
    : sink_(std::make_unique<Sink>()) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  sink_->json =
      format == LogFormat::kJson || (format == LogFormat::kAuto && !terminal);
  spdlog::sink_ptr sink;
  if (terminal && !sink_->json) {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  sink_->logger = std::make_unique<spdlog::logger>(std::string(program), sink);
  sink_->logger->set_level(Spd(least));
  sink_->logger->flush_on(spdlog::level::debug);
  if (sink_->json) {
    sink_->logger->set_pattern(
        R"({"ts":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","program":"%n",%v})",
        spdlog::pattern_time_type::utc);
  } else {
    sink_->logger->set_pattern("%H:%M:%S.%e %^%-5l%$ %v");
  }
}

Log::~Log() = default;

void Log::Write(Level level, std::string_view event,
                std::initializer_list<Field> fields) {
  if (sink_->reader) {
    sink_->reader(level, event, fields);
    return;
  }
  if (!sink_->logger->should_log(Spd(level))) return;
  std::string line;
  if (sink_->json) {
    line = "\"event\":" + JsonString(event);
    for (const Field& field : fields) {
      line += ",\"";
      line += field.key();
      line += "\":";
      line += field.quoted() ? JsonString(field.text()) : field.text();
    }
  } else {
    line = event;
    for (const Field& field : fields) {
      line += ' ';
      line += field.key();
      line += '=';
      line += !field.quoted() || PlainWord(field.text())
                  ? field.text()
                  : JsonString(field.text());
    }
  }
  sink_->logger->log(Spd(level), "{}", line);
}

}  // namespace earshot::telemetry
