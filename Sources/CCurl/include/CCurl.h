// Lets Swift call libcurl, whose setters are variadic. No logic stands here.
#pragma once

#include <curl/curl.h>

static inline CURLcode cc_set_long(CURL *handle, CURLoption option, long value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode cc_set_offset(CURL *handle, CURLoption option, curl_off_t value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode cc_set_string(CURL *handle, CURLoption option, const char *value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode cc_set_pointer(CURL *handle, CURLoption option, void *value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode cc_set_list(CURL *handle, CURLoption option, struct curl_slist *value) { return curl_easy_setopt(handle, option, value); }
// libcurl keeps a copy of the bytes.
static inline CURLcode cc_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(handle, option, &blob);
}

typedef size_t (*cc_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*cc_seek_callback)(void *context, curl_off_t offset, int origin);
static inline CURLcode cc_set_data_callback(CURL *handle, CURLoption option, cc_data_callback callback) { return curl_easy_setopt(handle, option, callback); }
static inline CURLcode cc_set_seek_callback(CURL *handle, cc_seek_callback callback) { return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, callback); }

static inline long cc_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}
static inline CURLMcode cc_multi_set_long(CURLM *multi, CURLMoption option, long value) { return curl_multi_setopt(multi, option, value); }
// The easy handle of the next transfer that has ended, with its result; NULL when there is none.
static inline CURL *cc_next_done(CURLM *multi, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return message->easy_handle;
    }
  }
  return NULL;
}
