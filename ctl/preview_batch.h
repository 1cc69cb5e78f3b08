#ifndef CTL_PREVIEW_BATCH_H
#define CTL_PREVIEW_BATCH_H

/*
 * Read one JSON object per line from standard input, {"trigger", its fields,
 * "timezone"?, "now"?, "count"?, "dst"?}, and write one line for each:
 * {"epoch":[...],"exhausted":bool} or {"error":"..."}.
 *
 * CTL_OK, CTL_DATA if a line was not a JSON object, CTL_DOWN if standard input
 * cannot be read.
 */
int preview_batch(const char *env_tz);

#endif
