/*
 * Mail by libcurl: one transfer, waited for, in a thread that may wait.  Tested
 * in tests/ticker/alert_mail.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/url.h"
#include "lib/secret/secret.h"
#include "net/http/lib.h"
#include "net/http/smtp.h"

#include "lib/base/ban.h"

#define CONNECT_MS 10000L

/* The transfer under way. */
struct transfer {
	struct http_lib lib;
	const struct smtp_mail *m;
	struct curl_slist *to;
	struct buf text;
	size_t given;
	char error[CURL_ERROR_SIZE];
};

/* Called by curl: give up to n bytes of the text. */
static size_t
on_read(char *to, size_t size, size_t n, void *cookie)
{
	struct transfer *t = cookie;

	n *= size;
	if (n > t->text.len - t->given)
		n = t->text.len - t->given;
	if (n > 0)
		memcpy(to, t->text.data + t->given, n);
	t->given += n;
	return n;
}

/* Called by curl about once a second: non-zero ends the transfer. */
static int
on_progress(void *cookie, curl_off_t a, curl_off_t b, curl_off_t c,
    curl_off_t d)
{
	const struct transfer *t = cookie;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(t->m->is_stopped) ? 1 : 0;
}

/* Lines of SMTP end with \r\n; curl doubles leading dots. */
static void
add_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_char(out, '\r');
		buf_char(out, *text);
	}
}

/* A server at a loopback address is reached without a network. */
static bool
is_local(const char *server)
{
	struct buf url = BUF_INIT;
	bool is_plain = strncmp(server, "smtp://", 7) == 0, is_allowed;

	buf_printf(&url, "http://%s", is_plain ? server + 7 : "");
	is_allowed = is_plain && url_check(buf_cstr(&url)) == NULL;
	buf_fini(&url);
	return is_allowed;
}

static int
add_recipients(struct transfer *t)
{
	for (size_t i = 0; i < t->m->n; i++) {
		struct curl_slist *l = t->lib.slist_append(t->to, t->m->to[i]);

		if (l == NULL)
			return -1;
		t->to = l;
	}
	return 0;
}

/*
 * A local server often has a certificate that cannot be verified; a password is
 * a reason to require one that can.
 */
static long
use_ssl(const struct smtp_mail *m)
{
	if (!is_local(m->server))
		return CURLUSESSL_ALL;
	return *m->user == '\0' ? CURLUSESSL_NONE : CURLUSESSL_TRY;
}

#define SET(option_, value_) \
	(t->lib.easy_setopt(easy, option_, value_) == CURLE_OK)

static bool
set_options(struct transfer *t, CURL *easy)
{
	const struct smtp_mail *m = t->m;
	size_t len;

	return SET(CURLOPT_URL, m->server) && SET(CURLOPT_NOSIGNAL, 1L) &&
	    SET(CURLOPT_PROXY, "") && SET(CURLOPT_ERRORBUFFER, t->error) &&
	    SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) &&
	    SET(CURLOPT_TIMEOUT_MS, (long)(m->total_us / 1000)) &&
	    SET(CURLOPT_USE_SSL, use_ssl(m)) &&
	    (*m->ca_file == '\0' || SET(CURLOPT_CAINFO, m->ca_file)) &&
	    (*m->user == '\0' || SET(CURLOPT_USERNAME, m->user)) &&
	    (m->password == NULL ||
		SET(CURLOPT_PASSWORD, secret_bytes(m->password, &len))) &&
	    SET(CURLOPT_MAIL_FROM, m->from) && SET(CURLOPT_MAIL_RCPT, t->to) &&
	    SET(CURLOPT_UPLOAD, 1L) && SET(CURLOPT_READFUNCTION, on_read) &&
	    SET(CURLOPT_READDATA, t) && SET(CURLOPT_NOPROGRESS, 0L) &&
	    SET(CURLOPT_XFERINFOFUNCTION, on_progress) &&
	    SET(CURLOPT_XFERINFODATA, t);
}

static enum smtp_end
perform(struct transfer *t, CURL *easy, struct err *why)
{
	CURLcode rc = t->lib.easy_perform(easy);
	long status = 0;

	(void)t->lib.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OK) {
		(void)err_set(why, "%ld", status);
		return SMTP_DONE;
	}
	(void)err_set(why, "%s",
	    t->error[0] != '\0' ? t->error : t->lib.easy_strerror(rc));
	return status >= 400 && rc != CURLE_ABORTED_BY_CALLBACK ? SMTP_REFUSED :
								  SMTP_LOST;
}

enum smtp_end
smtp_send(const struct smtp_mail *m, struct err *why)
{
	struct transfer t = { .m = m, .text = BUF_INIT };
	enum smtp_end end = SMTP_LOST;
	CURL *easy;

	if (http_lib_open(&t.lib, why) == -1)
		return SMTP_LOST;
	add_text(&t.text, m->text);
	if ((easy = t.lib.easy_init()) == NULL || t.text.is_failed ||
	    add_recipients(&t) == -1 || !set_options(&t, easy))
		(void)err_set(why, "out of memory, or libcurl has no SMTP");
	else
		end = perform(&t, easy, why);
	if (easy != NULL)
		t.lib.easy_cleanup(easy);
	t.lib.slist_free_all(t.to);
	http_lib_close(&t.lib);
	buf_fini(&t.text);
	return end;
}
