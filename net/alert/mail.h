#ifndef NET_ALERT_MAIL_H
#define NET_ALERT_MAIL_H

#include <stdint.h>

struct alert_news;
struct buf;
struct conf_alert;

/*
 * Append an alert as a message of RFC 5322 for sendmail(8): lines end with \n,
 * the text is quoted-printable.  id is the same in every attempt.
 */
struct mail_head {
	const struct conf_alert *to;
	const char *id;
	int64_t now_us;
};
void mail_message(const struct mail_head *h, const struct alert_news *n,
    struct buf *out);

/*
 * The words of the command that sends it: that of the section, else
 * /usr/sbin/sendmail, with its options and the recipients, ended by NULL.
 * Borrowed but for the array; NULL: out of memory.
 */
char **mail_command(const struct conf_alert *to);

/* The program of mail_command, borrowed. */
const char *mail_program(const struct conf_alert *to);

#endif
