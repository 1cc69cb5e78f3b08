#ifndef CTL_INIT_TEXT_H
#define CTL_INIT_TEXT_H

struct buf;
struct conf;

/*
 * Append the line for crontab(1) that runs ticker for the configuration at
 * conf; blanks are quoted for the shell, "%" for cron.
 */
void init_crontab(const char *ticker, const char *conf, struct buf *out);

/*
 * Append the settings of lighttpd that serve fcgi for that configuration; the
 * socket is put beside the store, where nobody else can make one.
 */
void init_webserver(const char *fcgi, const struct conf *conf, struct buf *out);

#endif
