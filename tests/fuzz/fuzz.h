#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct trigger;
struct tz_cache;

/* A target; libFuzzer's interface.  Always 0; a finding aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Abort with what is wrong unless cond holds. */
#define must(cond) fuzz_must((cond), #cond, __FILE__, __LINE__)
void fuzz_must(int cond, const char *what, const char *file, int line);

/* The zones of all inputs; one of some that differ, chosen by pick. */
struct tz_cache *fuzz_zones(void);
const char *fuzz_zone_name(uint8_t pick);

/* The bytes up to a NUL as a string; the caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

/*
 * What holds for every trigger: its spec is one line that makes the same
 * trigger again, its slots ascend strictly and are found from anywhere
 * before them, jitter keeps their order.
 */
void fuzz_check_trigger(const struct trigger *t);

/* The part of it about slots, with those around the instant at_us. */
void fuzz_check_slots(const struct trigger *t, int64_t at_us);

#endif
