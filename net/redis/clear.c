/*
 * Emptying a queue in Redis: its lists or its stream, if that is what they
 * are, and what workers took and never acknowledged, which others would put
 * back.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "net/redis/push.h"

#include "lib/base/ban.h"

#define NAMES "funboost_all_queue_names"

/* All or none: a key of another type belongs to another program. */
#define SCRIPT \
	"local keys = { KEYS[1] } " \
	"for i = 1, tonumber(ARGV[2]) do keys[i + 1] = KEYS[1] .. ':' .. i end " \
	"for _, key in ipairs(keys) do " \
	"local is = redis.call('TYPE', key).ok " \
	"if is ~= 'none' and is ~= ARGV[1] then " \
	"return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. is .. " \
	"', no ' .. ARGV[1] .. ': nothing was deleted') end end " \
	"for _, key in ipairs(keys) do " \
	"if ARGV[1] == 'stream' then redis.call('XTRIM', key, 'MAXLEN', 0) " \
	"else redis.call('DEL', key) end end return 0"

/*
 * Keys with messages that workers have not acknowledged: one per worker, named
 * by prefix, queue, suffix and worker.
 */
static const struct held {
	const char *kind, *prefix, *suffix, *type;
} helds[] = {
	{ "REDIS_ACK_ABLE", "", "__unack_id_", "zset" },
	{ "REDIS_PRIORITY", "", "__unack_id_", "zset" },
	{ "reids_ack_using_timeout", "", "__unack_using_timeout", "zset" },
	{ "RedisBrpopLpush", "unack_", "_", "list" },
};

static int
clear_key(struct redis *r, const char *key, const char *type, struct err *why)
{
	redisReply *reply = redis_ask(r,
	    (const char *const[]){ "EVAL", SCRIPT, "1", key, type, "0", NULL },
	    why);

	if (reply == NULL)
		return -1;
	r->lib.free_reply(reply);
	return 0;
}

/* Append a pattern for keys that begin with the text (Redis: KEYS). */
static void
print_pattern(const char *s, struct buf *out)
{
	for (; *s != '\0'; s++) {
		if (strchr("*?[]^-\\", *s) != NULL)
			buf_char(out, '\\');
		buf_char(out, *s);
	}
	buf_char(out, '*');
}

/* The state of clearing the keys of workers. */
struct clearing {
	struct redis *r;
	const struct held *h;
	const char *queue;
	const redisReply *names; /* names of all known queues, or NULL */
};

/* Return whether key belongs to a known queue with a longer name. */
static bool
is_of_other(const struct clearing *c, const char *key)
{
	size_t n = strlen(c->queue), before = strlen(c->h->prefix);

	for (size_t i = 0; c->names != NULL && i < c->names->elements; i++) {
		const char *name = c->names->element[i]->str;
		size_t len = name == NULL ? 0 : strlen(name);

		if (len > n && strncmp(name, c->queue, n) == 0 &&
		    strncmp(key + before, name, len) == 0 &&
		    strncmp(key + before + len, c->h->suffix,
			strlen(c->h->suffix)) == 0)
			return true;
	}
	return false;
}

/* Delete the keys of one answer of SCAN; one of another type stays. */
static int
clear_page(const struct clearing *c, const redisReply *keys, struct err *why)
{
	for (size_t i = 0; i < keys->elements; i++) {
		const char *key = keys->element[i]->str;

		if (key != NULL && !is_of_other(c, key) &&
		    clear_key(c->r, key, c->h->type, why) == -1 &&
		    strncmp(why->text, "WRONGTYPE ", 10) != 0)
			return -1;
	}
	return 0;
}

static int
clear_held(const struct clearing *c, struct err *why)
{
	struct buf begin = BUF_INIT, pattern = BUF_INIT, cursor = BUF_INIT;
	redisReply *page;
	int rc = 0;

	buf_printf(&begin, "%s%s%s", c->h->prefix, c->queue, c->h->suffix);
	print_pattern(buf_cstr(&begin), &pattern);
	buf_str(&cursor, "0");
	do {
		page = redis_ask(c->r,
		    (const char *const[]){ "SCAN", buf_cstr(&cursor), "MATCH",
			buf_cstr(&pattern), "COUNT", "1000", NULL },
		    why);
		if (page == NULL) {
			rc = -1;
			break;
		}
		buf_reset(&cursor);
		buf_str(&cursor, page->element[0]->str);
		rc = clear_page(c, page->element[1], why);
		c->r->lib.free_reply(page);
	} while (rc == 0 && strcmp(buf_cstr(&cursor), "0") != 0);
	buf_fini(&begin);
	buf_fini(&pattern);
	buf_fini(&cursor);
	return rc;
}

/* Delete the queue itself, with its priority levels, in one script. */
static int
clear_lists(struct redis *r, const struct redis_route *k, struct err *why)
{
	bool is_stream = strcmp(k->kind->count, "XLEN") == 0;
	redisReply *reply;
	char levels[24];

	(void)snprintf(levels, sizeof(levels), "%lld",
	    (long long)(k->kind->has_levels ? k->sig.max_priority : 0));
	reply = redis_ask(r,
	    (const char *const[]){ "EVAL", SCRIPT, "1", k->queue,
		is_stream ? "stream" : "list", levels, NULL },
	    why);
	if (reply == NULL)
		return -1;
	r->lib.free_reply(reply);
	return 0;
}

int
redis_clear(struct redis *r, const struct redis_route *k, struct err *why)
{
	struct clearing c = { .r = r, .queue = k->queue };
	redisReply *names;
	int rc = 0;

	if (clear_lists(r, k, why) == -1)
		return -1;
	names =
	    redis_ask(r, (const char *const[]){ "SMEMBERS", NAMES, NULL }, why);
	c.names = names;
	for (size_t i = 0; i < sizeof(helds) / sizeof(helds[0]) && rc == 0;
	     i++) {
		c.h = &helds[i];
		if (strcmp(c.h->kind, k->kind->name) == 0)
			rc = clear_held(&c, why);
	}
	if (names != NULL)
		r->lib.free_reply(names);
	return rc;
}
