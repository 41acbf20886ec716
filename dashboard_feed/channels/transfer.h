#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_TRANSFER_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_TRANSFER_H_

#include <curl/curl.h>

#include <memory>
#include <string>

#include "dashboard_feed/channels/parcel.h"

namespace earshot::feed {

// One HTTP request or one mail by libcurl, from its options to what came of
// it. Bounds: the parcel's limit in time, kMostReplyBytes of what comes back;
// no redirect is followed, and no proxy or password comes from the
// environment. One thread.
class Transfer {
 public:
  static constexpr size_t kMostReplyBytes = 64 << 10;

  explicit Transfer(Parcel parcel);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return easy_.get(); }
  // Once, when libcurl says that it is over.
  Carried Finish(CURLcode code);

 private:
  void Prepare(const HttpPost& post);
  void Prepare(const Mail& mail);
  void Prepare(const JsonLine& line);
  void PrepareEither();
  void AddPart(curl_mime* parent, const std::string& text, const char* type);
  Attempt Judge(CURLcode code);

  static size_t OnBody(char* bytes, size_t size, size_t count, void* self);
  static size_t OnHeader(char* bytes, size_t size, size_t count, void* self);

  struct Free {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    void operator()(curl_mime* mime) const { curl_mime_free(mime); }
  };

  const Parcel parcel_;
  std::unique_ptr<curl_slist, Free> headers_;
  std::unique_ptr<curl_slist, Free> recipients_;
  char error_[CURL_ERROR_SIZE] = {};
  std::string reply_;  // the body's beginning, or the server's last line
  size_t reply_bytes_ = 0;
  std::unique_ptr<CURL, Free> easy_;
  std::unique_ptr<curl_mime, Free> mime_;  // goes before its handle
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_TRANSFER_H_
