#ifndef LIB_TRIGGER_CRONTAB_LINE_H
#define LIB_TRIGGER_CRONTAB_LINE_H

struct faults;

/* What a crontab line says besides its fields. */
struct crontab_line {
	const char *fields; /* what is left of it, within the text */
	char zone[256];	    /* of CRON_TZ= or TZ= before it; "": none */
	char every_s[24];   /* seconds of "@every 1h30m"; "": no such line */
	char inner[256];    /* room for what stands in AWS' brackets */
};

/*
 * Read what stands before the fields of text, "CRON_TZ=Europe/Berlin" or
 * "TZ=…" with or without quotes, and the length of "@every": one or more of
 * 1h, 30m, 10s, 1.5h, whole seconds in the end; or what AWS writes,
 * "cron(0 9 * * ? *)" and "rate(5 minutes)".  0, or -1 with a fault about
 * "crontab".
 */
int crontab_line_read(const char *text, struct crontab_line *out,
    struct faults *fs);

#endif
