#include "dashboard_feed/templates/view.h"

#include <fmt/format.h>

#include "absl/time/time.h"
#include "base/os/bytes.h"
#include "base/templates/escaping.h"
#include "dashboard_feed/render/blocks_text.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/render/words.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::json;

// A name and whether it has anything to show.
void Put(Json& out, const char* name, const std::string& value) {
  out[name] = templates::Escape(templates::Escaping::kLine, value);
  out[std::string("has_") + name] = !value.empty();
}

void SetCommas(Json& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    list[i]["comma"] = i + 1 < list.size() ? "," : "";
    list[i]["has_comma"] = i + 1 < list.size();
  }
}

class View {
 public:
  View(const v1::Digest& digest, const Sending& sending)
      : digest_(digest), sending_(sending) {
    if (!digest.time_zone().empty()) {
      absl::LoadTimeZone(digest.time_zone(), &zone_);
    }
  }

  Json Make() const {
    Json out;
    Put(out, "organisation",
        digest_.organisation().empty() ? "Earshot" : digest_.organisation());
    out["alert"] = digest_.alert();
    Put(out, "what",
        digest_.alert()              ? "alert"
        : digest_.question().empty() ? "digest"
                                     : "meeting brief");
    Put(out, "leader", digest_.leader());
    Put(out, "leader_name", digest_.leader_name());
    Put(out, "subscription", digest_.subscription());
    Put(out, "period", digest_.period());
    Put(out, "time_zone", digest_.time_zone());
    Put(out, "headline", digest_.headline());
    Put(out, "span", Span());
    Put(out, "data_as_of",
        digest_.has_data_as_of() ? Moment(digest_.data_as_of()) : "");
    Put(out, "observations",
        CountedText(digest_.observations(), "observation", "observations"));
    Put(out, "sites_reporting", std::to_string(digest_.sites_reporting()));
    Put(out, "sites_silent", std::to_string(digest_.sites_silent()));
    Put(out, "how_ranked", digest_.how_ranked());
    Put(out, "log", os::ToHex(digest_.chain_head()).substr(0, 12));
    PutFoot(out);
    PutNumbers(out);
    out["empty"] = digest_.empty();
    Put(out, "question", digest_.question());
    Put(out, "paper", sending_.paper);
    out["sections"] = Json::array();
    for (const v1::DigestSection& section : digest_.sections()) {
      out["sections"].push_back(Section(section));
    }
    SetCommas(out["sections"]);
    out["has_sections"] = digest_.sections_size() > 0;
    PutBlocks(out);
    Put(out, "channel", sending_.channel);
    Put(out, "idempotency_key", sending_.idempotency_key);
    out["test"] = sending_.test;
    out["digest_text"] = templates::Escape(templates::Escaping::kText,
                                           DigestAsText(digest_, false));
    out["digest_json"] = DigestAsJson(digest_);
    return out;
  }

