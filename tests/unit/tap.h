#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdio.h>
#include <string.h>

/*
 * Test Anything Protocol: each check prints one line, tap_done the plan.
 * One program, one translation unit: the two counters live here.
 */
static int tap_n, tap_bad;

#define ok(cond, ...) \
	do { \
		int tap_ok_ = (cond) ? 1 : 0; \
		tap_bad += !tap_ok_; \
		printf("%sok %d - ", tap_ok_ ? "" : "not ", ++tap_n); \
		printf(__VA_ARGS__); \
		putchar('\n'); \
		if (!tap_ok_) \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
	} while (0)

#define is_int(got, want, ...) \
	do { \
		long long tap_g_ = (got), tap_w_ = (want); \
		ok(tap_g_ == tap_w_, __VA_ARGS__); \
		if (tap_g_ != tap_w_) \
			printf("# got %lld, want %lld\n", tap_g_, tap_w_); \
	} while (0)

#define is_str(got, want, ...) \
	do { \
		const char *tap_g_ = (got), *tap_w_ = (want); \
		ok(strcmp(tap_g_, tap_w_) == 0, __VA_ARGS__); \
		if (strcmp(tap_g_, tap_w_) != 0) \
			printf("# got '%s', want '%s'\n", tap_g_, tap_w_); \
	} while (0)

/* Print the plan; the exit status of main. */
static inline int
tap_done(void)
{
	printf("1..%d\n", tap_n);
	return tap_bad != 0;
}

#endif
