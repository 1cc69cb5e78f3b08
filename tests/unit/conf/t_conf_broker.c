/*
 * Brokers of queues in the configuration: which options belong to which broker
 * (lib/conf/conf.h).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "tests/unit/folder.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/*
 * Sections of servers, and which queue goes to which.  What was not built in
 * is refused whatever else there is: such cases say what they need.
 */

#define S INT64_C(1000000)
#define HOOK "webhook h {\n url = \"https://h/x\"\n secret = s\n}\n"

enum need { NOTHING, REDIS, REDIS_TLS, RABBITMQ };

static bool
is_built(enum need need)
{
	switch (need) {
	case NOTHING:
		return true;
	case REDIS:
#ifdef HAVE_HIREDIS
		return true;
#else
		return false;
#endif
	case REDIS_TLS:
#ifdef HAVE_HIREDIS_SSL
		return true;
#else
		return false;
#endif
	case RABBITMQ:
#ifdef HAVE_RABBITMQ
		return true;
#else
		return false;
#endif
	}
	return false;
}

static struct conf *
load(const char *text, struct err *why)
{
	err_clear(why);
	return conf_load(folder_put("m.conf", text, strlen(text)), why);
}

/* What is refused, and why. */
static const struct {
	enum need need;
	const char *text, *why;
} wrong[] = {
	{ REDIS, "queue q {\n broker = redis\n}\n",
	    ":3: section queue \"q\": option \"broker\": redis needs a section "
	    "redis \"name\"" },
	{ REDIS, "queue q {\n broker = funboost\n}\n",
	    "funboost needs a section redis \"name\"" },
	{ RABBITMQ, "queue q {\n broker = rabbitmq\n}\n",
	    "rabbitmq needs a section rabbitmq \"name\"" },
	{ NOTHING, "queue q {\n broker = webhook\n}\n",
	    "webhook needs a section webhook \"name\"" },
	{ NOTHING, "broker = webhook\n",
	    "m.conf:1: option \"broker\": webhook needs a section" },
	{ NOTHING, "queue q {\n broker = webhook\n server = x\n}\n" HOOK,
	    "option \"server\": no such section: webhook \"x\"" },
	{ NOTHING, "queue q {\n server = h\n}\n" HOOK,
	    "option \"server\": broker sqlite does not take one" },
	{ NOTHING, "queue q {\n broker = webhook\n format = xml\n}\n" HOOK,
	    ":3: option \"format\": \"xml\" is not auto or funboost or" },
	{ NOTHING, "queue q {\n max_priority = 256\n}\n",
	    ":2: option \"max_priority\": \"256\" is not a number from 0 to" },
	{ REDIS,
	    "redis r {\n}\nqueue q {\n broker = funboost\n"
	    " format = envelope\n}\n",
	    "option \"format\": workers of funboost do not read envelopes" },
	{ NOTHING, "broker = command\n",
	    "m.conf:1: option \"broker\": command needs a section" },
	{ NOTHING, "command c {\n timeout = 5s\n}\n",
	    "section command \"c\": needs a command" },
	{ NOTHING, "command c {\n command = {x}\n parallel = 65\n}\n",
	    "option \"parallel\"" },
	{ NOTHING, "command c {\n command = {x}\n timeout = 2h\n}\n",
	    "option \"timeout\"" },
	{ NOTHING, "webhook h {\n secret = s\n}\n",
	    "m.conf:3: section webhook \"h\": needs a url" },
	{ NOTHING, "webhook h {\n url = \"https://h/\"\n}\n",
	    "section webhook \"h\": needs a secret" },
	{ NOTHING, "webhook h {\n url = \"http://h/\"\n secret = s\n}\n",
	    ":2: option \"url\": must begin with https://" },
	{ NOTHING, "webhook \"\" {\n}\n", "needs a name of 1 to 255" },
	{ NOTHING, HOOK HOOK, "h" },
	{ NOTHING, "redis r {\n password_file = a\n password_env = B\n}\n",
	    "section \"redis\": needs either password_file or password_env, "
	    "not both" },
	{ NOTHING, "rabbitmq r {\n password_file = a\n password_env = B\n}\n",
	    "needs either password_file or password_env, not both" },
	{ NOTHING, "redis r {\n password_env = \"s3cr3t!\"\n}\n",
	    "is not the name of an environment" },
	{ NOTHING, "redis r {\n password = x\n}\n",
	    ":2: no such option 'password'" },
	{ NOTHING, "redis r {\n port = 0\n}\n", "a number from 1 to 65535" },
	{ NOTHING, "redis r {\n port = 65536\n}\n", "option \"port\"" },
	{ NOTHING, "redis r {\n host = \"\"\n}\n",
	    "option \"host\": has 0 bytes, not 1 to 255" },
	{ NOTHING, "redis r {\n host = \"a\\nb\"\n}\n",
	    "option \"host\": contains a control character" },
	{ NOTHING, "redis r {\n db = -1\n}\n", "a number from 0 to 1000000" },
	{ NOTHING, "redis r {\n dedup = maybe\n}\n", "is not off or on" },
	{ NOTHING, "redis r {\n timeout = 99ms\n}\n",
	    "a duration from 100ms to 10m" },
	{ NOTHING, "redis r {\n timeout = 601s\n}\n", "option \"timeout\"" },
	{ NOTHING, "rabbitmq r {\n vhost = \"\"\n}\n", "option \"vhost\"" },
	{ NOTHING, "rabbitmq r {\n user = \"\"\n}\n", "option \"user\"" },
};

