/*
 * The requests of chat and push services, as each documents them: a table of
 * forms.  Text is sent as plain as a service can: what it would take for markup
 * or for a mention is escaped, and it is cut to the length that is accepted.
 * Tested in tests/ticker/alert_forms.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/conf/conf.h"
#include "lib/record/alert_text.h"
#include "net/alert/form.h"

#include "lib/base/ban.h"

#define WORD_MAX 75		  /* of RFC 2047, with its frame */
#define ZERO_WIDTH "\xe2\x80\x8b" /* U+200B: a name after it is no mention */

/* A character and what is sent instead; from 0 ends a table. */
struct escape {
	char from;
	const char *to;
};

struct form {
	size_t max; /* UTF-16 units of the text */
	const struct escape *escapes;
	const char *url;   /* if the section has none; or NULL */
	const char *fault; /* an answer that begins so is a refusal, or NULL */
	void (*make)(const struct form_way *w, const struct alert_news *n,
	    const char *text, struct form_post *out);
};

/* docs.slack.dev: only these three; a mention is <!channel> or <@U…>. */
static const struct escape slack_escapes[] = { { '&', "&amp;" },
	{ '<', "&lt;" }, { '>', "&gt;" }, { '@', "@" ZERO_WIDTH },
	{ '\0', NULL } };

/* Markdown of Discord and Mattermost. */
static const struct escape markdown_escapes[] = { { '\\', "\\\\" },
	{ '*', "\\*" }, { '_', "\\_" }, { '~', "\\~" }, { '`', "\\`" },
	{ '|', "\\|" }, { '>', "\\>" }, { '#', "\\#" }, { '[', "\\[" },
	{ ']', "\\]" }, { '(', "\\(" }, { ')', "\\)" }, { '!', "\\!" },
	{ '<', "<" ZERO_WIDTH }, { '@', "@" ZERO_WIDTH }, { '\0', NULL } };

/* Without parse_mode there is no markup, but names after @ are notified. */
static const struct escape telegram_escapes[] = { { '@', "@" ZERO_WIDTH },
	{ '\0', NULL } };

static const struct escape no_escapes[] = { { '\0', NULL } };

static void
add_json(struct form_post *out, const char *name, const char *value)
{
	buf_str(&out->body, out->body.len == 0 ? "{" : ",");
	buf_printf(&out->body, "\"%s\":", name);
	buf_json(&out->body, value);
}

static void
make_json(struct form_post *out, const char *rest)
{
	buf_printf(&out->body, "%s}", rest);
	buf_str(&out->headers[0], "Content-Type: application/json");
}

static void
make_slack(const struct form_way *w, const struct alert_news *n,
    const char *text, struct form_post *out)
{
	(void)n;
	buf_str(&out->url, w->url);
	add_json(out, "text", text);
	make_json(out, ",\"mrkdwn\":false,\"unfurl_links\":false");
}

static void
make_mattermost(const struct form_way *w, const struct alert_news *n,
    const char *text, struct form_post *out)
{
	(void)n;
	buf_str(&out->url, w->url);
	add_json(out, "text", text);
	make_json(out, "");
}

/* flags 4 is SUPPRESS_EMBEDS. */
static void
make_discord(const struct form_way *w, const struct alert_news *n,
    const char *text, struct form_post *out)
{
	(void)n;
	buf_str(&out->url, w->url);
	add_json(out, "content", text);
	make_json(out, ",\"allowed_mentions\":{\"parse\":[]},\"flags\":4");
}

static void
make_telegram(const struct form_way *w, const struct alert_news *n,
    const char *text, struct form_post *out)
{
	(void)n;
	buf_printf(&out->url, "%s/bot%s/sendMessage", w->url,
	    w->token == NULL ? "" : w->token);
	add_json(out, "chat_id", w->to->chat);
	add_json(out, "text", text);
	make_json(out, ",\"link_preview_options\":{\"is_disabled\":true}");
}

/* The first line is the title. */
static void
make_ntfy(const struct form_way *w, const struct alert_news *n,
    const char *text, struct form_post *out)
{
	struct buf subject = BUF_INIT;
	const char *rest = strchr(text, '\n');

	alert_subject(n, &subject);
	buf_str(&out->url, w->url);
	buf_str(&out->headers[0], "Content-Type: text/plain; charset=utf-8");
	buf_str(&out->headers[1], "Title: ");
	form_header(buf_cstr(&subject), " ", 0, &out->headers[1]);
	buf_printf(&out->headers[2], "Priority: %s",
	    alert_is_good(n) ? "default" : "high");
	buf_printf(&out->headers[3], "Tags: %s",
	    alert_is_good(n) ? "white_check_mark" : "warning");
	buf_str(&out->body, rest == NULL ? text : rest + 1);
	out->is_bearer = w->token != NULL;
	out->body.is_failed = out->body.is_failed || subject.is_failed;
	buf_fini(&subject);
}

