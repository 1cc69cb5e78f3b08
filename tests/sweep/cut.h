#ifndef TESTS_SWEEP_CUT_H
#define TESTS_SWEEP_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a power cut leaves of files, as POSIX allows: what was flushed is
 * there; of what was written since, each sector of 512 bytes may be there or
 * not; a name that was made or removed may or may not be, until its folder
 * was flushed.
 */
struct cut_file;

/* The file of that name, from now on followed; NULL: too many. */
struct cut_file *cut_open(const char *path);

/* The name was made; was removed (is_flushed: and the folder flushed). */
void cut_created(struct cut_file *f);
void cut_deleted(const char *path, bool is_flushed);

/* Bytes were written; the file was cut or lengthened to n bytes. */
void cut_write(struct cut_file *f, const void *p, size_t n, int64_t at);
void cut_truncate(struct cut_file *f, int64_t n);

/* The file was flushed, and with is_folder its folder. */
void cut_sync(struct cut_file *f, bool is_folder);

/* A flush failed: Linux marks what it could not write as clean, so that part
 * of it is lost even when the next flush succeeds. */
void cut_sync_failed(struct cut_file *f, uint64_t *random);

/* Power fails: make the files what they would be afterwards. */
void cut_apply(uint64_t *random);

#endif
