/* hiredis, loaded when needed. */
#include "config.h"

#include "net/dl.h"
#include "net/redis/lib.h"

#include "lib/base/ban.h"

#define MEMBER(name) \
	{ \
		"redis" #name, offsetof(struct redis_lib, name) \
	}

static const struct dl_member members[] = {
	MEMBER(ConnectNonBlock),
	MEMBER(ConnectUnixNonBlock),
	MEMBER(Free),
	MEMBER(AppendCommandArgv),
	MEMBER(BufferRead),
	MEMBER(BufferWrite),
	MEMBER(GetReplyFromReader),
	{ "freeReplyObject", offsetof(struct redis_lib, free_reply) },
};
#define NMEMBERS (sizeof(members) / sizeof(members[0]))

_Static_assert(sizeof(struct redis_lib) == NMEMBERS * sizeof(void (*)(void)),
    "each member is in the table");

int
redis_lib_open(struct redis_lib *l, struct err *why)
{
	/* The TLS part of hiredis is not linked with it. */
	static const struct dl_table table = { LIBHIREDIS_SONAME, "hiredis",
		members, NMEMBERS, true };

	return dl_open(&table, l, why);
}
