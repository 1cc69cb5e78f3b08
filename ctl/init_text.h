#ifndef CTL_INIT_TEXT_H
#define CTL_INIT_TEXT_H

struct buf;
struct conf;

/*
 * Append the crontab line that runs ticker with the configuration at conf;
 * blanks are quoted for the shell, "%" for cron.
 */
void init_crontab(const char *ticker, const char *conf, struct buf *out);

/*
 * Append the settings of lighttpd that run fcgi with this configuration; the
 * socket is in the folder of the store, where no other user can create one.
 */
void init_webserver(const char *fcgi, const struct conf *conf, struct buf *out);

#endif
