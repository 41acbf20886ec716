#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "base/os/bytes.h"
#include "dashboard_feed/render/blocks_text.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/render/words.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr size_t kColumns = 100;

// Columns, taking every code point as one.
size_t Width(std::string_view utf8) {
  size_t width = 0;
  for (const char c : utf8) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++width;
  }
  return width;
}

// What people wrote may not move the cursor or colour the screen.
std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  // C1 controls are two bytes in UTF-8: C2 80 to C2 9F.
  for (size_t i = 0; i + 1 < out.size(); ++i) {
    if (static_cast<unsigned char>(out[i]) == 0xC2 &&
        static_cast<unsigned char>(out[i + 1]) < 0xA0) {
      out.replace(i, 2, " ");
    }
  }
  return out;
}

class Page {
 public:
  Page(const v1::Digest& digest, bool colour)
      : digest_(digest), colour_(colour) {
    zone_ = absl::UTCTimeZone();
    if (!digest.time_zone().empty()) {
      absl::LoadTimeZone(digest.time_zone(), &zone_);
    }
  }

  std::string Write() {
    Header();
    if (digest_.empty() && !IsBrief()) {
      Hidden();
      return std::move(text_);
    }
    Numbers();
    for (const v1::DigestSection& section : digest_.sections()) {
      Section(section);
    }
    text_ += BlocksAsText(digest_);
    text_ += '\n';
    if (IsBrief()) {
      text_ += Paint("To ask the room", "1;36") + "\n";
      Wrap("      ", "      ", Printable(digest_.question()));
      return std::move(text_);
    }
    Foot();
    return std::move(text_);
  }

 private:
  bool IsBrief() const { return !digest_.question().empty(); }
  const char* What() const {
    if (digest_.alert()) return "alert";
    return IsBrief() ? "meeting brief" : "digest";
  }
  std::string Paint(std::string_view text, const char* code) const {
    if (!colour_) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }
  std::string Bold(std::string_view text) const { return Paint(text, "1"); }
  std::string Dim(std::string_view text) const { return Paint(text, "2"); }

