#include "base/http/coding.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace earshot::http {
namespace {

constexpr int kLevel = 5;  // beyond it a page of text is hardly shorter
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemory = 8;

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool Same(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

// Of ";q=0.5" whether it is above zero.
bool Wanted(std::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return true;
  const std::string_view weight = parameters.substr(at + 2);
  return weight.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

bool IsText(std::string_view content_type) {
  const std::string_view type =
      Trimmed(content_type.substr(0, content_type.find(';')));
  if (type.substr(0, 5) == "text/") return type != "text/event-stream";
  const auto ends = [&](std::string_view with) {
    return type.size() >= with.size() &&
           type.substr(type.size() - with.size()) == with;
  };
  return type == "application/json" || type == "application/javascript" ||
         ends("+json") || ends("+xml");
}

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const size_t end =
        std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view one = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(accept_encoding.size(), end + 1));
    const size_t mark = std::min(one.find(';'), one.size());
    const std::string_view name = Trimmed(one.substr(0, mark));
    if (Same(name, "gzip") || Same(name, "x-gzip")) {
      return Wanted(one.substr(mark));
    }
    if (name == "*") any = Wanted(one.substr(mark));
  }
  return any;
}

std::string Gzip(std::string_view body) {
  z_stream stream{};
  if (body.size() > std::numeric_limits<uInt>::max() ||
      ::deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(::deflateBound(&stream, static_cast<uLong>(body.size())),
                  '\0');
  // zlib reads it alone.
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int done = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return done == Z_STREAM_END ? out : std::string();
}

}  // namespace earshot::http
