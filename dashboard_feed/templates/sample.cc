#include "dashboard_feed/templates/sample.h"

#include <fmt/format.h>

#include <utility>

#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr char kHostile[] =
    "</td><script>alert(1)</script> <img src=x onerror=alert(2)> & \"quoted\" "
    "'single' {{leader}} <!channel> <https://example.com|here> \\ \x1b[31m\n"
    ".\r\nSubject: another";

v1::Count Known(uint64_t value) {
  v1::Count count;
  count.set_value(value);
  return count;
}

v1::Count Hidden() {
  v1::Count count;
  count.set_hidden(true);
  count.set_below(5);
  return count;
}

v1::DigestItem Item(uint64_t number, const std::string& text, absl::Time now) {
  v1::DigestItem item;
  item.set_insight(number);
  item.set_title(text);
  item.set_topic("checkout/self_checkout");
  item.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
  item.set_state(v1::HEARD);
  *item.mutable_observations() = Known(42);
  *item.mutable_reporters() = Known(17);
  *item.mutable_sites() = Known(6);
  *item.mutable_new_observations() = Known(9);
  item.set_why("rising: 17 people at 6 sites in 24 hours, 3.1 people expected");
  item.set_severity_max(3);
  item.add_site_names("store-014");
  item.add_site_names("store-022");
  *item.mutable_first_seen() = contract::ToStamp(now - absl::Hours(70));
  *item.mutable_last_seen() = contract::ToStamp(now - absl::Hours(1));
  v1::Verbatim& verbatim = *item.add_verbatims();
  verbatim.set_text(text);
  verbatim.set_site("store-014");
  verbatim.set_shift("night");
  return item;
}

v1::Digest Frame(const std::string& leader, absl::Time now) {
  v1::Digest digest;
  digest.set_organisation("Example Stores");
  digest.set_leader(leader);
  digest.set_leader_name(leader);
  digest.set_subscription("sample-daily");
  digest.set_period(absl::FormatTime("%Y-%m-%d", now, absl::UTCTimeZone()));
  digest.set_time_zone("UTC");
  *digest.mutable_from() = contract::ToStamp(now - absl::Hours(24));
  *digest.mutable_to() = contract::ToStamp(now);
  *digest.mutable_data_as_of() = contract::ToStamp(now);
  digest.set_headline("Nothing new in your scope in this period");
  *digest.mutable_observations() = Known(0);
  digest.set_how_ranked("by severity, distinct people and sites");
  return digest;
}

void AddNumber(v1::Digest& digest, const char* name, const char* title,
               int64_t value, int64_t before) {
  v1::DigestNumber& number = *digest.add_numbers();
  number.set_name(name);
  number.set_title(title);
  number.set_value(value);
  number.set_before(before);
  number.set_compared(true);
  number.set_percent(number.name() == "heard_back");
}

v1::Digest Ordinary(const std::string& leader, absl::Time now) {
  v1::Digest digest = Frame(leader, now);
  digest.set_headline(
      "What changed most: #17 The scanner at till 3 freezes - 9 new reports");
  *digest.mutable_observations() = Known(120);
  digest.set_sites_reporting(23);
  digest.set_sites_silent(1);
  digest.set_hidden_by_small_groups(2);
  *digest.mutable_untriaged() = Known(4);
  AddNumber(digest, "open_severe", "open of severity 4 and 5", 7, 5);
  AddNumber(digest, "overdue", "overdue commitments", 2, 2);
  AddNumber(digest, "heard_back", "of the reports were answered", 61, 58);
  v1::DigestSection& decision = *digest.add_sections();
  decision.set_name("decision");
  decision.set_title("Needs your decision");
  *decision.add_items() = Item(17, "The scanner at till 3 freezes", now);
  v1::DigestItem& few = *decision.add_items();
  few = Item(23, "The dock gate code stops working after midnight", now);
  *few.mutable_reporters() = Hidden();
  *few.mutable_observations() = Hidden();
  *few.mutable_sites() = Hidden();
  few.clear_site_names();
  decision.set_more(3);
  v1::DigestSection& answered = *digest.add_sections();
  answered.set_name("answered");
  answered.set_title("Answered");
  v1::DigestItem& done = *answered.add_items();
  done = Item(9, "No gloves in the freezer", now);
  done.mutable_answer()->set_leader("Amara Osei");
  done.mutable_answer()->set_text("They come on Thursday");
  *done.mutable_answer()->mutable_at() = contract::ToStamp(now);
  v1::NotAppliedLine& line = *digest.add_not_applied();
  line.set_insight(9);
  line.set_title("No gloves in the freezer");
  line.set_text(
      "your 'decline' of 2027-01-15 07:58 was not applied: it was resolved by "
      "Amara Osei before");
  v1::GoalLine& goal = *digest.add_goals();
  goal.set_goal("checkout-calm");
  goal.set_title("Fewer checkout stops");
  goal.set_standing(v1::GoalLine::ON_THE_WAY);
  *goal.mutable_observations() = Known(52);
  *goal.mutable_before() = Known(90);
  goal.set_compared(true);
  goal.set_at_most(40);
  goal.set_per_days(7);
  goal.set_trend("falling");
  goal.set_until("2027-03-31");
  return digest;
}

