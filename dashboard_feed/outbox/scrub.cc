#include "dashboard_feed/outbox/scrub.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace earshot::feed {
namespace {

constexpr char kErased[] = "[erased]";
constexpr size_t kShortest = 12;  // shorter ones are words that others use

// The longest first: what some say is the beginning of what others say.
struct LongestFirst {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::pair(b.size(), a) < std::pair(a.size(), b);
  }
};
using Words = std::set<std::string, LongestFirst>;

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void TakeOut(const Words& words, std::string& text) {
  for (const std::string& said : words) {
    if (text == said) {
      text = kErased;
      return;
    }
    if (said.size() < kShortest) continue;
    for (size_t at = text.find(said); at != std::string::npos;
         at = text.find(said, at + sizeof(kErased) - 1)) {
      text.replace(at, said.size(), kErased);
    }
  }
}

void TakeOutOf(const Words& words, const FieldDescriptor* field,
               Message& message) {
  const Reflection& read = *message.GetReflection();
  const int count = field->is_repeated() ? read.FieldSize(message, field) : 1;
  for (int i = 0; i < count; ++i) {
    std::string text = field->is_repeated()
                           ? read.GetRepeatedString(message, field, i)
                           : read.GetString(message, field);
    TakeOut(words, text);
    if (field->is_repeated()) {
      read.SetRepeatedString(&message, field, i, text);
    } else {
      read.SetString(&message, field, text);
    }
  }
}

void Walk(const Words& words, Message& message) {
  const Reflection& read = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  read.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      TakeOutOf(words, field, message);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const int count =
          field->is_repeated() ? read.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        Walk(words, field->is_repeated()
                        ? *read.MutableRepeatedMessage(&message, field, i)
                        : *read.MutableMessage(&message, field));
      }
    }
  }
}

}  // namespace

bool Scrub(const std::set<uint64_t>& insights, v1::Digest& digest) {
  Words words;
  const auto note = [&](const std::string& said) {
    if (!said.empty()) words.insert(said);
  };
  for (v1::DigestSection& section : *digest.mutable_sections()) {
    for (v1::DigestItem& item : *section.mutable_items()) {
      if (!insights.contains(item.insight())) continue;
      if (item.title() != item.topic()) note(item.title());
      for (const v1::Verbatim& verbatim : item.verbatims()) {
        note(verbatim.text());
      }
      for (const std::string& name : item.thanked()) note(name);
      item.clear_verbatims();
      item.clear_thanked();
      item.clear_more_thanked();
      item.set_title(item.topic());
    }
  }
  if (digest.has_story() && insights.contains(digest.story().insight())) {
    note(digest.story().title());
    note(digest.story().verbatim().text());
    digest.clear_story();
  }
  for (v1::NotAppliedLine& line : *digest.mutable_not_applied()) {
    if (!insights.contains(line.insight())) continue;
    note(line.title());
    line.clear_title();
  }
  bool touched = !words.empty();
  for (const uint64_t id : insights) {
    const std::string name = fmt::format("#{} ", id);
    if (digest.headline().find(name) != std::string::npos) {
      digest.set_headline(fmt::format("What it said of #{} was erased", id));
      touched = true;
    }
    if (digest.has_where() && digest.where().shift_gap_insight() == id) {
      digest.mutable_where()->clear_shift_gap();
      touched = true;
    }
  }
  for (v1::QuestionLine& line : *digest.mutable_questions()) {
    if (!insights.contains(line.insight()) || line.lines().empty()) continue;
    line.clear_lines();
    touched = true;
  }
  if (!words.empty()) Walk(words, digest);
  return touched;
}

}  // namespace earshot::feed
