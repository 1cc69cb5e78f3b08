/*
 * Alerts by e-mail: the message, and the command line of sendmail(8).  No value
 * can begin a header of its own: control characters are gone from all of them,
 * and addresses were checked by the configuration.  Tested in
 * tests/ticker/alert_forms.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/record/alert_text.h"
#include "net/alert/form.h"
#include "net/alert/mail.h"

#include "lib/base/ban.h"

#define LINE_MAX_QP 72 /* RFC 2045 allows 76, with the "=" at the end */
#define HOST_MAX 256

/* RFC 5322, 3.3, in UTC. */
static void
add_date(struct buf *out, int64_t now_us)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)(now_us / CLOCK_US_PER_S);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		return;
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The host's name, if it can stand in a Message-ID. */
static void
get_host(char host[HOST_MAX])
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789.-";

	if (gethostname(host, HOST_MAX) != 0)
		host[0] = '\0';
	host[HOST_MAX - 1] = '\0';
	if (host[0] == '\0' || host[strspn(host, allowed)] != '\0')
		(void)snprintf(host, HOST_MAX, "localhost");
}

static void
add_head(const struct mail_head *h, const struct alert_news *n, struct buf *out)
{
	char host[HOST_MAX];
	struct buf subject = BUF_INIT;

	get_host(host);
	if (*h->to->from != '\0')
		buf_printf(out, "From: minutehand <%s>\n", h->to->from);
	buf_str(out, "To: ");
	for (size_t i = 0; i < h->to->to.n; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ",\n ", h->to->to.v[i]);
	alert_subject(n, &subject);
	buf_str(out, "\nSubject: ");
	form_header(buf_cstr(&subject), "\n ", strlen("Subject: "), out);
	buf_char(out, '\n');
	add_date(out, h->now_us);
	buf_printf(out,
	    "Message-ID: <%s@%s>\n"
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n",
	    h->id, host);
	out->is_failed = out->is_failed || subject.is_failed;
	buf_fini(&subject);
}

/* RFC 2045, 6.7. */
static void
add_quoted(const char *text, struct buf *out)
{
	size_t column = 0;

	for (const char *p = text; *p != '\0'; p++) {
		bool is_plain = *p >= ' ' && *p <= '~' && *p != '=';

		if (*p == '\n') {
			buf_char(out, '\n');
			column = 0;
			continue;
		}
		/* Neither blanks at the end of a line nor a lone dot. */
		if ((*p == ' ' && p[1] == '\n') || (*p == '.' && column == 0))
			is_plain = false;
		if (column + 3 > LINE_MAX_QP) {
			buf_str(out, "=\n");
			column = 0;
			is_plain = is_plain && *p != '.';
		}
		if (is_plain)
			buf_char(out, *p);
		else
			buf_printf(out, "=%02X", (unsigned char)*p);
		column += is_plain ? 1 : 3;
	}
}

void
mail_message(const struct mail_head *h, const struct alert_news *n,
    struct buf *out)
{
	struct buf words = BUF_INIT;

	add_head(h, n, out);
	alert_words(n, &words);
	add_quoted(buf_cstr(&words), out);
	out->is_failed = out->is_failed || words.is_failed;
	buf_fini(&words);
}

const char *
mail_program(const struct conf_alert *to)
{
	return to->command.n > 0 ? to->command.v[0] : "/usr/sbin/sendmail";
}

char **
mail_command(const struct conf_alert *to)
{
	const struct conf_list *own = &to->command;
	char **v = calloc(own->n + to->to.n + 5, sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return NULL;
	v[n++] = (char *)mail_program(to);
	for (size_t i = 1; i < own->n; i++)
		v[n++] = own->v[i];
	v[n++] = (char *)"-i";
	if (*to->from != '\0') {
		v[n++] = (char *)"-f";
		v[n++] = to->from;
	}
	for (size_t i = 0; i < to->to.n; i++)
		v[n++] = to->to.v[i];
	return v;
}
