#ifndef LIB_CRONTAB_H
#define LIB_CRONTAB_H

struct buf;
struct cron;
struct faults;

/*
 * Read text, five fields of crontab(5) (minute, hour, day of month, month, day
 * of week with 0 and 7 = Sunday) or one of @hourly, @daily, @midnight,
 * @weekly, @monthly, @yearly, @annually, into c, which must be zero, and
 * append it to norm in lower case with single spaces.  0, or -1 with a fault
 * about "crontab".
 */
int crontab_parse(const char *text, struct cron *c, struct buf *norm,
    struct faults *fs);

#endif
