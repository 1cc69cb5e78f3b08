#ifndef LIB_CONF_KEYS_H
#define LIB_CONF_KEYS_H

struct conf;
struct err;
struct secret;

/* The keys of the configuration's render_key sections, in their order. */
struct keys;

/* How an environment variable is read: getenv(3), or a test's function. */
typedef char *keys_env(const char *name);

/*
 * Read all keys; c is borrowed.  A key that cannot be read is reported by
 * keys_get.  NULL without memory.
 */
struct keys *keys_new(const struct conf *c, keys_env *env);

/*
 * Check the files again and read those that changed; environment variables are
 * not read again.
 */
void keys_refresh(struct keys *k);

/*
 * Key number i, borrowed until the next keys_refresh unless held
 * (secret_hold); NULL, with a reason that names the section and the file or
 * variable in why, if there is none.
 */
struct secret *keys_get(const struct keys *k, int i, struct err *why);

/* Changes whenever key number i is read again. */
unsigned keys_version(const struct keys *k, int i);

/* Wipe and free; NULL is allowed. */
void keys_free(struct keys *k);

#endif