static void
test_wrong(void)
{
	struct conf *c;
	struct err why;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		c = load(wrong[i].text, &why);
		ok(c == NULL && strchr(why.text, '\n') == NULL &&
			strstr(why.text,
			    is_built(wrong[i].need) ?
				wrong[i].why :
				"is not built in") != NULL,
		    "refused: %s", why.text);
		conf_free(c);
	}
}

/* Words of options that may be there or not. */
static const struct {
	enum need need;
	const char *text, *why;
} optional[] = {
	{ REDIS, "queue q {\n broker = redis\n}\nredis r {\n}\n",
	    ":2: option \"broker\": broker \"redis\" is not built in: it "
	    "needs the library hiredis (Debian: libhiredis-dev)" },
	{ REDIS, "queue q {\n broker = redis-stream\n}\nredis r {\n}\n",
	    "hiredis" },
	{ REDIS, "queue q {\n broker = redis-pubsub\n}\nredis r {\n}\n",
	    "hiredis" },
	{ REDIS, "queue q {\n broker = funboost\n}\nredis r {\n}\n",
	    "hiredis" },
	{ RABBITMQ, "queue q {\n broker = rabbitmq\n}\nrabbitmq r {\n}\n",
	    "\"rabbitmq\" is not built in: it needs the library rabbitmq-c" },
	{ REDIS_TLS, "redis r {\n tls = on\n}\n",
	    ":2: option \"tls\": tls \"on\" is not built in: it needs" },
	{ NOTHING, "queue q {\n broker = webhook\n}\n" HOOK, "" },
	{ NOTHING, "redis r {\n}\nrabbitmq r {\n}\n", "" },
};

static void
test_optional(void)
{
	struct conf *c;
	struct err why;

	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		c = load(optional[i].text, &why);
		if (is_built(optional[i].need))
			ok(c != NULL, "built in: %s%s", optional[i].text,
			    why.text);
		else
			ok(c == NULL &&
				strstr(why.text, optional[i].why) != NULL,
			    "not built in: %s", why.text);
		conf_free(c);
	}
}

static void
test_defaults(void)
{
	struct err why;
	struct conf *c = load("redis r {\n}\nrabbitmq m {\n}\n" HOOK, &why);

	ok(c != NULL && c->nredis == 1 && c->nrabbitmq == 1 &&
		c->nwebhooks == 1,
	    "three servers: %s", why.text);
	if (c == NULL)
		return;
	is_str(c->redis[0].name, "r", "redis");
	is_str(c->redis[0].host, "127.0.0.1", "host");
	is_int(c->redis[0].port, 6379, "port");
	is_str(c->redis[0].socket, "", "no socket");
	is_int(c->redis[0].db, 7, "funboost's database");
	ok(*c->redis[0].user == '\0' && *c->redis[0].password_file == '\0' &&
		*c->redis[0].password_env == '\0',
	    "no password");
	ok(c->redis[0].tls == CONF_OFF && c->redis[0].dedup == CONF_ON,
	    "switches");
	is_int(c->redis[0].timeout_us, 10 * S, "timeout");
	is_str(c->rabbitmq[0].host, "127.0.0.1", "rabbitmq: host");
	is_int(c->rabbitmq[0].port, 0, "the usual port");
	is_str(c->rabbitmq[0].vhost, "/", "vhost");
	is_str(c->rabbitmq[0].user, "guest", "user");
	is_int(c->rabbitmq[0].tls, CONF_OFF, "tls");
	is_int(c->rabbitmq[0].timeout_us, 10 * S, "timeout");
	is_str(c->webhooks[0].url, "https://h/x", "webhook: url");
	is_str(c->webhooks[0].secret, folder_path("s"), "beside the file");
	is_int(c->webhooks[0].timeout_us, 10 * S, "timeout");
	is_int(c->broker, CONF_BROKER_SQLITE, "the embedded queue");
	is_int((int)conf_server_count(c, CONF_SERVER_NONE), 0, "no server");
	is_int((int)conf_server_count(c, CONF_SERVER_WEBHOOK), 1, "a webhook");
	conf_free(c);
}