  std::string Moment(const google::protobuf::Timestamp& stamp) const {
    return absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(stamp), zone_);
  }
  std::string Day(const google::protobuf::Timestamp& stamp) const {
    return absl::FormatTime("%Y-%m-%d", contract::ToTime(stamp), zone_);
  }

  // Words of `text` on lines of at most kColumns; `first` and `rest` begin
  // the lines and are plain.
  void Wrap(std::string_view first, std::string_view rest,
            std::string_view text, const char* code = nullptr) {
    std::string line;
    size_t width = 0;
    std::string_view begin = first;
    const auto flush = [&] {
      text_ += begin;
      text_ += code != nullptr ? Paint(line, code) : line;
      text_ += '\n';
      begin = rest;
      line.clear();
      width = 0;
    };
    while (!text.empty()) {
      const size_t blank = text.find(' ');
      std::string_view word = text.substr(0, blank);
      text.remove_prefix(blank == std::string_view::npos ? text.size()
                                                         : blank + 1);
      if (word.empty()) continue;
      const size_t more = Width(word) + (line.empty() ? 0 : 1);
      if (!line.empty() && Width(begin) + width + more > kColumns) flush();
      if (!line.empty()) {
        line += ' ';
        ++width;
      }
      line += word;
      width += Width(word);
    }
    if (!line.empty()) flush();
  }

  void Header() {
    std::string who = digest_.organisation().empty()
                          ? std::string("Earshot")
                          : Printable(digest_.organisation());
    Wrap("", "",
         fmt::format("{}: {} for {}", who, What(),
                     Printable(digest_.leader_name())),
         "1");
    if (digest_.alert()) {
      Wrap("", "",
           fmt::format("{} ({})", Moment(digest_.to()), digest_.time_zone()),
           "2");
      text_ += '\n';
      Wrap("", "", Printable(digest_.headline()));
      return;
    }
    std::string span = digest_.first()
                           ? fmt::format("up to {}", Moment(digest_.to()))
                           : fmt::format("{} to {}", Moment(digest_.from()),
                                         Moment(digest_.to()));
    span += fmt::format(" ({})", digest_.time_zone());
    if (digest_.has_data_as_of()) {
      span += fmt::format(", data as of {}", Moment(digest_.data_as_of()));
    } else {
      span += ", no data from the router yet";
    }
    Wrap("", "", span, "2");
    Wrap("", "",
         fmt::format(
             "{} in; {} {} reporting, {} silent",
             CountedText(digest_.observations(), "observation", "observations"),
             digest_.sites_reporting(),
             digest_.sites_reporting() == 1 ? "site" : "sites",
             digest_.sites_silent()),
         "2");
    text_ += '\n';
    Wrap("", "", Printable(digest_.headline()));
  }

  void Numbers() {
    std::string line;
    for (const v1::DigestNumber& number : digest_.numbers()) {
      const char* const unit = number.percent() ? "%" : "";
      line += fmt::format("{}{}{} {}", line.empty() ? "" : "; ", number.value(),
                          unit, number.title());
      if (number.compared() && number.before() != number.value()) {
        line += fmt::format(" (was {}{})", number.before(), unit);
      }
    }
    Wrap("", "", line);
  }

  void Section(const v1::DigestSection& section) {
    text_ += '\n';
    text_ += Paint(section.title(), "1;36") + "\n";
    for (const v1::DigestItem& item : section.items()) Item(item);
    if (section.more() > 0 && section.name() == "alert") {
      text_ += Dim(fmt::format("    +{} before these", section.more())) + "\n";
    } else if (section.more() > 0) {
      text_ += Dim(fmt::format("    +{} more: earshot-feed digest --for {} "
                               "--section {} --all",
                               section.more(), Printable(digest_.leader()),
                               section.name())) +
               "\n";
    }
  }

  void Item(const v1::DigestItem& item) {
    constexpr std::string_view kIndent = "      ";
    const std::string begin = fmt::format("{:>4}. ", item.rank());
    Wrap(begin, kIndent,
         fmt::format("#{} {}", item.insight(), Printable(item.title())), "1");
    std::string facts = fmt::format(
        "{}, {}",
        CountedText(item.observations(), "observation", "observations"),
        CountedText(item.reporters(), "person", "people"));
    if (!item.sites().hidden()) {
      facts += ", " + CountedText(item.sites(), "site", "sites");
    }
    if (!item.new_observations().hidden() &&
        item.new_observations().value() > 0) {
      facts += fmt::format(", {} new", item.new_observations().value());
    }
    const std::string_view kind = contract::KindName(item.kind());
    if (!kind.empty()) facts += fmt::format("; {}", kind);
    facts += fmt::format("; {}", contract::StateName(item.state()));
    facts += Seen(item);
    Wrap(kIndent, kIndent, facts);
    if (item.site_names_size() > 0) {
      Wrap(kIndent, "          ",
           "at " + Printable(
                       fmt::format("{}", fmt::join(item.site_names(), ", "))));
    }
    if (item.thanked_size() > 0) {
      std::string names = fmt::format("{}", fmt::join(item.thanked(), ", "));
      if (item.more_thanked() > 0) {
        names += fmt::format(" and {} more", item.more_thanked());
      }
      Wrap(kIndent, "          ", "for " + Printable(names));
    }
    Wrap(kIndent, "          ", "why here: " + Printable(item.why()), "2");
    Standing(item);
    for (const v1::Verbatim& verbatim : item.verbatims()) Quote(verbatim);
    if (item.has_answer()) {
      Wrap(kIndent, "        ",
           fmt::format(
               "{} answered on {}: {}", Printable(item.answer().leader()),
               Moment(item.answer().at()), Printable(item.answer().text())),
           "32");
    }
  }

  // Owner, due time, cost, late reports, and whether the answer held.
  void Standing(const v1::DigestItem& item) {
    std::string line;
    const auto add = [&](const std::string& more) {
      line += (line.empty() ? "" : "; ") + more;
    };
    if (!item.waiting().empty()) add(Printable(item.waiting()));
    if (!item.owner().empty()) add("owner " + Printable(item.owner()));
    if (item.has_due()) {
      const bool late =
          contract::ToTime(item.due()) < contract::ToTime(digest_.to());
      add((late ? "overdue since " : "due ") + Moment(item.due()));
    }
    if (item.has_cost()) {
      add(fmt::format("about {} {} so far", item.cost().typical(),
                      item.cost().currency()));
    }
    if (item.late().value() > 0) {
      add(fmt::format("{} arrived late", item.late().value()));
    }
    if (!item.verdict().empty()) add(item.verdict());
    if (!item.since_answer().empty()) add(item.since_answer());
    if (!item.muted().empty()) add(Printable(item.muted()));
    Wrap("      ", "          ", line);
  }

  std::string Seen(const v1::DigestItem& item) const {
    const auto show = [&](const google::protobuf::Timestamp& stamp) {
      return item.moment() ? Moment(stamp) : Day(stamp);
    };
    if (!item.has_first_seen()) {
      return fmt::format("; last seen {}", show(item.last_seen()));
    }
    const std::string first = show(item.first_seen());
    const std::string last = show(item.last_seen());
    return first == last ? fmt::format("; seen {}", first)
                         : fmt::format("; seen {} to {}", first, last);
  }

  void Quote(const v1::Verbatim& verbatim) {
    std::string line = fmt::format("\"{}\"", Printable(verbatim.text()));
    std::string where = verbatim.site();
    if (!verbatim.shift().empty()) {
      where += (where.empty() ? "" : ", ") + verbatim.shift();
    }
    if (verbatim.has_observed_at()) {
      where += (where.empty() ? "" : ", ") + Moment(verbatim.observed_at());
    }
    if (!where.empty()) line += " - " + Printable(where);
    if (verbatim.late()) line += " (arrived late)";
    if (verbatim.role() == "dissent") line = "but also: " + line;
    Wrap("      ", "       ", line, "3");
  }

  void Hidden() {
    if (digest_.hidden_by_small_groups() == 0) return;
    std::string line =
        fmt::format("{} hidden, because too few people said so to show it",
                    digest_.hidden_by_small_groups());
    if (digest_.has_next_visible()) {
      line += fmt::format("; more at the end of the shift, {}",
                          Moment(digest_.next_visible()));
    }
    Wrap("", "  ", line + ".", "2");
  }

  void Foot() {
    if (digest_.alert()) return;
    Hidden();
    if (digest_.untriaged().value() > 0) {
      Wrap("", "  ",
           CountedText(digest_.untriaged(), "observation has",
                       "observations have") +
               " no topic yet (untriaged).",
           "2");
    }
    Wrap("", "  ", "Ranked " + digest_.how_ranked() + ".", "2");
    Wrap("", "  ",
         "Counts below the smallest group that may be told apart are shown as "
         "\"<\".",
         "2");
    if (!digest_.chain_head().empty()) {
      Wrap(
          "", "  ",
          fmt::format("Log {}.", os::ToHex(digest_.chain_head()).substr(0, 12)),
          "2");
    }
  }

  const v1::Digest& digest_;
  const bool colour_;
  absl::TimeZone zone_;
  std::string text_;
};

}  // namespace

std::string DigestAsText(const v1::Digest& digest, bool colour) {
  return Page(digest, colour).Write();
}

}  // namespace earshot::feed
