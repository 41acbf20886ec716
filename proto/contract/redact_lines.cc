#include "proto/contract/redact_lines.h"

#include <istream>
#include <ostream>
#include <vector>

#include "fmt/format.h"
#include "proto/contract/redact_json.h"

namespace earshot::contract {
namespace {

std::string SpanList(const std::vector<RedactedSpan>& spans) {
  std::string list = "[";
  for (const RedactedSpan& span : spans) {
    if (list.size() > 1) list += ", ";
    list += fmt::format(R"({{"start": {}, "end": {}, "type": "{}"}})",
                        span.start, span.end, PersonalKindName(span.kind));
  }
  return list + "]";
}

// The quoted text with placeholders; escapes outside of them stay as they are.
std::string Splice(std::string_view quoted,
                   const redact::DecodedString& decoded,
                   const std::vector<RedactedSpan>& spans) {
  std::string out;
  size_t done = 0;
  for (const RedactedSpan& span : spans) {
    const size_t begin = decoded.origins[span.byte_start];
    out += quoted.substr(done, begin - done);
    out += fmt::format("[{}]", PersonalKindName(span.kind));
    done = decoded.origins[span.byte_end];
  }
  out += quoted.substr(done);
  return out;
}

enum class ReadResult { kLine, kTooLong, kEnd };

// Reads up to a line feed, which is taken but not kept. What is above the
// longest line is skipped.
class LineReader {
 public:
  explicit LineReader(std::istream& in) : in_(*in.rdbuf()) {}

  ReadResult Next(std::string* line, bool* terminated) {
    line->clear();
    *terminated = false;
    bool too_long = false;
    bool any = false;
    for (;;) {
      const int next = in_.sbumpc();
      if (next == std::char_traits<char>::eof()) break;
      any = true;
      if (next == '\n') {
        *terminated = true;
        break;
      }
      if (line->size() < kLongestLine) {
        line->push_back(static_cast<char>(next));
      } else {
        too_long = true;
      }
    }
    if (!any) return ReadResult::kEnd;
    return too_long ? ReadResult::kTooLong : ReadResult::kLine;
  }

 private:
  std::streambuf& in_;
};

}  // namespace

std::string RedactLine(const Redactor& redactor, std::string_view line) {
  const std::optional<redact::JsonLine> json = redact::LocateText(line);
  if (!json.has_value()) return redactor.Redact(line).text;
  const std::string_view quoted =
      line.substr(json->text.begin, json->text.end - json->text.begin);
  const redact::DecodedString decoded = redact::DecodeJsonString(quoted);
  const std::vector<RedactedSpan> spans = redactor.Redact(decoded.text).spans;
  const std::string text = Splice(quoted, decoded, spans);
  const std::string list = SpanList(spans);
  const std::string_view before = line.substr(0, json->text.begin);
  const std::string_view tail = line.substr(json->close);
  const redact::ByteRange old = json->redacted;
  if (old.end == 0) {
    const std::string_view between =
        line.substr(json->text.end, json->close - json->text.end);
    return fmt::format(R"({}{}{}, "redacted": {}{})", before, text, between,
                       list, tail);
  }
  if (old.begin > json->text.end) {
    return fmt::format("{}{}{}{}{}", before, text,
                       line.substr(json->text.end, old.begin - json->text.end),
                       list, line.substr(old.end));
  }
  return fmt::format("{}{}{}{}{}", line.substr(0, old.begin), list,
                     line.substr(old.end, json->text.begin - old.end), text,
                     line.substr(json->text.end));
}

int RedactStream(const Redactor& redactor, std::istream& in, std::ostream& out,
                 const std::function<void(std::string_view)>& report) {
  LineReader reader(in);
  std::string line;
  bool terminated = false;
  int result = 0;
  for (size_t number = 1;; ++number) {
    const ReadResult read = reader.Next(&line, &terminated);
    if (read == ReadResult::kEnd) break;
    if (read == ReadResult::kTooLong) {
      result = 1;
      if (report) {
        report(fmt::format("line {} is longer than {} bytes: left out", number,
                           kLongestLine));
      }
    } else {
      out << RedactLine(redactor, line);
    }
    if (terminated) out << '\n';
    if (!out.good()) {
      if (report) report(fmt::format("line {} cannot be written", number));
      return 1;
    }
  }
  out.flush();
  return out.good() ? result : 1;
}

}  // namespace earshot::contract
