#ifndef LIB_CONF_KEYS_H
#define LIB_CONF_KEYS_H

#include <stddef.h>

struct conf;
struct secret;

/* The keys of the configuration's render_key sections, in their order. */
struct keys;

/* How a variable of the environment is read: getenv(3), or a test's own. */
typedef char *keys_env(const char *name);

/*
 * Read all keys there are; c is borrowed.  One that cannot be had is told by
 * keys_get.  NULL without memory.
 */
struct keys *keys_new(const struct conf *c, keys_env *env);

/*
 * Look at the files again and read those that changed; variables stay what
 * they were.
 */
void keys_refresh(struct keys *k);

/*
 * Key number i, borrowed until the next keys_refresh unless held; NULL with
 * the reason in why, which names the section and the file or variable, when
 * there is none.
 */
struct secret *keys_get(const struct keys *k, int i, char *why, size_t whylen);

/* Changes whenever key number i is read anew. */
unsigned keys_version(const struct keys *k, int i);

/* Wipe and free; NULL is fine. */
void keys_free(struct keys *k);

#endif
