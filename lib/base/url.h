#ifndef LIB_BASE_URL_H
#define LIB_BASE_URL_H

/*
 * May requests with a key be sent to this address?  https://host[:port][/path]
 * or, to localhost, 127.x.x.x and [::1] alone, http://…; no user, no query, no
 * fragment, printable ASCII without quotes.  NULL when it may, else the
 * reason, a constant text that does not repeat the address.
 */
const char *url_check(const char *url);

/* Likewise of a whole address to be asked for, which may have a query. */
const char *url_check_request(const char *url);

/* Likewise of one that is asked without a key: http:// to any host. */
const char *url_check_plain(const char *url);

#endif
