/*
 * Tokens: made, recognized, compared; scopes (lib/secret/token.h,
 * lib/record/token.h).
 */
#include "config.h"

#include <string.h>

#include "lib/secret/token.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

static void
test_make(void)
{
	struct token t = { .scopes = TOKEN_READ }, other = { .scopes = 0 };
	char text[TOKEN_TEXT_MAX], second[TOKEN_TEXT_MAX], bad[128];
	char id[TOKEN_ID_LEN + 1];

	token_make(&t, text);
	token_make(&other, second);
	is_int((int)strlen(text), TOKEN_TEXT_MAX - 1, "whole length");
	ok(strncmp(text, "mh_", 3) == 0, "prefix");
	is_int(token_id(text, id), 0, "the id is found");
	is_str(id, t.id, "and is the token's");
	ok(token_matches(&t, text), "matches its own text");
	ok(!token_matches(&t, second), "but no other's");
	ok(memcmp(t.hash, other.hash, TOKEN_HASH_LEN) != 0, "hashes differ");
	for (size_t i = 0; i < TOKEN_TEXT_MAX - 1; i++) {
		memcpy(bad, text, TOKEN_TEXT_MAX);
		bad[i] = bad[i] == '0' ? '1' : '0';
		if (token_matches(&t, bad))
			break;
		if (i == TOKEN_TEXT_MAX - 2)
			ok(true, "no changed text matches");
	}
}

static void
test_form(void)
{
	static const char *const bad[] = {
		"",
		"mh_",
		"mh_0123abcd",
		"mh_0123abcd_",
		"MH_0123abcd_00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"mh_0123abcD_00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"mh_0123abcd-00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"mh_0123abcd_00000000000000000000000000000000"
		"0000000000000000000000000000000",
		"mh_0123abcd_00000000000000000000000000000000"
		"000000000000000000000000000000000",
		"mh_0123abcd_0000000000000000000000000000000g"
		"00000000000000000000000000000000",
	};
	char id[TOKEN_ID_LEN + 1];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(token_id(bad[i], id), -1, "no token: '%s'", bad[i]);
}

static void
test_scopes(void)
{
	struct token t = { .scopes = TOKEN_READ | TOKEN_WRITE };
	unsigned bits = 0;
	char text[64];

	ok(token_allows(&t, TOKEN_READ), "has read");
	ok(token_allows(&t, TOKEN_READ | TOKEN_WRITE), "has both");
	ok(!token_allows(&t, TOKEN_READ | TOKEN_CONSUME), "lacks consume");
	ok(!token_allows(&t, TOKEN_ADMIN), "is no admin");
	t.scopes = TOKEN_ADMIN;
	ok(token_allows(&t, TOKEN_WRITE | TOKEN_CONSUME), "admin may do all");
	is_int(token_scopes_parse("write,read", &bits), 0, "words are read");
	is_int(bits, TOKEN_READ | TOKEN_WRITE, "as bits");
	token_scopes_print(bits, text, sizeof(text));
	is_str(text, "read,write", "and back");
	token_scopes_print(15, text, 8);
	is_str(text, "read", "never past the end");
	is_int(token_scopes_parse("", &bits), -1, "none");
	is_int(token_scopes_parse("read,", &bits), -1, "empty word");
	is_int(token_scopes_parse("reader", &bits), -1, "longer word");
	is_int(token_scopes_parse("rea", &bits), -1, "shorter word");
}

static void
test_grant(void)
{
	char globs[] = "mail-*,reports", services[] = "srv-*";
	struct token t = { .queues = globs };
	struct grant g = token_grant(&t);

	ok(grant_queue(&g, "mail-1") && !grant_queue(&g, "srv-1"),
	    "what a token may touch are its globs of queues");
	ok(grant_service(&g, "mail-1") && !grant_service(&g, "srv-1"),
	    "for services, too, when it is of before");
	t.services = services;
	g = token_grant(&t);
	ok(!grant_service(&g, "mail-1") && grant_service(&g, "srv-1"),
	    "else those of its services");
}

int
main(void)
{
	test_make();
	test_form();
	test_scopes();
	test_grant();
	return tap_done();
}