/* URL reports that all is well, URL/fail that it is not. */
static void
make_ping(const struct form_way *w, const struct alert_news *n,
    const char *text, struct form_post *out)
{
	size_t len = strlen(w->url);

	while (len > 0 && w->url[len - 1] == '/')
		len--;
	buf_add(&out->url, w->url, len);
	if (!alert_is_good(n))
		buf_str(&out->url, "/fail");
	buf_str(&out->headers[0], "Content-Type: text/plain; charset=utf-8");
	buf_str(&out->body, text);
}

/* Limits: what each service accepts, or shows whole. */
static const struct form forms[CONF_FORM__MAX] = {
	[CONF_FORM_SLACK] = { 3900, slack_escapes, NULL, NULL, make_slack },
	[CONF_FORM_MATTERMOST] = { 4000, markdown_escapes, NULL, NULL,
	    make_mattermost },
	[CONF_FORM_DISCORD] = { 2000, markdown_escapes, NULL, NULL,
	    make_discord },
	[CONF_FORM_TELEGRAM] = { 4096, telegram_escapes,
	    "https://api.telegram.org", NULL, make_telegram },
	[CONF_FORM_NTFY] = { 1300, no_escapes, NULL, NULL, make_ntfy },
	/* "OK (not found)", "OK (rate limited)" */
	[CONF_FORM_PING] = { 10000, no_escapes, NULL, "OK (", make_ping },
};

/* What is sent for the character cp, which stands at p. */
static const char *
escape_of(const struct escape *e, uint32_t cp)
{
	for (; e->from != '\0'; e++)
		if ((uint32_t)e->from == cp)
			return e->to;
	return NULL;
}

/* Append text, escaped and cut to max units, with "…" for what is missing. */
static void
add_escaped(const char *text, const struct form *f, struct buf *out)
{
	size_t left = strlen(text), used = 0, n;
	uint32_t cp;

	for (; left > 0; text += n, left -= n) {
		const char *to;
		size_t units;

		if ((n = utf8_decode(text, left, &cp)) == 0) {
			n = 1;
			cp = '?';
		}
		to = escape_of(f->escapes, cp);
		units = to != NULL ? strlen(to) : cp > 0xffff ? 2 : 1;
		if (used + units + 1 > f->max) {
			buf_str(out, "…");
			return;
		}
		used += units;
		if (to != NULL)
			buf_str(out, to);
		else if (cp == '?')
			buf_char(out, '?');
		else
			buf_add(out, text, n);
	}
}

int
form_post(const struct form_way *w, const struct alert_news *n,
    struct form_post *out)
{
	const struct form *f = &forms[w->to->form];
	struct form_way way = *w;
	struct buf plain = BUF_INIT, text = BUF_INIT;
	bool is_failed;

	if (*way.url == '\0' && f->url != NULL)
		way.url = f->url;
	alert_subject(n, &plain);
	buf_char(&plain, '\n');
	alert_words(n, &plain);
	add_escaped(buf_cstr(&plain), f, &text);
	f->make(&way, n, buf_cstr(&text), out);
	is_failed = plain.is_failed || text.is_failed || out->url.is_failed ||
	    out->body.is_failed;
	for (int i = 0; i < FORM_HEADERS_MAX; i++)
		is_failed = is_failed || out->headers[i].is_failed;
	buf_fini(&plain);
	buf_fini(&text);
	return is_failed ? -1 : 0;
}

void
form_post_fini(struct form_post *p)
{
	buf_fini(&p->url);
	buf_fini(&p->body);
	for (int i = 0; i < FORM_HEADERS_MAX; i++)
		buf_fini(&p->headers[i]);
}

bool
form_is_refused(const struct conf_alert *to, const char *answer)
{
	const char *fault = forms[to->form].fault;

	return fault != NULL && strncmp(answer, fault, strlen(fault)) == 0;
}

static bool
is_plain(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return strstr(text, "=?") == NULL;
}

/* May it stand in a word of RFC 2047 as it is?  Others may, too, not here. */
static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

void
form_header(const char *text, const char *separator, size_t column,
    struct buf *out)
{
	static const char begin[] = "=?UTF-8?Q?", end[] = "?=";
	const size_t room = WORD_MAX - (sizeof(begin) - 1) - (sizeof(end) - 1);
	size_t left = strlen(text), used = column, n;
	uint32_t cp;

	if (is_plain(text)) {
		buf_str(out, text);
		return;
	}
	buf_str(out, begin);
	for (; left > 0; text += n, left -= n) {
		size_t size;

		/* A word has whole characters. */
		if ((n = utf8_decode(text, left, &cp)) == 0)
			n = 1;
		size = is_letter(*text) ? 1 : 3 * n;
		if (used + size > room) {
			buf_printf(out, "%s%s%s", end, separator, begin);
			used = 0;
		}
		for (size_t i = 0; i < n; i++)
			if (size == 1)
				buf_char(out, *text);
			else
				buf_printf(out, "=%02X",
				    (unsigned char)text[i]);
		used += size;
	}
	buf_str(out, end);
}
