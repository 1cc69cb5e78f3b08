#ifndef NET_REDIS_LIB_H
#define NET_REDIS_LIB_H

#include <hiredis/hiredis.h>

struct err;

/* Private to net/redis* and net/sink_redis: hiredis, loaded when needed. */
struct redis_lib {
	__typeof__(redisConnectNonBlock) *ConnectNonBlock;
	__typeof__(redisConnectUnixNonBlock) *ConnectUnixNonBlock;
	__typeof__(redisFree) *Free;
	__typeof__(redisAppendCommandArgv) *AppendCommandArgv;
	__typeof__(redisBufferRead) *BufferRead;
	__typeof__(redisBufferWrite) *BufferWrite;
	__typeof__(redisGetReplyFromReader) *GetReplyFromReader;
	__typeof__(freeReplyObject) *free_reply;
};

/* Load it; 0, or -1 with one line in why. */
int redis_lib_open(struct redis_lib *l, struct err *why);

#endif
