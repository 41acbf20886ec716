#include "dashboard_feed/channels/curl_carrier.h"

#include <utility>

namespace earshot::feed {
namespace {

constexpr int kTurnMilliseconds = 1000;

// Once a process, before any other thread uses the library.
bool LibraryIsReady() {
  static const bool kReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return kReady;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CurlCarrier>> CurlCarrier::Make(
    os::Wakeup& ready) {
  CURLM* multi = LibraryIsReady() ? curl_multi_init() : nullptr;
  if (multi == nullptr) {
    return absl::InternalError(
        "libcurl cannot be set up; is there memory left?");
  }
  return std::unique_ptr<CurlCarrier>(new CurlCarrier(ready, multi));
}

CurlCarrier::CurlCarrier(os::Wakeup& ready, CURLM* multi)
    : hatch_(ready), multi_(multi), thread_([this] { Run(); }) {}

CurlCarrier::~CurlCarrier() {
  stopping_ = true;
  curl_multi_wakeup(multi_);
  thread_.join();
  for (const auto& [easy, transfer] : transfers_) {
    curl_multi_remove_handle(multi_, easy);
  }
  transfers_.clear();
  curl_multi_cleanup(multi_);
}

void CurlCarrier::Carry(Parcel parcel) {
  hatch_.Give(std::move(parcel));
  curl_multi_wakeup(multi_);
}

void CurlCarrier::Run() {
  while (!stopping_) {
    while (auto parcel = hatch_.Next()) Begin(*std::move(parcel));
    int running = 0;
    curl_multi_perform(multi_, &running);
    Collect();
    curl_multi_poll(multi_, nullptr, 0, kTurnMilliseconds, nullptr);
  }
}

void CurlCarrier::Begin(Parcel parcel) {
  auto transfer = std::make_unique<Transfer>(std::move(parcel));
  CURL* easy = transfer->handle();
  if (easy == nullptr || curl_multi_add_handle(multi_, easy) != CURLM_OK) {
    hatch_.Done(transfer->Finish(CURLE_OUT_OF_MEMORY));
    return;
  }
  transfers_.emplace(easy, std::move(transfer));
}

void CurlCarrier::Collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto found = transfers_.find(easy);
    if (found == transfers_.end()) continue;
    const std::unique_ptr<Transfer> transfer = std::move(found->second);
    transfers_.erase(found);
    curl_multi_remove_handle(multi_, easy);
    hatch_.Done(transfer->Finish(code));
  }
}

}  // namespace earshot::feed
