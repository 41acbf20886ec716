#include "base/config/text_config.h"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/os/files.h"

namespace earshot::config {
namespace {

constexpr size_t kMostMistakes = 50;

class Collector final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber /*column*/,
                const std::string& message) override {
    errors.push_back({line + 1, message});
  }
  // The parser's warnings are unknown fields, which it then skips; they are
  // mistakes here.
  void AddWarning(int line, google::protobuf::io::ColumnNumber /*column*/,
                  const std::string& message) override {
    warnings.push_back({line + 1, message});
  }
  std::vector<Mistake> errors;
  std::vector<Mistake> warnings;
};

void BlankLine(std::string& text, int line) {
  size_t start = 0;
  for (int i = 1; i < line && start != std::string::npos; ++i) {
    start = text.find('\n', start);
    if (start != std::string::npos) ++start;
  }
  if (start == std::string::npos) return;
  const size_t end = std::min(text.find('\n', start), text.size());
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(start),
            text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
}

void NoteLines(const google::protobuf::TextFormat::ParseInfoTree& places,
               const google::protobuf::Message& message, FieldLines& lines) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const auto* field : fields) {
    const bool repeated = field->is_repeated();
    const int count =
        repeated ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      lines[{field->name(), i}] =
          places.GetLocation(field, repeated ? i : -1).line + 1;
    }
  }
}

}  // namespace

std::vector<Mistake> ParseText(const std::string& text,
                               google::protobuf::Message& message,
                               FieldLines* lines) {
  std::string rest = text;
  std::vector<Mistake> mistakes;
  std::set<std::pair<int, std::string>> seen;
  const auto note = [&](const std::vector<Mistake>& found) {
    for (const Mistake& mistake : found) {
      if (seen.emplace(mistake.line, mistake.text).second) {
        mistakes.push_back(mistake);
      }
    }
  };
  // The parser stops at the first wrong value: blank its line and go on, so
  // that one run lists them all.
  while (mistakes.size() < kMostMistakes) {
    Collector collector;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&collector);
    parser.AllowUnknownField(true);
    google::protobuf::TextFormat::ParseInfoTree places;
    parser.WriteLocationsTo(&places);
    message.Clear();
    const bool parsed = parser.ParseFromString(rest, &message);
    note(collector.warnings);
    note(collector.errors);
    if (parsed) {
      if (lines != nullptr) NoteLines(places, message, *lines);
      break;
    }
    const std::string before = rest;
    if (!collector.errors.empty()) BlankLine(rest, collector.errors[0].line);
    if (rest == before) break;
  }
  std::sort(mistakes.begin(), mistakes.end(),
            [](const Mistake& a, const Mistake& b) { return a.line < b.line; });
  return mistakes;
}

absl::Status AsStatus(const std::string& path,
                      const std::vector<Mistake>& mistakes) {
  if (mistakes.empty()) return absl::OkStatus();
  std::string text;
  for (size_t i = 0; i < mistakes.size(); ++i) {
    const Mistake& mistake = mistakes[i];
    if (!text.empty()) text += '\n';
    if (i == kMostMistakes) {
      text += fmt::format("{}: and {} mistakes more", path,
                          mistakes.size() - kMostMistakes);
      break;
    }
    text += mistake.line > 0
                ? fmt::format("{}:{}: {}", path, mistake.line, mistake.text)
                : fmt::format("{}: {}", path, mistake.text);
  }
  return absl::InvalidArgumentError(text);
}

absl::Status LoadFile(const std::string& path,
                      google::protobuf::Message& message, FieldLines* lines) {
  const auto text = os::ReadFile(path, kMostBytes);
  if (!text.ok()) return text.status();
  return AsStatus(path, ParseText(*text, message, lines));
}

}  // namespace earshot::config
