/*
 * Broker kinds of funboost, as a table; "reids_ack_using_timeout" is spelled
 * so there.  Pushing is net/redis/'s and net/amqp/'s.  Tested in
 * t_message_funboost.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "lib/job/funboost.h"
#include "lib/base/ban.h"

static const struct funboost_kind kinds[] = {
	{ "REDIS", "RPUSH", "LLEN", false, false },
	{ "REDIS_ACK_ABLE", "RPUSH", "LLEN", false, false },
	{ "reids_ack_using_timeout", "RPUSH", "LLEN", false, false },
	{ "RedisBrpopLpush", "LPUSH", "LLEN", false, false },
	{ "REDIS_PRIORITY", "RPUSH", "LLEN", true, false },
	{ "REDIS_STREAM", "XADD", "XLEN", false, false },
	{ "REDIS_PUBSUB", "PUBLISH", NULL, false, false },
	{ "RABBITMQ_AMQPSTORM", NULL, NULL, false, true },
	{ "RABBITMQ_AMQP", NULL, NULL, false, true },
	{ "RABBITMQ_PIKA", NULL, NULL, false, true },
};

const struct funboost_kind *
funboost_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}
