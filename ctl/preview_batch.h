#ifndef CTL_PREVIEW_BATCH_H
#define CTL_PREVIEW_BATCH_H

/*
 * Read one JSON object a line from standard input, {"trigger", its fields,
 * "timezone"?, "now"?, "count"?, "dst"?}, and write for each one line:
 * {"epoch":[…],"exhausted":bool} or {"error":"…"}.  CTL_OK, CTL_DATA when a
 * line was no JSON object, CTL_DOWN when nothing can be read.
 */
int preview_batch(const char *env_tz);

#endif
