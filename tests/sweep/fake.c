/*
 * The sweep's clock, random bytes and kind of file system, so that a seed
 * repeats a run.
 */
#include "config.h"

#include <sys/vfs.h>

#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/sweep/fake.h"
#include "tests/sweep/vfs.h"
#include "lib/base/ban.h"

#define NFS_MAGIC 0x6969

static struct {
	int64_t now_us;
	uint64_t random;
	bool is_network;
} fake = { 0, 1, false };

void
fake_clock(int64_t now_us)
{
	fake.now_us = now_us;
}

void
fake_entropy(uint64_t seed)
{
	fake.random = seed | 1;
}

void
fake_network(bool is_network)
{
	fake.is_network = is_network;
}

static int64_t
fake_now(void *arg)
{
	(void)arg;
	return fake.now_us;
}

void
fake_set_clock(struct clock *out)
{
	*out = clock_host;
	out->now_us = fake_now;
}

int
getentropy(void *p, size_t n)
{
	unsigned char *v = p;

	for (size_t i = 0; i < n; i++)
		v[i] = (unsigned char)vfs_random(&fake.random);
	return 0;
}

/* Asked by lib/db/wal.c alone. */
int
statfs(const char *path, struct statfs *out)
{
	(void)path;
	*out = (struct statfs){ .f_type = fake.is_network ? NFS_MAGIC : 0 };
	return 0;
}
