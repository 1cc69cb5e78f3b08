/* libcurl, loaded when needed. */
#include "config.h"

#include "net/dl.h"
#include "net/http/lib.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

#define MEMBER(name) \
	{ \
		"curl_" #name, offsetof(struct http_lib, name) \
	}

static const struct dl_member members[] = {
	MEMBER(global_init),
	MEMBER(global_cleanup),
	MEMBER(easy_init),
	MEMBER(easy_cleanup),
	MEMBER(easy_perform),
	MEMBER(easy_setopt),
	MEMBER(easy_getinfo),
	MEMBER(easy_strerror),
	MEMBER(slist_append),
	MEMBER(slist_free_all),
	MEMBER(multi_init),
	MEMBER(multi_cleanup),
	MEMBER(multi_setopt),
	MEMBER(multi_add_handle),
	MEMBER(multi_remove_handle),
	MEMBER(multi_perform),
	MEMBER(multi_poll),
	MEMBER(multi_info_read),
};
#define NMEMBERS (sizeof(members) / sizeof(members[0]))

_Static_assert(sizeof(struct http_lib) == NMEMBERS * sizeof(void (*)(void)),
    "each member is in the table");

int
http_lib_open(struct http_lib *l, struct err *why)
{
	static const struct dl_table table = { LIBCURL_SONAME, "libcurl",
		members, NMEMBERS, false };

	if (dl_open(&table, l, why) == -1)
		return -1;
	if (l->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(why, "libcurl cannot be set up");
	return 0;
}

void
http_lib_close(struct http_lib *l)
{
	l->global_cleanup();
}
