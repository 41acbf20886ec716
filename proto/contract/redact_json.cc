#include "proto/contract/redact_json.h"

namespace earshot::contract::redact {
namespace {

constexpr int kDeepest = 64;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Steps through a line and says no at the first byte that is not JSON.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : line_(line) {}

  std::optional<JsonLine> Run() {
    SkipBlanks();
    JsonLine found;
    if (!Object(&found)) return std::nullopt;
    SkipBlanks();
    if (at_ != line_.size() || texts_ != 1) return std::nullopt;
    return found;
  }

 private:
  char Peek() const { return at_ < line_.size() ? line_[at_] : '\0'; }

  bool Take(char c) {
    if (Peek() != c || at_ >= line_.size()) return false;
    ++at_;
    return true;
  }

  void SkipBlanks() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' ||
                                  line_[at_] == '\r' || line_[at_] == '\n')) {
      ++at_;
    }
  }

  bool Object(JsonLine* found) {
    if (!Take('{')) return false;
    SkipBlanks();
    if (Take('}')) return true;
    do {
      SkipBlanks();
      const size_t name_begin = at_;
      if (!String()) return false;
      const std::string_view name = line_.substr(name_begin, at_ - name_begin);
      SkipBlanks();
      if (!Take(':')) return false;
      SkipBlanks();
      const size_t value_begin = at_;
      if (!Value()) return false;
      if (found != nullptr && !Note(name, {value_begin, at_}, found)) {
        return false;
      }
      SkipBlanks();
    } while (Take(','));
    if (found != nullptr) found->close = at_;
    return Take('}');
  }

  bool Note(std::string_view quoted_name, ByteRange value, JsonLine* found) {
    const std::string name = DecodeJsonString(quoted_name).text;
    if (name == "text") {
      ++texts_;
      found->text = value;
      return line_[value.begin] == '"';
    }
    if (name == "redacted") found->redacted = value;
    return true;
  }

  bool Array() {
    if (!Take('[')) return false;
    SkipBlanks();
    if (Take(']')) return true;
    do {
      SkipBlanks();
      if (!Value()) return false;
      SkipBlanks();
    } while (Take(','));
    return Take(']');
  }

  bool Value() {
    if (++depth_ > kDeepest) return false;
    const bool valid = AnyValue();
    --depth_;
    return valid;
  }

  bool AnyValue() {
    switch (Peek()) {
      case '{':
        return Object(nullptr);
      case '[':
        return Array();
      case '"':
        return String();
      case 't':
        return Literal("true");
      case 'f':
        return Literal("false");
      case 'n':
        return Literal("null");
      default:
        return Number();
    }
  }

  bool Literal(std::string_view literal) {
    if (line_.substr(at_, literal.size()) != literal) return false;
    at_ += literal.size();
    return true;
  }

  bool Digits() {
    const size_t begin = at_;
    while (Peek() >= '0' && Peek() <= '9') ++at_;
    return at_ > begin;
  }

  bool Number() {
    Take('-');
    if (!Take('0') && !Digits()) return false;
    if (Take('.') && !Digits()) return false;
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      return Digits();
    }
    return true;
  }

  bool String() {
    if (!Take('"')) return false;
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !EscapeRest()) return false;
    }
    return false;
  }

  bool EscapeRest() {
    constexpr std::string_view kSimple = "\"\\/bfnrt";
    const char kind = Peek();
    ++at_;
    if (kind == 'u') {
      for (int i = 0; i < 4; ++i, ++at_) {
        if (HexValue(Peek()) < 0) return false;
      }
      return true;
    }
    return kSimple.find(kind) != std::string_view::npos;
  }

  std::string_view line_;
  size_t at_ = 0;
  int depth_ = 0;
  int texts_ = 0;
};

char32_t HexUnit(std::string_view quoted, size_t at) {
  char32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value = value * 16 + static_cast<char32_t>(HexValue(quoted[at + i]));
  }
  return value;
}

// The code point of the \u escape at `at`; `*length` counts its bytes.
char32_t UnicodeEscape(std::string_view quoted, size_t at, size_t* length) {
  constexpr char32_t kReplacement = 0xFFFD;
  const char32_t unit = HexUnit(quoted, at + 2);
  *length = 6;
  if (unit < 0xD800 || unit > 0xDFFF) return unit;
  if (unit > 0xDBFF || quoted.substr(at + 6, 2) != "\\u") return kReplacement;
  const char32_t low = HexUnit(quoted, at + 8);
  if (low < 0xDC00 || low > 0xDFFF) return kReplacement;
  *length = 12;
  return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

char SimpleEscape(char kind) {
  switch (kind) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return kind;
  }
}

void AppendUtf8(char32_t code_point, std::string& out) {
  const auto continuation = [&](unsigned shift) {
    out.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    continuation(0);
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    continuation(6);
    continuation(0);
  } else {
    out.push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

}  // namespace

std::optional<JsonLine> LocateText(std::string_view line) {
  return Scanner(line).Run();
}

DecodedString DecodeJsonString(std::string_view quoted) {
  DecodedString decoded;
  const size_t close = quoted.size() - 1;
  for (size_t at = 1; at < close;) {
    size_t length = 1;
    if (quoted[at] != '\\') {
      decoded.text.push_back(quoted[at]);
    } else if (quoted[at + 1] == 'u') {
      AppendUtf8(UnicodeEscape(quoted, at, &length), decoded.text);
    } else {
      length = 2;
      decoded.text.push_back(SimpleEscape(quoted[at + 1]));
    }
    decoded.origins.resize(decoded.text.size(), static_cast<uint32_t>(at));
    at += length;
  }
  decoded.origins.push_back(static_cast<uint32_t>(close));
  return decoded;
}

}  // namespace earshot::contract::redact
