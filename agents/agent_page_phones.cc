// How phones come to the page: a code at the machine, and what it leads to.
#include <utility>

#include "agents/agent_page.h"
#include "agents/phones/qr_code.h"
#include "base/http/cookies.h"
#include "base/os/status_text.h"

namespace earshot::agents {

http::Response AgentPage::ShowPhone(PhoneView view, const Visit& visit) {
  Phones& phones = phones_->phones();
  const absl::TimeZone zone = visit.frame.zone;
  if (for_phones_) {
    if (const auto since = phones.Paired(visit.phone)) {
      view.paired_until = Words::BuiltIn().Day(
          visit.frame.language, *since + Phones::kPhoneLives, zone);
    }
    return AsPage(200, PhonePage(view, visit.frame), visit);
  }
  const std::string said = http::FieldOf(visit.fields, "said");
  if (said == "unpaired") view.message = Say(visit, "phones_unpaired");
  view.paired = phones.size();
  if (const auto code = phones.code()) {
    const std::string address = phones_->Address();
    const auto drawn = QrCode::Of(address);
    if (!drawn.ok()) {
      view.error = Say(visit, "error_failed", {os::StatusText(drawn.status())});
    } else {
      view.qr_side = drawn->side();
      view.qr_path = drawn->AsPath();
      view.address = address;
      view.until = absl::FormatTime("%H:%M", code->until, zone);
      view.fingerprint = phones_->fingerprint();
    }
  }
  return AsPage(200, PhonePage(view, visit.frame), visit);
}

http::Response AgentPage::ActOnPhones(Visit& visit) {
  Phones& phones = phones_->phones();
  forms_.Spend(http::FieldOf(visit.fields, "form"));
  const bool unpairs = visit.served == Served::kPhoneUnpair;
  if (for_phones_ && !unpairs) return Message(404, "nowhere", "", "", visit);
  if (visit.served == Served::kPhoneShow) {
    phones.ShowCode();
  } else if (visit.served == Served::kPhoneHide) {
    phones.EndCode();
  } else {
    const absl::Status status =
        for_phones_ ? phones.Forget(visit.phone) : phones.ForgetAll();
    if (!status.ok()) {
      return Message(503, "did_not_work",
                     Say(visit, "error_failed", {os::StatusText(status)}), "",
                     visit);
    }
  }
  http::Response response =
      GoTo(unpairs && !for_phones_ ? "/phone?said=unpaired"
           : for_phones_           ? "/"
                                   : "/phone",
           visit);
  if (for_phones_) {
    response.headers.emplace_back("Set-Cookie", CookieFor(kPhoneCookie, ""));
  }
  return response;
}

// Opening the code's address only asks: what looks ahead at links, or opens one
// by mistake, pairs nothing.
http::Response AgentPage::Pair(Visit& visit) {
  Phones& phones = phones_->phones();
  if (!visit.phone.empty()) return GoTo("/phone", visit);
  if (!phones.IsCode(visit.rest)) {
    NoteRefused("pairing_refused");
    return Message(410, "phone_code_over", "", "phone_not_next", visit);
  }
  PhoneView view;
  view.pair_code = visit.rest;
  if (visit.request.method != "POST") {
    return ShowPhone(std::move(view), visit);
  }
  forms_.Spend(http::FieldOf(visit.fields, "form"));
  const auto secret = phones.Pair(visit.rest);
  if (!secret.ok()) {
    NoteRefused("pairing_refused");
    const bool full =
        secret.status().code() == absl::StatusCode::kResourceExhausted;
    return Message(
        full ? 507 : 503, "did_not_work",
        full ? Say(visit, "phone_full")
             : Say(visit, "error_failed", {os::StatusText(secret.status())}),
        "", visit);
  }
  http::Response response = GoTo("/", visit);
  response.headers.emplace_back(
      "Set-Cookie", CookieFor(kPhoneCookie, *secret, Phones::kPhoneLives));
  return response;
}

http::Response AgentPage::NotPaired(Visit& visit) {
  NoteRefused("phone_refused");
  if (visit.served == Served::kStatus || visit.served == Served::kPreview) {
    http::Response response;
    response.status = 403;
    return response;
  }
  return Message(403, "phone_not", "", "phone_not_next", visit);
}

}  // namespace earshot::agents