 private:
  std::string Moment(const google::protobuf::Timestamp& stamp) const {
    return absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(stamp), zone_);
  }
  std::string Seen(const v1::DigestItem& item,
                   const google::protobuf::Timestamp& stamp) const {
    return item.moment()
               ? Moment(stamp)
               : absl::FormatTime("%Y-%m-%d", contract::ToTime(stamp), zone_);
  }
  std::string Span() const {
    if (digest_.alert()) return Moment(digest_.to());
    return digest_.first() ? fmt::format("up to {}", Moment(digest_.to()))
                           : fmt::format("{} to {}", Moment(digest_.from()),
                                         Moment(digest_.to()));
  }

  void PutNumbers(Json& out) const {
    out["numbers"] = Json::array();
    for (const v1::DigestNumber& number : digest_.numbers()) {
      const char* const unit = number.percent() ? "%" : "";
      Json one;
      Put(one, "name", number.name());
      Put(one, "title", number.title());
      Put(one, "value", fmt::format("{}{}", number.value(), unit));
      const bool changed =
          number.compared() && number.before() != number.value();
      Put(one, "was",
          changed ? fmt::format("{}{}", number.before(), unit) : "");
      one["compared"] = number.compared();
      out["numbers"].push_back(std::move(one));
    }
    SetCommas(out["numbers"]);
    out["has_numbers"] = digest_.numbers_size() > 0;
  }

  void PutFoot(Json& out) const {
    const auto unless_zero = [](uint64_t value) {
      return value == 0 ? std::string() : std::to_string(value);
    };
    Put(out, "hidden", unless_zero(digest_.hidden_by_small_groups()));
    Put(out, "untriaged",
        digest_.untriaged().hidden()
            ? CountText(digest_.untriaged())
            : unless_zero(digest_.untriaged().value()));
    Put(out, "steady", unless_zero(digest_.steady()));
    Put(out, "next_visible",
        digest_.has_next_visible() ? Moment(digest_.next_visible()) : "");
    out["repeated_after_restore"] = digest_.repeated_after_restore();
  }

  // What is no list of insights, line by line.
  void PutBlocks(Json& out) const {
    out["blocks"] = Json::array();
    for (const TextBlock& block : BlocksOf(digest_)) {
      Json one;
      Put(one, "name", block.name);
      Put(one, "title", block.title);
      one["lines"] = Json::array();
      for (const std::string& line : block.lines) {
        Json text;
        Put(text, "text", line);
        one["lines"].push_back(std::move(text));
      }
      SetCommas(one["lines"]);
      out["blocks"].push_back(std::move(one));
    }
    SetCommas(out["blocks"]);
    out["has_blocks"] = !out["blocks"].empty();
  }

  Json Section(const v1::DigestSection& section) const {
    Json out;
    Put(out, "name", section.name());
    Put(out, "title", section.title());
    Put(out, "more", section.more() == 0 ? "" : std::to_string(section.more()));
    out["items"] = Json::array();
    for (const v1::DigestItem& item : section.items()) {
      out["items"].push_back(Item(item));
    }
    SetCommas(out["items"]);
    return out;
  }

  Json Item(const v1::DigestItem& item) const {
    Json out;
    out["insight"] = std::to_string(item.insight());
    out["rank"] = std::to_string(item.rank());
    Put(out, "title", item.title());
    Put(out, "topic", item.topic());
    Put(out, "kind", std::string(contract::KindName(item.kind())));
    Put(out, "state", std::string(contract::StateName(item.state())));
    Put(out, "severity",
        item.severity_max() == 0 ? "" : std::to_string(item.severity_max()));
    Put(out, "observations",
        CountedText(item.observations(), "observation", "observations"));
    Put(out, "reporters", CountedText(item.reporters(), "person", "people"));
    Put(out, "sites",
        item.sites().hidden() ? ""
                              : CountedText(item.sites(), "site", "sites"));
    const bool fresh = !item.new_observations().hidden() &&
                       item.new_observations().value() > 0;
    Put(out, "new",
        fresh ? std::to_string(item.new_observations().value()) : "");
    Put(out, "places", fmt::format("{}", fmt::join(item.site_names(), ", ")));
    Put(out, "first_seen",
        item.has_first_seen() ? Seen(item, item.first_seen()) : "");
    Put(out, "last_seen", Seen(item, item.last_seen()));
    Put(out, "why", item.why());
    Put(out, "owner", item.owner());
    Put(out, "due", item.has_due() ? Moment(item.due()) : "");
    out["overdue"] = item.has_due() && contract::ToTime(item.due()) <
                                           contract::ToTime(digest_.to());
    Put(out, "command",
        fmt::format("earshot-feed answer {} \"...\" --as {}", item.insight(),
                    digest_.leader()));
    out["links"] = Json::array();
    if (sending_.links) {
      for (const Sending::Link& link : sending_.links(item)) {
        Json one;
        Put(one, "name", link.name);
        Put(one, "url", link.url);
        out["links"].push_back(std::move(one));
      }
    }
    SetCommas(out["links"]);
    out["has_links"] = !out["links"].empty();
    out["verbatims"] = Json::array();
    for (const v1::Verbatim& verbatim : item.verbatims()) {
      out["verbatims"].push_back(Quote(verbatim));
    }
    SetCommas(out["verbatims"]);
    const v1::Answer& answer = item.answer();
    Put(out, "answer", item.has_answer() ? answer.text() : "");
    Put(out, "answer_by", item.has_answer() ? answer.leader() : "");
    Put(out, "answer_at", item.has_answer() ? Moment(answer.at()) : "");
    Put(out, "verdict", item.verdict());
    Put(out, "waiting", item.waiting());
    std::string thanked;
    for (const std::string& name : item.thanked()) {
      thanked += (thanked.empty() ? "" : ", ") + name;
    }
    Put(out, "thanked", thanked);
    return out;
  }

  Json Quote(const v1::Verbatim& verbatim) const {
    Json out;
    Put(out, "text", verbatim.text());
    Put(out, "dissent", verbatim.role() == "dissent" ? "but also" : "");
    std::string where = verbatim.site();
    const auto add = [&](const std::string& part) {
      if (!part.empty()) where += (where.empty() ? "" : ", ") + part;
    };
    add(verbatim.shift());
    add(verbatim.has_observed_at() ? Moment(verbatim.observed_at()) : "");
    Put(out, "where", where);
    out["late"] = verbatim.late();
    return out;
  }

  const v1::Digest& digest_;
  const Sending& sending_;
  absl::TimeZone zone_ = absl::UTCTimeZone();
};

}  // namespace

nlohmann::json ViewOf(const v1::Digest& digest, const Sending& sending) {
  return View(digest, sending).Make();
}

}  // namespace earshot::feed