v1::Digest Alert(absl::Time now) {
  v1::Digest digest = Frame("leader", now);
  digest.set_alert(true);
  digest.set_headline(
      "Severity 5 at store-014, 08:00: The dock plate is loose");
  v1::DigestSection& section = *digest.add_sections();
  section.set_name("alert");
  section.set_title("Told at once");
  v1::DigestItem& item = *section.add_items();
  item = Item(31, "The dock plate is loose", now);
  item.set_severity_max(5);
  item.set_moment(true);
  item.set_rank(1);
  return digest;
}

v1::Digest Hostile(absl::Time now) {
  v1::Digest digest = Frame("leader", now);
  digest.set_headline(kHostile);
  digest.set_organisation(kHostile);
  digest.set_leader_name(kHostile);
  v1::DigestSection& section = *digest.add_sections();
  section.set_name("top");
  section.set_title("Top of your scope");
  v1::DigestItem& item = *section.add_items();
  item = Item(1, kHostile, now);
  item.set_why(kHostile);
  item.add_site_names(kHostile);
  item.mutable_answer()->set_leader(kHostile);
  item.mutable_answer()->set_text(kHostile);
  v1::NotAppliedLine& line = *digest.add_not_applied();
  line.set_title(kHostile);
  line.set_text(kHostile);
  digest.add_goals()->set_title(kHostile);
  return digest;
}

// Every part of a digest filled.
void FillEveryPart(const std::string& words, absl::Time now,
                   v1::Digest& digest) {
  for (const auto& [name, title] :
       {std::pair{"decision", "Needs your decision"},
        std::pair{"regressed", "Came back after an answer"},
        std::pair{"overdue", "Overdue"}, std::pair{"due", "Due next"},
        std::pair{"answered", "You said, we did"},
        std::pair{"recognition", "Good work"}}) {
    v1::DigestSection& section = *digest.add_sections();
    section.set_name(name);
    section.set_title(title);
    for (uint64_t i = 0; i < 5; ++i) {
      v1::DigestItem& item = *section.add_items();
      item = Item(200 + i, words, now);
      item.set_owner(words.substr(0, 100));
      *item.mutable_due() = contract::ToStamp(now - absl::Hours(24));
      item.mutable_answer()->set_leader(words.substr(0, 100));
      item.mutable_answer()->set_text(words);
      *item.mutable_answer()->mutable_at() = contract::ToStamp(now);
    }
  }
}

v1::Digest Large(absl::Time now) {
  v1::Digest digest = Ordinary("leader", now);
  v1::DigestSection& top = *digest.add_sections();
  top.set_name("top");
  top.set_title("Top of your scope");
  std::string words;
  while (words.size() < 2000) words += "The door by the loading bay jams. ";
  for (uint64_t number = 100; number < 150; ++number) {
    v1::DigestItem& item = *top.add_items();
    item = Item(number, words, now);
    *item.add_verbatims() = item.verbatims(0);
    *item.add_verbatims() = item.verbatims(0);
  }
  FillEveryPart(words, now, digest);
  return digest;
}

}  // namespace

std::vector<SampleDigest> SampleDigests() {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  v1::Digest empty = Frame("leader", now);
  empty.set_empty(true);
  return {{"empty", std::move(empty)},
          {"ordinary", Ordinary("leader", now)},
          {"alert", Alert(now)},
          {"hostile", Hostile(now)},
          {"large", Large(now)}};
}

v1::Digest TestDigest(const std::string& leader, absl::Time now) {
  v1::Digest digest = Ordinary(leader, now);
  digest.set_subscription("test");
  return digest;
}

}  // namespace earshot::feed
