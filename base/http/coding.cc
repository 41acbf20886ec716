#include "base/http/coding.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace earshot::http {
namespace {

constexpr int kLevel = 5;  // beyond it a page of text is hardly shorter
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemory = 8;

// Of ";q=0.5" whether it is above zero.
bool Wanted(absl::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == absl::string_view::npos) return true;
  return parameters.substr(at + 2).find_first_of("123456789") !=
         absl::string_view::npos;
}

absl::string_view Piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

bool IsText(std::string_view content_type) {
  const absl::string_view type = absl::StripAsciiWhitespace(
      Piece(content_type.substr(0, content_type.find(';'))));
  if (absl::StartsWith(type, "text/")) return type != "text/event-stream";
  return type == "application/json" || type == "application/javascript" ||
         absl::EndsWith(type, "+json") || absl::EndsWith(type, "+xml");
}

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  for (const absl::string_view one :
       absl::StrSplit(Piece(accept_encoding), ',')) {
    const size_t mark = std::min(one.find(';'), one.size());
    const absl::string_view name =
        absl::StripAsciiWhitespace(one.substr(0, mark));
    if (absl::EqualsIgnoreCase(name, "gzip") ||
        absl::EqualsIgnoreCase(name, "x-gzip")) {
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
