#ifndef LIB_TRIGGER_CRONTAB_LINE_H
#define LIB_TRIGGER_CRONTAB_LINE_H

struct faults;

/* The parts of a crontab line around its fields. */
struct crontab_line {
	const char *fields; /* the fields, within the text */
	char zone[256];	    /* of CRON_TZ= or TZ= before it; "": none */
	char every_s[24];   /* seconds of "@every 1h30m"; "": another line */
	char inner[256];    /* buffer for the text in AWS' brackets */
};

/*
 * Read what precedes the fields of text: "CRON_TZ=Europe/Berlin" or "TZ=…",
 * with or without quotes; or the length of "@every", one or more of 1h, 30m,
 * 10s, 1.5h, in total whole seconds; or AWS' forms "cron(0 9 * * ?  *)" and
 * "rate(5 minutes)".  0, or -1 with a fault about "crontab".
 */
int crontab_line_read(const char *text, struct crontab_line *out,
    struct faults *fs);

#endif
