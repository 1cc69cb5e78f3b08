#ifndef LIB_BASE_URL_H
#define LIB_BASE_URL_H

/*
 * May requests with a key be sent to this address?  https://host[:port][/path]
 * or, only to localhost, 127.x.x.x and [::1], http://…; no user, query or
 * fragment, printable ASCII without quotes.  NULL if so, else the reason, a
 * constant text that does not repeat the address.
 */
const char *url_check(const char *url);

/* As url_check, for a complete URL that is requested and may have a query. */
const char *url_check_request(const char *url);

/*
 * As url_check_request, for one requested without a key: http:// to any host.
 */
const char *url_check_plain(const char *url);

#endif
