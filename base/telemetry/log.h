#ifndef EARSHOT_BASE_TELEMETRY_LOG_H_
#define EARSHOT_BASE_TELEMETRY_LOG_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace earshot::telemetry {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kAuto, kText, kJson };  // kAuto: text on a terminal

// One key and value of a log line. Never free text of a person.
class Field {
 public:
  Field(std::string_view key, std::string_view value)
      : key_(key), text_(value), quoted_(true) {}
  Field(std::string_view key, const char* value)
      : Field(key, std::string_view(value)) {}
  Field(std::string_view key, const std::string& value)
      : Field(key, std::string_view(value)) {}
  Field(std::string_view key, bool value)
      : key_(key), text_(value ? "true" : "false") {}
  template <typename T>
  requires std::is_arithmetic_v<T> Field(std::string_view key, T value)
      : key_(key), text_(std::to_string(value)) {}

  std::string_view key() const { return key_; }
  const std::string& text() const { return text_; }
  bool quoted() const { return quoted_; }

 private:
  std::string_view key_;  // a literal
  std::string text_;
  bool quoted_ = false;
};

// A program's log: an event name and fields; text for people, JSON lines for
// machines. Levels: error = a person must act, warn = degraded, info =
// life cycle and every commit group, debug = more. Owned by main(), passed
// down by reference; any thread. Unbuffered beyond the line.
class Log {
 public:
  // Writes to standard error.
  Log(std::string_view program, Level least, LogFormat format);
  // Gives every event to `reader` instead, on the thread that wrote it.
  using Reader = std::function<void(Level level, std::string_view event,
                                    const std::vector<Field>& fields)>;
  explicit Log(Reader reader);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void Write(Level level, std::string_view event,
             std::initializer_list<Field> fields);
  void Debug(std::string_view event, std::initializer_list<Field> fields) {
    Write(Level::kDebug, event, fields);
  }
  void Info(std::string_view event, std::initializer_list<Field> fields) {
    Write(Level::kInfo, event, fields);
  }
  void Warn(std::string_view event, std::initializer_list<Field> fields) {
    Write(Level::kWarn, event, fields);
  }
  void Error(std::string_view event, std::initializer_list<Field> fields) {
    Write(Level::kError, event, fields);
  }

 private:
  struct Sink;
  const std::unique_ptr<Sink> sink_;
};

}  // namespace earshot::telemetry

#endif  // EARSHOT_BASE_TELEMETRY_LOG_H_
