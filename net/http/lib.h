#ifndef NET_HTTP_LIB_H
#define NET_HTTP_LIB_H

#include <curl/curl.h>

struct err;

/*
 * Private to net/http*: the functions of libcurl that are used.  It is
 * loaded when needed, for it brings thirty other libraries, which would cost
 * each tick that has nothing to send 5 ms and 6 MB.
 */
struct http_lib {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_global_cleanup) *global_cleanup;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
	__typeof__(curl_multi_init) *multi_init;
	__typeof__(curl_multi_cleanup) *multi_cleanup;
	__typeof__(curl_multi_setopt) *multi_setopt;
	__typeof__(curl_multi_add_handle) *multi_add_handle;
	__typeof__(curl_multi_remove_handle) *multi_remove_handle;
	__typeof__(curl_multi_perform) *multi_perform;
	__typeof__(curl_multi_poll) *multi_poll;
	__typeof__(curl_multi_info_read) *multi_info_read;
};

/* Load libcurl and set it up; 0, or -1 with one line in why. */
int http_lib_open(struct http_lib *l, struct err *why);

/* Undo the set-up; the library itself stays. */
void http_lib_close(struct http_lib *l);

#endif
