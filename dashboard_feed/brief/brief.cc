#include "dashboard_feed/brief/brief.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace earshot::feed {
namespace {

using Items = std::vector<const v1::DigestItem*>;

// Columns.
constexpr size_t kName = 40;
constexpr size_t kHeadline = 160;
constexpr size_t kTitle = 84;
constexpr size_t kShortTitle = 70;
constexpr size_t kWhy = 110;
constexpr size_t kQuote = 180;
constexpr size_t kAnswer = 140;
constexpr size_t kPlace = 24;
constexpr int kMostPlaces = 2;

Items Of(const v1::Digest& digest, std::initializer_list<const char*> names) {
  Items items;
  for (const char* name : names) {
    for (const v1::DigestSection& section : digest.sections()) {
      if (section.name() != name) continue;
      for (const v1::DigestItem& item : section.items()) {
        items.push_back(&item);
      }
    }
  }
  return items;
}

struct Kept {
  size_t title = kTitle;
  int verbatims = 0;
  bool answer = false;
};

v1::DigestItem Shorten(v1::DigestItem item, const Kept& kept) {
  item.set_title(CutText(item.title(), kept.title));
  item.set_why(CutText(item.why(), kWhy));
  item.set_owner(CutText(item.owner(), kName));
  auto& places = *item.mutable_site_names();
  if (places.size() > kMostPlaces) {
    places.DeleteSubrange(kMostPlaces, places.size() - kMostPlaces);
  }
  for (std::string& place : places) place = CutText(place, kPlace);
  auto& verbatims = *item.mutable_verbatims();
  if (verbatims.size() > kept.verbatims) {
    verbatims.DeleteSubrange(kept.verbatims, verbatims.size() - kept.verbatims);
  }
  for (v1::Verbatim& verbatim : verbatims) {
    verbatim.set_text(CutText(verbatim.text(), kQuote));
    verbatim.set_site(CutText(verbatim.site(), kPlace));
    verbatim.set_shift(CutText(verbatim.shift(), kPlace));
  }
  if (!kept.answer) item.clear_answer();
  if (item.has_answer()) {
    v1::Answer& answer = *item.mutable_answer();
    answer.set_text(CutText(answer.text(), kAnswer));
    answer.set_leader(CutText(answer.leader(), kName));
  }
  return item;
}

void AddSection(const char* name, const char* title, const Items& items,
                int most, const Kept& kept, v1::Digest& brief) {
  if (items.empty()) return;
  v1::DigestSection& section = *brief.add_sections();
  section.set_name(name);
  section.set_title(title);
  for (const v1::DigestItem* item : items) {
    if (section.items_size() == most) break;
    v1::DigestItem& added = *section.add_items() = Shorten(*item, kept);
    added.set_rank(static_cast<uint32_t>(section.items_size()));
  }
}

size_t SequenceLength(char first) {
  const auto lead = static_cast<unsigned char>(first);
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

// Twice as wide as most letters in print. `text` is not empty.
bool IsWide(std::string_view text) {
  constexpr std::string_view kLetters = "MWmw@%";
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (kLetters.find(text[0]) != std::string_view::npos) return true;
  // U+1100 on: the first scripts that are as wide as high.
  return byte(0) > 0xE1 || (byte(0) == 0xE1 && byte(1) >= 0x84);
}

// What opens a talk best: what an answer did not mend, then what is late, then
// where only some see it, then what nobody has taken on.
std::string QuestionFor(const v1::Digest& digest) {
  const auto about = [](const v1::DigestItem& item) {
    return fmt::format("#{} \"{}\"", item.insight(),
                       CutText(item.title(), kShortTitle));
  };
  if (const Items back = Of(digest, {"regressed"}); !back.empty()) {
    return fmt::format("{} came back after our answer: what did we miss?",
                       about(*back.front()));
  }
  if (const Items late = Of(digest, {"overdue"}); !late.empty()) {
    return fmt::format("{} is overdue: what stands in its way?",
                       about(*late.front()));
  }
  if (!digest.where().shift_gap().empty()) {
    return fmt::format("{}: what is different there?",
                       CutText(digest.where().shift_gap(), kTitle));
  }
  if (const Items open = Of(digest, {"decision"}); !open.empty()) {
    return fmt::format("{}: who takes it on, and until when?",
                       about(*open.front()));
  }
  if (const Items top = Of(digest, {"top", "new", "rising"}); !top.empty()) {
    return fmt::format("Who has met {} this week, and what did you do?",
                       about(*top.front()));
  }
  return "What did a customer tell you this week that is not on this page?";
}

void CopyFrame(const v1::Digest& digest, v1::Digest& brief) {
  brief = digest;
  brief.clear_sections();
  brief.clear_where();
  brief.clear_story();
  brief.clear_promises();
  brief.clear_cost();
  brief.clear_not_applied();
  brief.clear_goals();
  if (brief.has_loop()) {
    brief.mutable_loop()->clear_by_region();
    brief.mutable_loop()->clear_by_topic();
  }
  brief.set_organisation(CutText(digest.organisation(), kName));
  brief.set_leader_name(CutText(digest.leader_name(), kName));
  brief.set_headline(CutText(digest.headline(), kHeadline));
}

}  // namespace

v1::Digest MakeBrief(const v1::Digest& digest) {
  if (!digest.question().empty()) return digest;
  v1::Digest brief;
  CopyFrame(digest, brief);
  const Items decisions = Of(digest, {"decision"});
  AddSection("decision", "Needs your decision", decisions, kMostDecisions, {},
             brief);
  Items top = Of(digest, {"regressed", "top", "new", "rising"});
  if (decisions.size() > kMostDecisions) {
    top.insert(top.end(), decisions.begin() + kMostDecisions, decisions.end());
  }
  AddSection("top", "Top of your scope", top, kMostTop, {kTitle, 1, false},
             brief);
  AddSection("due", "Overdue and due", Of(digest, {"overdue", "due"}), kMostDue,
             {kShortTitle, 0, false}, brief);
  AddSection("answered", "You said, we did", Of(digest, {"answered"}),
             kMostAnswered, {kShortTitle, 0, true}, brief);
  AddSection("recognition", "Good work", Of(digest, {"recognition"}), 1,
             {kTitle, 1, false}, brief);
  brief.set_question(QuestionFor(digest));
  return brief;
}

std::string CutText(std::string_view utf8, size_t columns) {
  constexpr std::string_view kDots = "...";
  std::string out;
  size_t width = 0;
  size_t fits = 0;  // bytes that leave room for the dots
  for (size_t at = 0; at < utf8.size();) {
    const std::string_view rest = utf8.substr(at);
    const size_t wide = IsWide(rest) ? 2 : 1;
    if (width + wide > columns) {
      out.resize(fits);
      while (!out.empty() && out.back() == ' ') out.pop_back();
      out += kDots;
      return out;
    }
    const size_t length = SequenceLength(rest[0]);
    if (static_cast<unsigned char>(rest[0]) < 0x20) {
      out += ' ';
    } else {
      out += rest.substr(0, length);
    }
    at += length;
    width += wide;
    if (width + kDots.size() <= columns) fits = out.size();
  }
  return out;
}

}  // namespace earshot::feed