/* Which section a queue goes to, and in which format. */
static const struct {
	const char *queue;
	enum conf_broker broker;
	int at;
	enum conf_format format;
	int64_t max_deliveries, max_priority;
} ways[] = {
	{ "here", CONF_BROKER_SQLITE, -1, CONF_FORMAT_ENVELOPE, 3, 0 },
	{ "here-fb", CONF_BROKER_SQLITE, -1, CONF_FORMAT_FUNBOOST, 9, 0 },
	{ "two-x", CONF_BROKER_WEBHOOK, 1, CONF_FORMAT_ENVELOPE, 3, 5 },
	{ "one", CONF_BROKER_WEBHOOK, 0, CONF_FORMAT_FUNBOOST, 3, 0 },
	/* Of those that no section is for, and that do not say. */
	{ "other", CONF_BROKER_WEBHOOK, 0, CONF_FORMAT_ENVELOPE, 3, 0 },
	{ "params", CONF_BROKER_WEBHOOK, 0, CONF_FORMAT_ENVELOPE, 3, 0 },
};

static void
test_ways(void)
{
	static const char text[] =
	    "broker = webhook\nmax_deliveries = 3\n"
	    "webhook a {\n url = \"https://a/\"\n secret = s\n}\n"
	    "webhook b {\n url = \"https://b/\"\n secret = s\n}\n"
	    "queue here {\n broker = sqlite\n}\n"
	    "queue \"here*\" {\n broker = sqlite\n format = funboost\n"
	    " max_deliveries = 9\n}\n"
	    "queue \"two*\" {\n server = b\n max_priority = 5\n}\n"
	    "queue one {\n format = funboost\n}\n"
	    "queue params {\n params = {x, y}\n}\n";
	struct buf name = BUF_INIT;
	struct err why;
	struct conf *c = load(text, &why);

	ok(c != NULL, "many ways: %s", why.text);
	if (c == NULL)
		return;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct conf_queue *q = conf_queue_for(c, ways[i].queue);

		ok(q->broker == ways[i].broker && q->at == ways[i].at &&
			q->format == ways[i].format &&
			q->max_deliveries == ways[i].max_deliveries &&
			q->max_priority == ways[i].max_priority,
		    "the queue %s", ways[i].queue);
	}
	is_str(conf_queue_for(c, "params")->params.v[1], "y", "its params");
	is_int((int)conf_queue_for(c, "other")->params.n, 0, "none of others");
	conf_server_name(c, CONF_SERVER_WEBHOOK, 1, &name);
	is_str(buf_cstr(&name), "webhook:b", "its name");
	buf_fini(&name);
	conf_free(c);
}

static void
test_names(void)
{
	static const struct {
		enum conf_broker broker;
		const char *name;
		enum conf_server server;
	} brokers[] = {
		{ CONF_BROKER_SQLITE, "sqlite", CONF_SERVER_NONE },
		{ CONF_BROKER_REDIS, "redis", CONF_SERVER_REDIS },
		{ CONF_BROKER_REDIS_STREAM, "redis-stream", CONF_SERVER_REDIS },
		{ CONF_BROKER_REDIS_PUBSUB, "redis-pubsub", CONF_SERVER_REDIS },
		{ CONF_BROKER_FUNBOOST, "funboost", CONF_SERVER_REDIS },
		{ CONF_BROKER_RABBITMQ, "rabbitmq", CONF_SERVER_RABBITMQ },
		{ CONF_BROKER_WEBHOOK, "webhook", CONF_SERVER_WEBHOOK },
	};

	for (size_t i = 0; i < sizeof(brokers) / sizeof(brokers[0]); i++) {
		is_str(conf_broker_name(brokers[i].broker), brokers[i].name,
		    "the name");
		is_int(conf_broker_server(brokers[i].broker), brokers[i].server,
		    "%s: its server", brokers[i].name);
	}
	is_str(conf_broker_name(CONF_BROKER_UNSET), "", "not said");
}

/* The brokers with a section of their own. */
static void
test_formats(void)
{
	static const struct {
		enum need need;
		const char *text;
		enum conf_format format;
	} cases[] = {
		{ REDIS, "queue q {\n broker = redis\n}\nredis r {\n}\n",
		    CONF_FORMAT_FUNBOOST },
		{ REDIS,
		    "queue q {\n broker = redis-stream\n format = envelope\n}\n"
		    "redis r {\n}\n",
		    CONF_FORMAT_ENVELOPE },
		{ REDIS, "queue q {\n broker = funboost\n}\nredis r {\n}\n",
		    CONF_FORMAT_FUNBOOST },
		{ RABBITMQ,
		    "queue q {\n broker = rabbitmq\n}\nrabbitmq r {\n}\n",
		    CONF_FORMAT_FUNBOOST },
	};
	struct conf *c;
	struct err why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!is_built(cases[i].need))
			continue;
		c = load(cases[i].text, &why);
		ok(c != NULL && c->queues[0].format == cases[i].format &&
			c->queues[0].at == 0,
		    "format %zu: %s", i, why.text);
		conf_free(c);
	}
}

int
main(void)
{
	folder_init("t_conf_broker");
	test_wrong();
	test_optional();
	test_defaults();
	test_ways();
	test_names();
	test_formats();
	folder_fini();
	return tap_done();
}
