#ifndef LIB_BASE_HASH_H
#define LIB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a with 64 bits (Fowler, Noll, Vo): fast, and the same on every host, so
 * its values may be stored and may name files.  It does not resist input that
 * was chosen to collide.
 */

#define HASH_INIT UINT64_C(0xcbf29ce484222325)

/* The hash h (HASH_INIT at first) with the n bytes at p after it. */
uint64_t hash_bytes(uint64_t h, const void *p, size_t n);

/* The same with s and its NUL, which separates it from what comes next. */
uint64_t hash_text(uint64_t h, const char *s);

#endif
